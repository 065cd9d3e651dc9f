"""A metric that is registered once is in panel, suites, JSON, the report in both languages, and the page."""

from __future__ import annotations

import json

import pytest

from assistant.cli.evaluation.words import show_panel
from assistant.cli.output import Output
from assistant.messages.language import language
from assistant.reports.blocks import Table
from assistant.reports.words import Words
from assistant.stats.agreement.coefficient import Coefficient
from evals.agreement import metrics
from evals.agreement.metrics import EVERY_SCALE, GRADES, Metric
from evals.agreement.panel_items import PanelItems
from evals.agreement.panel_of_variant import agreement_panel
from evals.comparison.scores import ComparisonTerms
from evals.data.eval_data import EvalData, Scale
from evals.evaluate import evaluate
from evals.gates.suite import Suite
from evals.report.sections.agreement import agreement_section
from evals.report.write import as_json
from tests.evals.judged import judged


def data() -> EvalData:
    # 4 items: the machine agrees on 3, and on 1 of 2 items that people call y
    return judged({"a": "xxyy"}, {"m": "xxyx"})


def of_the_rarer(of: PanelItems) -> Coefficient:
    """Agreement on items that people call y, a figure that no other metric has."""
    people, machine = of.data.reference[of.items], of.data.variants[of.variant].first[of.items]
    rare = people == of.data.classes.index("y")
    return Coefficient(float((people == machine)[rare].mean()), None, None, int(rare.sum()), float(rare.sum()))


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch) -> Metric:
    monkeypatch.setattr(metrics, "_REGISTERED", dict(metrics._REGISTERED))
    return metrics.register(
        Metric("agreement_on_y", "Agreement on y", EVERY_SCALE, of_variant=of_the_rarer, share=True)
    )


def test_a_registered_metric_is_in_the_panel_and_in_a_suites_choice(added: Metric) -> None:
    panel = agreement_panel(data(), "m")
    assert (panel.coefficients[added.name].value, panel.coefficients[added.name].n) == (0.5, 2)
    suite = {"name": "s", "data": {"labels": "l.csv"}, "variants": [{"name": "m", "import": "m"}]}
    assert Suite.model_validate(suite | {"metrics": ["raw", added.name]}).metrics == ("raw", added.name)
    chosen = evaluate(data(), "t", metrics=[added.name], terms=ComparisonTerms()).panels["m"]
    assert list(chosen.coefficients) == ["raw", added.name]


def test_a_registered_metric_is_in_the_commands_json_and_table(
    added: Metric, capsys: pytest.CaptureFixture[str]
) -> None:
    show_panel(Output(as_json=True), data(), agreement_panel(data(), "m"), ())
    assert json.loads(capsys.readouterr().out)[added.name]["value"] == 0.5
    show_panel(Output(as_json=False), data(), agreement_panel(data(), "m"), ())
    assert added.name in capsys.readouterr().out


def test_a_registered_metric_is_in_the_reports_json(added: Metric) -> None:
    made = as_json(evaluate(data(), "t", terms=ComparisonTerms()))
    assert made["panels"]["m"]["coefficients"][added.name]["value"] == 0.5


@pytest.mark.parametrize(
    ("code", "title", "value"), [("en", "Agreement on y", "50.0 %"), ("zh", "y 上的一致率", "50.0%")]
)
def test_a_registered_metric_is_in_the_report_and_the_page_in_both_languages(
    added: Metric, monkeypatch: pytest.MonkeyPatch, code: str, title: str, value: str
) -> None:
    if code == "zh":  # as its line in reports.po would say it; without one it is shown in English
        texts = {**language("zh").texts, added.title: (title,)}
        monkeypatch.setattr("assistant.messages.language.Language.gettext", lambda _, text: texts.get(text, (text,))[0])
    # The page of figures shows the blocks of this very section.
    (part,) = agreement_section({"m": agreement_panel(data(), "m")}, Words(code)).parts
    tables = [block for block in part.blocks if isinstance(block, Table)]
    assert (title, value) in [row[:2] for row in tables[0].rows]


def test_metrics_are_shown_where_their_scale_fits() -> None:
    names = {one.name for one in metrics.variant_metrics(Scale.NOMINAL)}
    assert names == {"raw", "cohen_kappa", "gwet_ac1", "krippendorff_alpha"}
    graded = {one.name for one in metrics.metrics() if one.scales == GRADES and one.of_variant is not None}
    assert {one.name for one in metrics.variant_metrics(Scale.ORDINAL)} == names | graded
    assert {one.name for one in metrics.variant_metrics(Scale.MULTI)} == names | {"jaccard", "krippendorff_alpha_masi"}
    people = {one.name for one in metrics.people_metrics(Scale.NOMINAL)}
    assert people == {"raw", "fleiss_kappa", "gwet_ac1", "krippendorff_alpha"}


def test_a_name_is_registered_once() -> None:
    with pytest.raises(ValueError, match="called 'raw' already"):
        metrics.register(Metric("raw", "Raw", EVERY_SCALE))
