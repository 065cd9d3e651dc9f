"""The chart of a simulation, drawn without a network."""

import re
from pathlib import Path

import pytest

from assistant.errors import InputError
from assistant.reports.savings import savings_chart, write_savings
from assistant.trust.simulation.outcome import BatchOutcome
from assistant.trust.simulation.simulation import MethodSummary, Simulation


def simulation(max_error: float) -> Simulation:
    """Ten trials of three methods on 100 items; the naive one always breaks its bound."""
    allowed = round(100 * max_error)

    def played(people: int, errors: int) -> MethodSummary:
        return MethodSummary.of([BatchOutcome(100, people + trial, errors) for trial in range(10)], max_error)

    methods = {"assistant": played(20, 0), "naive": played(40, allowed + 1), "pac": played(60, allowed)}
    return Simulation(items=100, trials=10, max_error=max_error, confidence=0.95, methods=methods)


SIMULATIONS = [simulation(0.02), simulation(0.05), simulation(0.1)]


def test_the_chart_has_a_row_for_each_method_and_target_and_marks_broken_promises() -> None:
    spec = savings_chart(SIMULATIONS, subject="made up").to_dict()
    (rows,) = spec["datasets"].values()
    assert len(rows) == 9
    # 20, 21 ... 29 labels of 100 by people: 75.5 % saved on average.
    ours = next(row for row in rows if row["method"] == "This assistant" and row["target"] == 0.05)
    assert ours["mean"] == pytest.approx(0.755)
    assert (ours["low"], ours["high"]) == (pytest.approx(0.7145), pytest.approx(0.7955))
    assert {row["method"]: row["broken"] for row in rows} == {
        "This assistant": False,
        "PAC labels as published": False,
        "Naive threshold on the LLM's own score": True,
    }
    assert spec["title"]["text"] == "Human labels saved on made up"


@pytest.mark.parametrize("ending", [".svg", ".png", ".html"])
def test_the_same_simulations_give_the_same_bytes(tmp_path: Path, ending: str) -> None:
    first, second = tmp_path / f"a{ending}", tmp_path / f"b{ending}"
    write_savings(SIMULATIONS, first)
    write_savings(SIMULATIONS, second)
    assert first.read_bytes() == second.read_bytes()
    assert (
        first.read_bytes()[:9] == {".svg": b"<svg xmln", ".png": b"\x89PNG\r\n\x1a\n\0", ".html": b"<!DOCTYPE"}[ending]
    )


def test_the_drawing_names_the_methods_and_the_targets(tmp_path: Path) -> None:
    write_savings(SIMULATIONS, tmp_path / "chart.svg")
    drawing = (tmp_path / "chart.svg").read_text(encoding="utf-8")
    shown = re.findall(r">([^<>]+)</text>", drawing)
    legend = ["Naive threshold on the LLM's own score", "PAC labels as published", "This assistant"]
    assert [text for text in shown if text in legend] == legend
    assert {"2%", "5%", "10%"} <= set(shown)
    assert "100 items, 10 trials, confidence 95%" in drawing


def test_the_page_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    write_savings(SIMULATIONS[:1], tmp_path / "chart.html")
    page = (tmp_path / "chart.html").read_text(encoding="utf-8")
    assert "<script src" not in page
    outside_scripts = re.sub(r"<script[^>]*>.*?</script>", "", page, flags=re.DOTALL)
    assert not re.findall(r"src=|href=|url\(|@import", outside_scripts)


def test_another_ending_or_place_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="chart_format_unknown"):
        write_savings(SIMULATIONS, tmp_path / "chart.pdf")
    with pytest.raises(InputError, match="nowhere: folder_not_found"):
        write_savings(SIMULATIONS, tmp_path / "nowhere" / "chart.svg")
    (tmp_path / "taken.svg").mkdir()
    with pytest.raises(InputError, match="file_not_written"):
        write_savings(SIMULATIONS, tmp_path / "taken.svg")


def test_nothing_to_draw_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one simulation"):
        savings_chart([])
