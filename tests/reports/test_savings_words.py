"""A simulation in words."""

from __future__ import annotations

from assistant.reports.savings_words import COLUMNS, savings_rows, savings_sentence
from assistant.trust.simulation.outcome import BatchOutcome
from assistant.trust.simulation.simulation import MethodSummary, Simulation


def simulation() -> Simulation:
    """Twenty trials on 2,000 items of which 100 may be wrong; ours breaks the promise once."""
    played = {
        "naive": [BatchOutcome(2_000, 1_000, 80)] * 10 + [BatchOutcome(2_000, 1_000, 110)] * 10,
        "pac": [BatchOutcome(2_000, 1_500, 40)] * 20,
        "assistant": [BatchOutcome(2_000, 800, 60)] * 10
        + [BatchOutcome(2_000, 900, 60)] * 9
        + [BatchOutcome(2_000, 900, 101)],
    }
    methods = {name: MethodSummary.of(outcomes, 0.05) for name, outcomes in played.items()}
    return Simulation(items=2_000, trials=20, max_error=0.05, confidence=0.95, methods=methods)


def test_the_sentence_says_what_people_would_label_and_how_often_the_promise_was_kept() -> None:
    assert savings_sentence(simulation()) == (
        "On this set people would label 850 of 2,000 items instead of 1,500 with PAC labels; the guarantee (at most 5 "
        "% wrong) held in 19 of 20 trials."
    )


def test_each_method_has_a_row_with_its_figures_and_the_interval_of_the_broken_share() -> None:
    rows = savings_rows([simulation()])
    assert all(len(row) == len(COLUMNS) for row in rows)
    # Clopper-Pearson of 10 in 20 is 27.2 to 72.8 %, of 0 is 0 to 16.8 %, of 1 is 0.1 to 24.9 %.
    assert rows[0] == ("5 %", "naive", "1,000", "50.0% ± 0.0", "4.75%", "5.50%", "50.0% (27.2 to 72.8)")
    assert rows[1] == ("5 %", "PAC", "1,500", "25.0% ± 0.0", "2.00%", "2.00%", "0.0% (0.0 to 16.8)")
    # Saved 60 % in half of the trials and 55 % in the others: standard deviation 2.5 % * sqrt(20 / 19).
    assert rows[2] == ("5 %", "assistant", "850", "57.5% ± 2.6", "3.10%", "3.10%", "5.0% (0.1 to 24.9)")
