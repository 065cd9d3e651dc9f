"""Production as evaluation data: what people said of the items of runs, weighted by the chance they had to say it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import orjson

from assistant.application.certification.campaign_state import read_history
from assistant.application.certification.sampled_labels import speaking_labels
from assistant.domain.labels import NO_ANSWER
from assistant.domain.policies import LabelSet
from assistant.domain.reasons import Reason
from assistant.domain.runs import Run
from assistant.errors import InputError
from assistant.reports.reasons.in_files import read_written
from assistant.store.certification.labelled import ItemFacts, LabelledItem
from assistant.wiring.workspace import Workspace
from evals.data.assemble import HOW_SURE, LabelledFacts, StoredVariant, assemble_production
from evals.data.eval_data import EvalData, VariantIdentity
from evals.data.frozen import FrozenAnswer
from evals.data.population import Population, ScoreMoments
from evals.data.reference_set import joined
from evals.data.selection import Selection, properties_of, shows_media
from evals.freezing.candidates import Routed, chance, frozen_answer, stated_inclusion
from evals.freezing.freeze import SCALES, spelled

FOR_ANOTHER_REASON = Reason("labelled_for_another_reason")
NOT_ANSWERED = Reason("labelled_and_not_asked")


@dataclass(frozen=True, slots=True)
class _Chances:
    """The chance each label had to be asked for: by a campaign's samples, else by the routes of the run.

    `finite` says whether figures speak for a known set of items that each label was drawn from.
    """

    run: str
    campaign: Mapping[str, float] | None
    note: Reason | None
    routed: Routed
    finite: bool = False

    def of(self, item: LabelledItem) -> float | None:
        """None where the item was labelled for another reason than the campaign."""
        if self.campaign is not None:
            return self.campaign.get(item.facts.id)
        stated = stated_inclusion(item.facts, item.labels)
        return chance(self.routed.get(item.facts.id, ()), item.labels[0].at, stated)

    def before_routes(self, item: LabelledItem) -> bool:
        """Whether nothing routed the item before it was labelled."""
        routes = self.routed.get(item.facts.id, ())
        return self.campaign is None and not (routes and routes[0][0] <= item.labels[0].at)


def runs_data(
    workspace: Workspace, runs: Sequence[Run], selection: Selection | None = None, *, whole: bool = False
) -> EvalData:
    """What people said of the items of runs, and what the runs answered.

    The chance of an item to be labelled is that of the route in force when it was first labelled: each route stores
    it. What was labelled before anything routed it stands for itself alone, and the routed items for all others. Where
    a campaign drew samples from the first run, labels of all its phases count, each by the chance it had there; figures
    then speak for the batch they were drawn from, and are exact where people labelled all of it.

    Args:
        workspace: the opened workspace.
        runs: one or more; labels weigh by the routes of the first.
        selection: which items, and by what they are sliced; None takes all.
        whole: count what the runs answered to all of their items, too; not of a selection.

    Raises:
        InputError: people labelled none of the items, or none that was asked for.
    """
    chances = _chances(workspace, runs[0])
    label_set = workspace.policy.label_set if any(run.policy for run in runs) else None
    left_out: Counter[Reason] = Counter()
    before = stated = 0
    chosen = selection or Selection()
    described = {one.facts.id: (one, described_facts(one.facts)) for one in workspace.labelled_items.items()}
    labelled = [one for one, properties in described.values() if chosen.takes(properties)]
    if described:
        chosen.check(len(labelled), str(workspace.folder))
    given = {one.facts.key: list(_newest(one, label_set)) for one in labelled}
    keys = [one.facts.key for one in labelled]
    answers = workspace.eval_answers
    variants = [StoredVariant(run.name, identity_of(run), [answers.answers(run.id, keys)]) for run in runs]
    answered = {key for variant in variants for said in variant.repeats if said for key in said.keys}
    everything = [answer for of_item in given.values() for answer in of_item]
    kept = []
    for one in labelled:
        probability = chances.of(one)
        if one.facts.key not in answered:
            left_out[NOT_ANSWERED] += 1
        elif probability is None:
            left_out[FOR_ANOTHER_REASON] += 1
        else:
            unrouted = chances.before_routes(one)
            before += unrouted and probability == 1
            stated += unrouted and probability != 1
            kept.append(LabelledFacts(one.facts, given.pop(one.facts.key), probability))
    if not kept:
        raise InputError("run_without_human_labels", run=runs[0].name)
    data = assemble_production(
        kept,
        variants,
        classes=label_set.names if label_set else None,
        scale=SCALES[label_set.kind] if label_set else None,
        known=_known(workspace, everything),
        beside=[answer for of_item in given.values() for answer in of_item],
        left_out=left_out,
        notes=_notes(chances, before, stated, len(kept)),
        finite=chances.finite,
        more={one.facts.id: chosen.columns(described[one.facts.id][1]) for one in kept},
        populations=_populations(workspace, runs) if whole and not chosen.conditions else {},
    )
    return chosen.counted(data)


def described_facts(facts: ItemFacts) -> dict[str, str]:
    """An item of the workspace by its properties."""
    return properties_of(
        facts.id, facts.language, facts.source, facts.meta, has_media=shows_media(facts.content, facts.meta)
    )


def _populations(workspace: Workspace, runs: Sequence[Run]) -> dict[str, Population]:
    return {run.name: _population(workspace, run) for run in runs}


def _population(workspace: Workspace, run: Run) -> Population:
    """What a run answered to all items of its batch, labelled or not, counted."""
    last_key = read_history(workspace, run).last_key
    counts = workspace.answer_counts.of_run(run.id, HOW_SURE, last_key=last_key)
    answers: Counter[str] = Counter()
    for one in counts:
        answers[NO_ANSWER if one.labels is None else joined(one.labels)] += one.items
    scored = [one for one in counts if one.least is not None and one.most is not None]
    if not scored:
        return Population(answers)
    least, most = min(one.least or 0.0 for one in scored), max(one.most or 0.0 for one in scored)
    total, squares = sum(one.score_sum for one in scored), sum(one.score_squares for one in scored)
    return Population(answers, ScoreMoments(total, squares, least, most))


def identity_of(run: Run) -> VariantIdentity:
    """What a run is made of."""
    parameters = orjson.dumps(run.parameters, option=orjson.OPT_SORT_KEYS).decode() if run.parameters else ""
    return VariantIdentity(run.prompt or "", run.policy or "", run.model, parameters)


def _chances(workspace: Workspace, run: Run) -> _Chances:
    speaking = speaking_labels(workspace, run)
    if speaking is not None:
        inclusion, sampled = speaking
        return _Chances(run.name, inclusion, read_written(sampled.note(run.name)), {}, sampled.finite)
    return _Chances(run.name, None, None, dict(workspace.labelled_items.routed(run.id)))


def _newest(item: LabelledItem, label_set: LabelSet | None) -> Iterator[FrozenAnswer]:
    """The newest answer of each person, spelled as the label set does."""
    for one in {one.rater: one for one in item.labels}.values():
        answer = frozen_answer(one)
        yield answer if label_set is None else spelled(answer, label_set) or answer  # off it, counted later on


def _known(workspace: Workspace, answers: Iterable[FrozenAnswer]) -> tuple[str, ...]:
    """The policy's labels, where people label by it: then one that was not needed so far is a label too."""
    names = workspace.policy.label_set.names
    used = {label for one in answers for label in one.labels}
    return names if used and used <= set(names) else ()


def _notes(chances: _Chances, before: int, stated: int, items: int) -> list[Reason]:
    if chances.note is not None:
        return [chances.note]
    notes: list[Reason] = []
    if stated:
        notes.append(Reason.of("items_with_stated_inclusion", items=stated))
    if before + stated < items:
        notes.append(Reason.of("labels_weighted_by_routes", run=chances.run))
    if before:
        notes.append(Reason.of("labelled_before_routed", items=before, run=chances.run))
    return notes
