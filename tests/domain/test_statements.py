"""A certificate's statement: read whatever version wrote it, kept to the key, and refused where it is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from assistant.domain.statements import VERSION, NewerStatementError, StatedGroup, StatedRound, read_statement
from tests.statements import made_up_statement

STORED = sorted(Path(__file__).with_name("statements").glob("*.json"))
"""Statements as they were stored before there was a version: three of a campaign, two of a declared random sample."""


def stored(name: str) -> dict[str, Any]:
    given: dict[str, Any] = json.loads(
        Path(__file__).with_name("statements").joinpath(f"{name}.json").read_text("utf-8")
    )
    return given


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_a_statement_stored_before_there_was_a_version_keeps_every_key_and_value(path: Path) -> None:
    before = json.loads(path.read_text("utf-8"))
    assert "version" not in before
    assert read_statement(before).as_json() == before | {"version": VERSION}


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_what_is_stored_now_is_read_back_equal(path: Path) -> None:
    statement = read_statement(json.loads(path.read_text("utf-8")))
    assert read_statement(json.loads(json.dumps(statement.as_json()))) == statement


def test_five_kinds_of_statements_are_at_hand() -> None:
    assert [path.stem for path in STORED] == ["batch", "by_label", "by_language", "declared", "threshold"]


def test_a_statement_of_a_batch_says_what_is_allowed_and_nothing_about_a_source() -> None:
    statement = read_statement(stored("batch"))
    assert (statement.allowed, statement.population, statement.max_error) == (40, 400, 0.1)
    assert not statement.about_source
    assert statement.least_confidence == 0
    assert statement.valid_for is None
    assert statement.losses is not None
    assert statement.losses["severity"].kind == "severity"


def test_a_threshold_is_about_a_source_and_says_what_it_is_valid_for() -> None:
    statement = read_statement(stored("threshold"))
    assert statement.about_source
    assert statement.allowed is None
    assert statement.least_confidence == statement.threshold == 0.5669301979102669
    assert statement.valid_for is not None
    assert statement.valid_for.inputs == ("signal score", "signal length")
    assert statement.classifier is not None
    assert statement.classifier.bytes == 34023


def test_each_group_has_its_own_numbers_and_each_round_what_passed_of_it() -> None:
    statement = read_statement(stored("by_language"))
    assert [(one.group, one.certified) for one in statement.groups] == [("de", False), ("en", True)]
    assert all(isinstance(one, StatedGroup) for one in statement.groups)
    assert {group for wave in statement.waves for group in wave.passed_by or {}} == {"en"}


FIRST = ("answers", "answers_wanted", "changed", "in_part", "policies", "nonce")
"""Keys that the earliest statements did not have."""


def test_the_earliest_statements_are_read_with_nothing_made_up_for_what_they_did_not_count() -> None:
    earliest = {name: value for name, value in stored("batch").items() if name not in FIRST}
    statement = read_statement(earliest)
    assert (statement.answers, statement.answers_wanted, statement.nonce) == (None, None, None)
    assert (statement.changed, statement.in_part, statement.policies) == (0, 0, ())
    assert statement.sentence == earliest["sentence"]


@pytest.mark.parametrize("key", FIRST)
def test_a_statement_that_lacks_one_of_the_later_keys_is_read(key: str) -> None:
    before = stored("by_label")
    del before[key]
    after = read_statement(before).as_json()
    assert {name: value for name, value in after.items() if name not in {key, "version"}} == before


def test_a_threshold_from_before_its_classifier_was_kept_scores_nothing_later() -> None:
    before = {name: value for name, value in stored("threshold").items() if name not in {"classifier", "valid_for"}}
    statement = read_statement(before)
    assert statement.valid_for is None
    assert statement.as_json() == before | {"version": VERSION}


@pytest.mark.parametrize("version", [VERSION + 1, 0, "two"])
def test_a_version_that_is_not_known_is_not_guessed_at(version: object) -> None:
    with pytest.raises(NewerStatementError, match="2 is the newest"):
        read_statement(stored("batch") | {"version": version})


def test_what_is_no_statement_is_refused_with_every_wrong_key() -> None:
    damaged = stored("batch") | {"max_error": "much", "sentences": "two"}
    del damaged["population"]
    with pytest.raises(ValidationError) as error:
        read_statement(damaged)
    assert {one["loc"][0] for one in error.value.errors()} == {"max_error", "population", "sentences"}


def test_keys_that_only_some_statements_have_are_written_only_there() -> None:
    wave = StatedRound(sample=1, fit=1, offered=5, passed=4)
    written = made_up_statement(waves=[wave.model_dump(exclude_unset=True)]).as_json()
    assert written["waves"] == [{"sample": 1, "fit": 1, "offered": 5, "passed": 4}]
    assert not {"classifier", "valid_for"} & written.keys()
