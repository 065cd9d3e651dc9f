"""What a simulation says in words: a row a method, and one sentence to repeat."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.trust.simulation.simulation import MethodSummary, Simulation

COLUMNS = ("at most", "method", "labels", "saved", "wrong", "95th", "guarantee broken")
"""Of `savings_rows`; wrong labels at most; `labels` are those people gave, `95th` the percentile of what is wrong."""

_SHORT = {
    "naive": "naive",
    "pac": "PAC",
    "assistant": "assistant",
    "continued": "in batches, one campaign",
    "separate": "in batches, a campaign each",
}


def savings_rows(simulations: Sequence[Simulation]) -> list[tuple[str, ...]]:
    """A row for each target and method, under `COLUMNS`: means with their standard deviation, and the 95th percentile.

    `guarantee broken` is the share of trials over the target, with its exact 95 % interval.
    """
    return [
        (_percent(simulation.max_error), _SHORT.get(name, name), *_cells(summary))
        for simulation in simulations
        for name, summary in simulation.methods.items()
    ]


def savings_sentence(simulation: Simulation) -> str:
    """What people would label with the assistant and with PAC labels, and how often its promise was kept."""
    ours, pac = simulation.methods["assistant"], simulation.methods["pac"]
    kept = simulation.trials - round(ours.violation_share * simulation.trials)
    return (
        f"On this set people would label {ours.human_labels_mean:,.0f} of {simulation.items:,} items instead of "
        f"{pac.human_labels_mean:,.0f} with PAC labels; the guarantee (at most "
        f"{_percent(simulation.max_error)} wrong) held in {kept:,} of {simulation.trials:,} trials."
    )


def batches_sentence(simulation: Simulation) -> str | None:
    """What one campaign that continues over batches saves beside one for each, and what holds of single batches."""
    continued, separate = (simulation.methods.get(name) for name in ("continued", "separate"))
    if continued is None or separate is None or continued.batches is None:
        return None
    shares = continued.batches
    return (
        f"Cut into {shares.batches} batches, one campaign that continues over them saves {continued.saved_mean:.1%},"
        f" {shares.batches} campaigns {separate.saved_mean:.1%}; what had been delivered by then held too many wrong"
        f" labels at {shares.broken_on_the_way:.1%} of the deliveries; {shares.alone:.0%} of the batches have the"
        f" guarantee by themselves, which was broken in {shares.alone_broken:.1%} of them."
    )


def _cells(summary: MethodSummary) -> tuple[str, ...]:
    low, high = summary.violation_interval
    return (
        f"{summary.human_labels_mean:,.0f}",
        f"{summary.saved_mean:.1%} ± {100 * summary.saved_sd:.1f}",
        f"{summary.error_mean:.2%}",
        f"{summary.error_p95:.2%}",
        f"{summary.violation_share:.1%} ({100 * low:.1f} to {100 * high:.1f})",
    )


def _percent(share: float) -> str:
    return f"{100 * share:.4g} %"
