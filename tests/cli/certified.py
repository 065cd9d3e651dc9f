"""A run with scores and a certificate, put into the stores by hand: what `sample` and `certify` would leave there."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from assistant.domain.certificates import CertificateEventKind, Purpose, SampledItem, Score
from assistant.store.certification.certificates import CertificateStore
from assistant.store.certification.fits import FitStore
from assistant.store.certification.samples import SampleStore
from assistant.store.database import Database
from assistant.store.tables.certification import scores
from assistant.store.tables.content import items
from assistant.wiring.workspace import Workspace
from tests.cli.conftest import Assistant
from tests.cli.files import ingest, write_jsonl
from tests.statements import made_up_statement

SENTENCE = "Of these 20 labels at most 5.00 % differ from what reviewers would have said, with 95.00 % confidence."


def score_of(database: Database, fit_id: int, item_id: str) -> Score | None:
    """The score of one item, with which the fit was made or that came later; None where there is none."""
    query = (
        sa.select(items.c.external_id, scores.c.labels, scores.c.confidence, scores.c.origin)
        .join(items, items.c.id == scores.c.item_id)
        .where(scores.c.fit_id == fit_id, items.c.external_id == item_id)
    )
    with database.read() as connection:
        row = connection.execute(query).one_or_none()
    return None if row is None else Score(*row)


def answered_run(assistant: Assistant, workspace: Path, answers: dict[str, str], model: str = "judge") -> None:
    """Items with a machine's answers."""
    ingest(assistant, workspace, [{"id": name, "text": f"content of {name}"} for name in answers])
    given = [{"id": name, "label": label} for name, label in answers.items()]
    said = assistant(
        "prelabels", "import", write_jsonl(workspace / "answers.jsonl", given), "--model", model, "-w", workspace
    )
    assert said.status == 0, said.stderr


def people_say(assistant: Assistant, workspace: Path, labels: dict[str, str], rater: str = "ann") -> None:
    """One person's labels."""
    file = write_jsonl(workspace / f"{rater}.jsonl", [{"id": name, "label": label} for name, label in labels.items()])
    assert assistant("labels", "import", file, "--rater-name", rater, "-w", workspace).status == 0


def fit(workspace: Path, scores: dict[str, tuple[str, float]], run: str = "r1") -> int:
    """Scores of a run: label and confidence by item."""
    with Workspace.open(workspace) as opened:
        run_id = opened.runs.find(run).id
        given = (Score(name, (label,), confidence, "model") for name, (label, confidence) in scores.items())
        return FitStore(opened.database).add(run_id, seed=1, labels_used=50, report={}, scores=given).id


def certify(
    workspace: Path, fit_id: int, passed: int, audited: tuple[str, ...] = (), run: str = "r1", **stated: object
) -> int:
    """A certificate that lets the surest items of a fit pass, some of which were audited; `stated` in its statement."""
    with Workspace.open(workspace) as opened:
        run_id, items = opened.runs.find(run).id, opened.items.count()["items"]
        drawn = [SampledItem(name, 0.5) for name in audited]
        sample = SampleStore(opened.database).add(
            run_id, fit_id=fit_id, purpose=Purpose.AUDIT, population=items, seed=1, detail={}, items=drawn
        )
        statement = made_up_statement(
            population=items,
            accepted=passed - len(audited),
            waves=[{"sample": sample.id, "fit": fit_id, "offered": passed, "passed": passed}],
            sentence=SENTENCE,
            **stated,
        )
        return CertificateStore(opened.database).issue(run_id, fit_id, sample.id, statement).id


def happened(workspace: Path, event: CertificateEventKind) -> None:
    """Something becomes of the newest certificate of r1."""
    with Workspace.open(workspace) as opened:
        store = CertificateStore(opened.database)
        certificate = store.latest(1)
        assert certificate is not None
        store.record(certificate.id, event, {})
