"""What the detector learns from, and what it is measured on: apart from each other by family."""

from __future__ import annotations

from pathlib import Path

from assistant.trust.injection.examples import InjectionExample, shipped_examples

LEARNED = shipped_examples()
REPORT = InjectionExample.read(Path(__file__).with_name("report.jsonl").read_bytes().splitlines())


def families(examples: tuple[InjectionExample, ...]) -> set[str]:
    return {one.family for one in examples}


def test_no_family_and_no_text_of_the_report_was_learned_from() -> None:
    assert families(LEARNED).isdisjoint(families(REPORT))
    texts = [" ".join(one.text.casefold().split()) for one in (*LEARNED, *REPORT)]
    assert len(set(texts)) == len(texts)


def test_ids_are_unique_and_every_kind_is_there_in_many_families_and_languages() -> None:
    for part, least in ((LEARNED, 800), (REPORT, 170)):
        assert len({one.id for one in part}) == len(part)
        for attack in (True, False):
            chosen = [one for one in part if one.attack is attack]
            assert len(chosen) >= least
            assert len({one.family for one in chosen}) >= 12
            languages = {one.language for one in chosen}
            assert {"en", "zh-Hans", "zh-Hant"} < languages
            assert len(languages) >= 15
