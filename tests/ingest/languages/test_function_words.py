"""Votes of small words."""

from assistant.ingest.languages.function_words import vote


def test_the_language_with_the_most_function_words_wins() -> None:
    assert vote(["ich", "hasse", "the"]) == "de"


def test_a_word_two_languages_share_decides_nothing() -> None:
    assert vote(["die"]) is None  # German and Dutch


def test_a_lead_can_be_asked_for() -> None:
    words = ["the", "of", "und"]  # two English against one German
    assert (vote(words, lead=1), vote(words, lead=2)) == ("en", None)


def test_without_a_known_word_nothing_is_said() -> None:
    assert vote(["xyzzy"]) is vote([]) is None
