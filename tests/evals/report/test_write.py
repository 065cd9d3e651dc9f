"""The files of a report."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant.domain.reasons import Reason
from assistant.errors import InputError
from assistant.stats.agreement.coefficient import Coefficient
from assistant.stats.scores.selective import RiskCoverage
from evals.evaluation import ConfidenceQuality
from evals.report.write import FILES, as_json, write_report
from tests.evals.report import made_up


def test_three_files_are_written_and_written_again_with_the_same_bytes(tmp_path: Path) -> None:
    paths = write_report(made_up.full(), tmp_path / "new" / "folder", "zh")
    assert [path.name for path in paths] == list(FILES)
    before = [path.read_bytes() for path in paths]
    assert write_report(made_up.full(), tmp_path / "new" / "folder", "zh") == paths
    assert [path.read_bytes() for path in paths] == before
    assert sorted(path.name for path in paths[0].parent.iterdir()) == sorted(FILES)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_report_is_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("my own notes", "utf-8")
    with pytest.raises(InputError, match="not_a_report"):
        write_report(made_up.minimal(), tmp_path)
    assert (tmp_path / name).read_text("utf-8") == "my own notes"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_cant_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", "utf-8")
    with pytest.raises(InputError, match="report_unwritable"):
        write_report(made_up.minimal(), tmp_path / "file")


def test_json_holds_everything_and_comes_back_as_it_was(tmp_path: Path) -> None:
    evaluation = made_up.full()
    _, _, path = write_report(evaluation, tmp_path)
    read = json.loads(path.read_text("utf-8"))
    assert read == as_json(evaluation)
    assert list(read)[:4] == ["report", "format", "subject", "panels"]
    assert read["comparisons"][0]["verdict"] == "better"
    assert read["panels"][made_up.OLD]["table"][0][0] == 700.0


def test_what_is_no_number_is_null_in_json() -> None:
    curve = RiskCoverage(np.array([np.inf]), np.array([1.0]), np.array([np.nan]))
    evaluation = replace(
        made_up.minimal(), confidences={"x": ConfidenceQuality(False, None, None, float("nan"), curve)}
    )
    read = as_json(evaluation)["confidences"]["x"]
    assert read["auroc"] is None
    assert read["curve"] == {"thresholds": [None], "coverage": [1.0], "risk": [None]}
    undefined = as_json(evaluation)["panels"]["imported"]["coefficients"]["cohen_kappa"]
    assert undefined["value"] is None
    assert (undefined["reason"], undefined["reason_code"]) == ("the label set has one label only", "one_label_in_set")


def test_half_a_surrogate_pair_is_written_out(tmp_path: Path) -> None:
    evaluation = made_up.minimal()
    broken = replace(evaluation, subject=replace(evaluation.subject, title="half \ud83d pair"))
    html, markdown, document = (path.read_text("utf-8") for path in write_report(broken, tmp_path))
    assert "half \\ud83d pair" in html
    assert "half \\\\ud83d pair" in markdown
    assert json.loads(document)["subject"]["title"] == "half \ud83d pair"


def test_a_chart_with_nothing_to_draw_is_still_a_page(tmp_path: Path) -> None:
    evaluation = made_up.minimal()
    [name] = evaluation.panels
    nothing = Coefficient(None, None, None, 0, 0.0, reason=Reason("no_items"))
    panel = replace(evaluation.panels[name], coefficients={"raw": nothing}, table=np.zeros((1, 1)), labels=())
    html, *_ = write_report(replace(evaluation, panels={name: panel}), tmp_path)
    assert "not defined: no items" in html.read_text("utf-8")
