"""Writing systems by Unicode block."""

import pytest

from assistant.ingest.languages.scripts import dominant_script, script_of


@pytest.mark.parametrize(
    ("character", "script"),
    [("a", "Latin"), ("ß", "Latin"), ("ệ", "Latin"), ("я", "Cyrillic"), ("中", "Han"), ("𠀀", "Han"), ("の", "Kana"),
     ("한", "Hangul"), ("ک", "Arabic"), ("ह", "Devanagari"), ("，", ""), ("😀", ""), ("。", "")],
)  # fmt: skip
def test_a_character_belongs_to_the_script_of_its_block(character: str, script: str) -> None:
    assert script_of(character) == script


@pytest.mark.parametrize(
    ("text", "latin_letters", "script"),
    [
        ("hello", 5, "Latin"),
        ("...", 0, ""),
        ("😀，。", 0, ""),
        ("中文 abc", 3, "Han"),  # two Han characters weigh as four Latin letters
        ("中 abc", 3, "Latin"),
        ("漢字のみ", 0, "Kana"),
        ("每日の鲜奶很好喝", 0, "Han"),  # one kana in eight
        ("Привет ok", 2, "Cyrillic"),
    ],
)
def test_the_dominant_script_weighs_han_and_latin_by_what_they_carry(
    text: str, latin_letters: int, script: str
) -> None:
    assert dominant_script(text, latin_letters) == script
