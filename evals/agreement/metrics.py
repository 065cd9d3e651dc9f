"""The metrics of the agreement panel: each is registered here once, and command, JSON, report, page and API read it.

A metric is a function of `PanelItems` (of a variant against people), or of `RatersItems` (of people among themselves),
or both, with the name it has in JSON, its title (an English message of the catalogue) and the scales it is defined on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assistant.messages.language import marked
from assistant.stats.agreement.coefficient import Coefficient
from evals.agreement.measures import NDCG_AT, jaccard, kendall, masi_alpha, mean_ndcg
from evals.agreement.panel_items import PanelItems
from evals.agreement.people import RatersItems
from evals.data.eval_data import Scale

EVERY_SCALE = frozenset(Scale)
GRADES = frozenset({Scale.ORDINAL})
SETS = frozenset({Scale.MULTI})


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of agreement.

    Attributes:
        name: stable, a key in JSON and in a suite's `metrics`.
        title: how reports call it, an English message.
        scales: on which it is defined.
        of_variant: of a variant against what people settled on; None where it is of people alone. Gives None where the
            data has no place for it, such as a ranking without queries.
        of_people: of people among themselves; None where it is of a variant alone.
        share: whether it is a share, shown in per cent; else an index from -1 to 1.
    """

    name: str
    title: str
    scales: frozenset[Scale]
    of_variant: Callable[[PanelItems], Coefficient | None] | None = None
    of_people: Callable[[RatersItems], Coefficient] | None = None
    share: bool = False


_REGISTERED: dict[str, Metric] = {}


def register(metric: Metric) -> Metric:
    """Add a metric after those there are.

    Raises:
        ValueError: there is one of that name.
    """
    if metric.name in _REGISTERED:
        raise ValueError(f"a metric is called {metric.name!r} already")
    _REGISTERED[metric.name] = metric
    return metric


def metrics() -> tuple[Metric, ...]:
    """All metrics, in the order they are shown."""
    return tuple(_REGISTERED.values())


def metric_named(name: str) -> Metric | None:
    """A metric by its name; None where there is none."""
    return _REGISTERED.get(name)


def variant_metrics(scale: Scale) -> tuple[Metric, ...]:
    """Those of a variant that fit the scale, the ones of every scale first."""
    fitting = [one for one in metrics() if one.of_variant is not None and scale in one.scales]
    return tuple(sorted(fitting, key=lambda one: one.scales != EVERY_SCALE))


def people_metrics(scale: Scale) -> tuple[Metric, ...]:
    """Those of people among themselves that fit the scale, the ones of every scale first."""
    fitting = [one for one in metrics() if one.of_people is not None and scale in one.scales]
    return tuple(sorted(fitting, key=lambda one: one.scales != EVERY_SCALE))


for _metric in (
    Metric(
        name="raw",
        title=marked("Raw agreement"),
        scales=EVERY_SCALE,
        of_variant=lambda of: of.coefficient("raw"),
        of_people=lambda of: of.coefficient("raw"),
        share=True,
    ),
    Metric(
        name="cohen_kappa",
        title=marked("Cohen's κ"),
        scales=EVERY_SCALE,
        of_variant=lambda of: of.coefficient("kappa"),
    ),
    Metric(
        name="cohen_kappa_linear",
        title=marked("Cohen's κ, linear weights"),
        scales=GRADES,
        of_variant=lambda of: of.coefficient_of_grades("kappa_linear"),
    ),
    Metric(
        name="cohen_kappa_quadratic",
        title=marked("Cohen's κ, quadratic weights"),
        scales=GRADES,
        of_variant=lambda of: of.coefficient_of_grades("kappa_quadratic"),
    ),
    Metric(
        name="fleiss_kappa",
        title=marked("Fleiss' kappa"),
        scales=EVERY_SCALE,
        of_people=lambda of: of.coefficient("fleiss"),
    ),
    Metric(
        name="gwet_ac1",
        title=marked("Gwet's AC1"),
        scales=EVERY_SCALE,
        of_variant=lambda of: of.coefficient("ac1"),
        of_people=lambda of: of.coefficient("ac1"),
    ),
    Metric(
        name="gwet_ac2",
        title=marked("Gwet's AC2"),
        scales=GRADES,
        of_variant=lambda of: of.coefficient_of_grades("ac2_quadratic"),
    ),
    Metric(
        name="krippendorff_alpha",
        title=marked("Krippendorff's α"),
        scales=EVERY_SCALE,
        of_variant=lambda of: of.coefficient("alpha_nominal"),
        of_people=lambda of: of.coefficient("alpha_nominal"),
    ),
    Metric(
        name="krippendorff_alpha_ordinal",
        title=marked("Krippendorff's α, ordinal"),
        scales=GRADES,
        of_variant=lambda of: of.coefficient_of_grades("alpha_ordinal"),
        of_people=lambda of: of.coefficient("alpha_ordinal"),
    ),
    Metric(
        name="krippendorff_alpha_interval",
        title=marked("Krippendorff's α, interval"),
        scales=GRADES,
        of_variant=lambda of: of.coefficient_of_grades("alpha_interval"),
        of_people=lambda of: of.coefficient("alpha_interval"),
    ),
    Metric(
        name="kendall_tau_b",
        title=marked("Kendall's τ-b"),
        scales=GRADES,
        of_variant=lambda of: kendall(of.data, of.variant, of.graded, confidence=of.confidence, seed=of.seed),
    ),
    Metric(
        name=f"ndcg_{NDCG_AT}",
        title=marked("nDCG@10, mean over queries"),
        scales=GRADES,
        of_variant=lambda of: mean_ndcg(of.data, of.variant, of.graded, of.confidence),
    ),
    Metric(
        name="jaccard",
        title=marked("Jaccard similarity of label sets"),
        scales=SETS,
        of_variant=lambda of: jaccard(of.data, of.variant, of.items, of.confidence),
    ),
    Metric(
        name="krippendorff_alpha_masi",
        title=marked("Krippendorff's α of sets (MASI)"),
        scales=SETS,
        of_variant=lambda of: masi_alpha(of.data, of.variant, of.items, of.confidence),
    ),
):
    register(_metric)
