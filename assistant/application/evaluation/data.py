"""What an evaluation is computed on: a suite's frozen labels, or production's, with the answers of variants or runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path

from assistant.application.evaluation.production_data import described_facts, identity_of
from assistant.application.evaluation.snapshots import (
    FrozenSuite,
    SnapshotItems,
    changes_since,
    find_items,
    open_frozen,
    snapshot_path,
)
from assistant.application.evaluation.suites import asking_of, find_suite
from assistant.application.labeling.run_parameters import sampling
from assistant.application.labeling.work import QuestionInputs
from assistant.domain.reasons import Reason
from assistant.domain.runs import Run
from assistant.errors import AssistantError, InputError, NotFoundError
from assistant.ingest.labels.answer_files import read_machine_answers
from assistant.ingest.labels.whole_files import read_items
from assistant.store.runs.eval_answers import EvalAnswers
from assistant.wiring.workspace import Workspace
from evals.data.assemble import FiledVariant, StoredVariant, assemble_snapshot
from evals.data.eval_data import EvalData, VariantIdentity
from evals.data.frozen import LabelSnapshot
from evals.data.selection import Selection, properties_of, shows_media
from evals.gates.suite import Suite, VariantChoice, read_suite

_SHOWN = 5


def suite_data(
    workspace: Workspace, suite: Path | str, selection: Selection | None = None
) -> tuple[EvalData, str, Suite]:
    """A suite's frozen labels with everything its variants have answered so far.

    Args:
        workspace: the opened workspace.
        suite: its name or its TOML file.
        selection: which of its items, and by what they are sliced beside the suite's own; None takes all.

    Returns:
        The data, the digest of its snapshot, and the suite.

    Raises:
        InputError: the suite has mistakes, was not frozen, or its snapshot was edited; a variant names answers that
            are not there; or no item was asked for.
    """
    frozen = open_frozen(workspace, suite if isinstance(suite, Path) else find_suite(workspace, suite))
    found = find_items(workspace, frozen.snapshot)
    variants = [_variant(workspace, frozen, found, choice) for choice in frozen.suite.variants]
    notes = [*changes_since(workspace, frozen), *_place_notes(found, frozen.suite), *_repeat_notes(workspace, frozen)]
    chosen = selection or Selection()
    snapshot, more = _chosen(frozen, found, chosen)
    data = assemble_snapshot(
        snapshot,
        variants,
        names=found.names,
        texts=_texts(frozen, found),
        slices=frozen.suite.slices,
        more=more,
        notes=notes,
    )
    return chosen.counted(data), frozen.digest, frozen.suite


def _chosen(
    frozen: FrozenSuite, found: SnapshotItems, chosen: Selection
) -> tuple[LabelSnapshot, dict[str, dict[str, str]]]:
    """The part of a snapshot that was asked for, and by what more it is sliced: as frozen, else as the item is now."""
    described = {name: described_facts(facts) for name, facts in found.facts.items()}
    if frozen.suite.data.items is not None:
        filed = read_items(frozen.path.parent / frozen.suite.data.items, frozen.suite.data.readings.items)
        described |= {
            name: properties_of(name, one.language, one.source, one.meta, has_media=shows_media(one.content, one.meta))
            for name, one in filed.items()
        }
    known = {one.id: {"id": one.id} | described.get(one.id, {}) | dict(one.properties) for one in frozen.snapshot.items}
    kept = tuple(one for one in frozen.snapshot.items if chosen.takes(known[one.id]))
    chosen.check(len(kept), str(frozen.path))
    return replace(frozen.snapshot, items=kept), {one.id: chosen.columns(known[one.id]) for one in kept}


@dataclass(frozen=True, slots=True)
class SuiteState:
    """How far a suite has come.

    Args:
        name, path: of the suite.
        digest: of its snapshot, empty where it is not frozen.
        items: of the snapshot.
        answered: by variant, how many of the items each repeat has answered.
        problem: why that can't be said, None where it can.
    """

    name: str
    path: Path
    digest: str = ""
    items: int = 0
    answered: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    problem: AssistantError | None = None


def suite_state(workspace: Workspace, path: Path) -> SuiteState:
    """How far a suite has come; what is wrong with it is told, not raised."""
    try:
        suite = read_suite(path)
    except InputError as error:
        return SuiteState(path.stem, path, problem=error)
    if not snapshot_path(workspace, suite).exists():
        return SuiteState(suite.name, path)
    try:
        frozen = open_frozen(workspace, path)
        found = find_items(workspace, frozen.snapshot)
        answered = {one.name: _counts(frozen, _variant(workspace, frozen, found, one)) for one in suite.variants}
    except AssistantError as error:
        return SuiteState(suite.name, path, problem=error)
    return SuiteState(suite.name, path, frozen.digest, len(frozen.snapshot.items), answered)


def _counts(frozen: FrozenSuite, variant: StoredVariant | FiledVariant) -> tuple[int, ...]:
    if isinstance(variant, FiledVariant):
        return (sum(item.id in variant.rows for item in frozen.snapshot.items),)
    return tuple(0 if given is None else len(given) for given in variant.repeats)


def _variant(
    workspace: Workspace, frozen: FrozenSuite, found: SnapshotItems, choice: VariantChoice
) -> StoredVariant | FiledVariant:
    if choice.asked:
        return asked_variant(workspace, frozen, found, choice)
    if choice.run is not None:
        return _of_run(workspace, found, choice.name, workspace.runs.find(choice.run))
    assert choice.imported is not None  # noqa: S101 - the suite was checked
    if frozen.suite.data.machine is not None:
        return _filed(frozen, choice.name, choice.imported)
    return _of_run(workspace, found, choice.name, _imported(workspace, choice.imported, frozen.path))


def asked_variant(
    workspace: Workspace, frozen: FrozenSuite, found: SnapshotItems, choice: VariantChoice
) -> StoredVariant:
    """A variant with what it has answered so far, by repeat.

    Args:
        workspace: the opened workspace.
        frozen: the suite whose data it was asked about.
        found: the items whose answers are wanted.
        choice: the variant, which is asked here.
    """
    askings = [asking_of(workspace, choice, repeat) for repeat in range(frozen.suite.repeats)]
    runs = [workspace.runs.of_evaluation(asking.identity, frozen.digest) for asking in askings]
    first = askings[0]
    identity = VariantIdentity(
        "@".join(first.prompt_name), "@".join(first.policy_name), first.model_spec, first.identity.parameters
    )
    return StoredVariant(choice.name, identity, [_answers(workspace, run, found) for run in runs])


def _of_run(workspace: Workspace, found: SnapshotItems, name: str, run: Run) -> StoredVariant:
    return StoredVariant(name, identity_of(run), [_answers(workspace, run, found)])


def _answers(workspace: Workspace, run: Run | None, found: SnapshotItems) -> EvalAnswers | None:
    return None if run is None else workspace.eval_answers.answers(run.id, list(found.names))


def _imported(workspace: Workspace, model: str, where: Path) -> Run:
    known = {run.model: run for run in workspace.runs.all() if run.origin == "import"}
    if model in known:
        return known[model]
    raise _unknown(model, known, where)


def _filed(frozen: FrozenSuite, name: str, model: str) -> FiledVariant:
    assert frozen.suite.data.machine is not None  # noqa: S101 - the caller looked
    path = frozen.path.parent / frozen.suite.data.machine
    ids = [item.id for item in frozen.snapshot.items]
    said = {label for item in frozen.snapshot.items for answer in item.answers for label in answer.labels}
    reading = frozen.suite.data.readings.machine
    read = read_machine_answers(path, ids, label_set=frozen.snapshot.classes, spelled=sorted(said), reading=reading)
    if model not in read.by_model:
        raise _unknown(model, read.by_model, path)
    return FiledVariant(name, VariantIdentity(model=model), read.by_model[model], read.unanswered.get(model, ()))


def _unknown(model: str, known: Mapping[str, object], where: Path) -> InputError:
    near = get_close_matches(model, known, n=1)
    if near:
        return NotFoundError("prelabels_misspelled", where=str(where), model=model, near=near[0])
    return NotFoundError("prelabels_not_imported", where=str(where), model=model, known=list(known))


def _texts(frozen: FrozenSuite, found: SnapshotItems) -> dict[str, str]:
    """Texts of the workspace's items, and of a suite's own file those that are as they were frozen."""
    texts = {name: facts.content.shown_text for name, facts in found.facts.items()}
    if frozen.suite.data.items is not None:
        items = read_items(frozen.path.parent / frozen.suite.data.items, frozen.suite.data.readings.items)
        digests = {item.id: item.digest for item in frozen.snapshot.items}
        texts |= {
            name: one.content.shown_text for name, one in items.items() if digests.get(name) == one.content.digest
        }
    return texts


def _place_notes(found: SnapshotItems, suite: Suite) -> list[Reason]:
    if suite.data.query is None and not any(one.asked for one in suite.variants):
        return []
    notes: list[Reason] = []
    if found.missing:
        notes.append(Reason.of("frozen_items_missing", count=len(found.missing), items=_some(found.missing)))
    if found.changed:
        notes.append(Reason.of("frozen_items_changed", count=len(found.changed), items=_some(found.changed)))
    return notes


def _repeat_notes(workspace: Workspace, frozen: FrozenSuite) -> list[Reason]:
    if frozen.suite.repeats == 1:
        return []
    asked = [one for one in frozen.suite.variants if one.asked]
    cold = tuple(one.name for one in asked if not _temperature(asking_of(workspace, one, 0)))
    return [Reason.of("repeats_at_temperature_0", variants=cold)] if cold else []


def _temperature(asking: QuestionInputs) -> float:
    return sampling(asking.settings, asking.prompt, asking.model_spec).temperature


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (" ..." if len(names) > _SHOWN else "")
