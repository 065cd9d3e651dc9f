"""Every text of the pages is there in Chinese, and no translation is left over from a text that is gone."""

from __future__ import annotations

import re
from collections import defaultdict

from assistant.messages.language import choose, language
from tests.messages.catalogue import collected, translations

_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%")


def _entry(english: str) -> str:
    """As it is pasted into a .po file."""
    quoted = english.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'msgid "{quoted}"\nmsgstr ""\n'


def test_every_text_has_a_chinese_translation() -> None:
    known = language("zh").texts
    missing = [text for text in collected().values() if text.singular not in known]
    entries = "\n".join(f"# {text.place}\n{_entry(text.singular)}" for text in missing)
    assert not missing, f"add these to a file in assistant/messages/locale/zh/LC_MESSAGES:\n\n{entries}"


def test_no_translation_is_left_over() -> None:
    texts = collected()
    stale = [f"{one.file}: {one.english}" for one in translations() if one.english not in texts]
    assert not stale, "no page shows these any more:\n" + "\n".join(stale)


def test_no_translation_is_empty_or_doubtful() -> None:
    assert not [one for one in translations() if one.fuzzy or not all(one.forms)]


def test_a_text_has_one_translation_in_all_files() -> None:
    forms = defaultdict(set)
    for one in translations():
        forms[one.english].add(one.forms)
    assert not {english: different for english, different in forms.items() if len(different) > 1}


def test_translations_keep_the_values_of_a_text() -> None:
    for one in translations():
        wanted = set(_PLACEHOLDER.findall(one.plural or one.english))
        for form in one.forms:
            assert set(_PLACEHOLDER.findall(form)) == wanted, f"{one.file}: {one.english}"


def test_the_language_is_the_chosen_one_else_the_browsers_first_else_english() -> None:
    assert choose("zh", "en").code == "zh"
    assert choose(None, "de, zh-CN;q=0.9, en;q=0.8").code == "zh"
    assert choose(None, "en;q=0.2, zh-TW;q=0.7").code == "zh"
    assert choose(None, "zh;q=0, fr").code == "en"
    assert choose("xx", "").code == "en"
    assert choose(None, "zh;q=nonsense, en").code == "en"


def test_dates_and_numbers_follow_the_locale() -> None:
    english, chinese = language("en"), language("zh")
    assert english.number(1234567.891) == "1,234,567.89"
    assert english.percent(0.9333) == "93.3%"
    assert english.money(12.3) == "$12.30"
    assert english.money(0.00123) == "$0.0012"
    assert english.date("2026-11-05T23:00:00+00:00") == "Nov 5, 2026"
    assert chinese.date("2026-11-05T23:00:00+00:00") == "2026年11月5日"
    assert english.moment("2026-11-05T23:04:00.000+00:00") == "2026-11-05 23:04 UTC"
    assert english.duration(7200) == "2 hours"
    assert chinese.duration(7200) == "2小时"


def test_plural_forms_go_with_the_number() -> None:
    english = language("en")
    assert [english.ngettext("%(num)s item", "%(num)s items", n) for n in (0, 1, 2)] == [
        "%(num)s items",
        "%(num)s item",
        "%(num)s items",
    ]
