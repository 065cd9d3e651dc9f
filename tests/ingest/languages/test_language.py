"""Languages of short posts: by script, by statistics, by small words; `und` when unsure."""

import pytest

from assistant.ingest.languages.language import LanguageIdentifier
from tests.refused import refused


@pytest.fixture(scope="module")
def english_and_chinese() -> LanguageIdentifier:
    return LanguageIdentifier(["en", "zh"])


@pytest.fixture(scope="module")
def many() -> LanguageIdentifier:
    return LanguageIdentifier(["en", "zh-Hans", "ja", "ko", "ru", "uk", "ar", "fa", "fr", "de", "es", "th"])


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The delivery was late again and nobody answered the phone.", "en"),
        ("i love this", "en"),
        ("你好", "zh"),
        ("鲜の每日 今天的牛奶很好喝", "zh"),
        ("这个 iPhone 手机壳 so cute 太好看了", "zh"),
        ("Check the 微信 app before you call the office please", "en"),
        ("@someone https://x.example/abc 你好 #topic", "zh"),
        ("DON’T YOU SHOUT AT ME", "en"),
    ],
)
def test_english_and_chinese_posts_are_told_apart(
    english_and_chinese: LanguageIdentifier, text: str, language: str
) -> None:
    assert english_and_chinese.identify(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12345 67!",
        "😀😀😀",
        "@someone #topic https://x.example/the-and-of",
        "asdfgh",
        "La livraison était encore en retard et personne ne répondait au téléphone.",
        "Die Lieferung kam wieder zu spät und niemand ging ans Telefon.",
        "配達がまた遅れて、誰も電話に出ませんでした。",
        "Доставка снова опоздала",
        "\ud83d",
    ],
)
def test_other_languages_and_posts_without_words_are_undetermined(
    english_and_chinese: LanguageIdentifier, text: str
) -> None:
    assert english_and_chinese.identify(text) == "und"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("今天天气很好", "zh-Hans"),
        ("今日はいい天気です", "ja"),
        ("カタカナ", "ja"),
        ("오늘 날씨가 좋네요", "ko"),
        ("Сегодня хорошая погода, пойдём гулять", "ru"),
        ("Сьогодні гарна погода, ходімо гуляти", "uk"),
        ("الطقس جميل اليوم في المدينة", "ar"),
        ("امروز هوا خیلی خوب است و می‌رویم بیرون", "fa"),
        ("Il fait très beau aujourd'hui, allons nous promener", "fr"),
        ("Heute ist das Wetter schön, gehen wir spazieren", "de"),
        ("Hoy hace muy buen tiempo, vamos a pasear", "es"),
        ("วันนี้อากาศดีมาก", "th"),
        ("Ο καιρός είναι καλός σήμερα", "und"),
        ("आज मौसम अच्छा है", "und"),
    ],
)
def test_scripts_and_statistics_name_the_configured_languages(
    many: LanguageIdentifier, text: str, language: str
) -> None:
    assert many.identify(text) == language


def test_a_very_long_post_costs_no_more_than_its_beginning(english_and_chinese: LanguageIdentifier) -> None:
    assert english_and_chinese.identify("what are you doing here " * 10_000) == "en"


def test_the_first_of_two_tags_of_one_language_is_answered() -> None:
    assert LanguageIdentifier(["zh_Hant", "zh-Hans"]).identify("你好") == "zh_Hant"


def test_a_language_nobody_can_identify_is_an_input_error() -> None:
    with refused(match="no way to recognize the language 'english', 'xx'"):
        LanguageIdentifier(["en", "english", "xx"])
