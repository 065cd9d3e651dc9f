"""A suite's file: what it may hold, and all mistakes at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.application.evaluation.suites import SHIPPED
from assistant.errors import InputError
from assistant.messages.wording import what
from evals.gates.suite import Suite, read_suite

LEAST = 'name = "s"\n[data.query]\n[[variants]]\nname = "a"\n'


def read(tmp_path: Path, text: str) -> Suite:
    path = tmp_path / "suite.toml"
    path.write_text(text, encoding="utf-8")
    return read_suite(path)


def mistakes(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(InputError) as raised:
        read(tmp_path, text)
    return [line.strip() for line in what(raised.value).splitlines()[1:]]


def test_the_least_a_suite_needs_has_safe_defaults(tmp_path: Path) -> None:
    suite = read(tmp_path, LEAST)
    assert (suite.repeats, suite.margin, suite.gate_margin, suite.gate.undecided) == (1, 0.02, 0.02, "fail")
    assert suite.data.blind
    assert suite.variants[0].asked


def test_all_mistakes_are_told_at_once_each_with_its_place(tmp_path: Path) -> None:
    told = mistakes(
        tmp_path,
        'nam = "s"\nslices = ["lenght"]\nmetrics = ["kappa"]\nrepeats = 0\n'
        '[data]\nblnd = true\n[data.query]\nlanguage = ["en"]\nlabelled_since = "monday"\n'
        '[[variants]]\nname = "a"\npromt = "x"\n[[variants]]\nname = "b"\nrun = "r1"\nimport = "gpt"\n'
        "[gate]\nslice_floors = { lenght = 0.5 }\n",
    )
    assert told[0] == "name: Field required"
    assert "data.query.language: no such key; did you mean languages?" in told
    assert "data.blnd: no such key; did you mean blind?" in told
    assert "variants[1].promt: no such key; did you mean prompt?" in told
    assert "nam: no such key; did you mean name?" in told
    assert "repeats: Input should be greater than or equal to 1" in told
    assert any(line.startswith("variants[2]: `import` and `run` name answers that are there") for line in told)
    assert any(line.startswith("slices[1]: 'lenght' is no slice; there are: label, language") for line in told)
    assert any(line.startswith("metrics[1]: 'kappa' is no metric; there are: raw, cohen_kappa") for line in told)
    assert any(line.startswith("data.query.labelled_since: ") for line in told)
    assert any(line.startswith("gate.slice_floors.lenght") for line in told)
    assert len(told) == 11


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('name = "s"\n[data]\n[[variants]]\nname = "a"\n', "needs either [data.query]"),
        ('name = "s"\n[data]\nlabels = "l.csv"\n[data.query]\n[[variants]]\nname = "a"\n', "and not both"),
        ('name = "s"\nvariants = []\n[data.query]\n', "needs at least one [[variants]]"),
        (LEAST + '[[variants]]\nname = "a"\n', "each variant needs a name of its own; more than once: a"),
        (LEAST.replace('"s"', '"../s"'), "String should match pattern"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, text: str, said: str) -> None:
    assert said in "\n".join(mistakes(tmp_path, text))


def test_a_day_may_be_written_as_toml_has_it(tmp_path: Path) -> None:
    suite = read(tmp_path, LEAST.replace("[data.query]", "[data.query]\nlabelled_since = 2026-01-31"))
    assert suite.data.query is not None
    assert suite.data.query.labelled_since == "2026-01-31"


def test_no_file_and_no_toml_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="suite_file_missing"):
        read_suite(tmp_path / "none.toml")
    with pytest.raises(InputError, match="suite_unreadable"):
        read(tmp_path, "name = ")


def test_the_shipped_suite_is_right() -> None:
    assert [one.name for one in read_suite(SHIPPED / "community.toml").variants] == ["in_use", "without_precedents"]
