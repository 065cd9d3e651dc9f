"""A second campaign over the same items: it audits what it states, by draws of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from assistant.domain.certificates import Purpose, Sample
from assistant.routing.sampling import draws
from assistant.store.audit import log as audit
from assistant.store.certification import nonces
from assistant.store.certification.nonces import campaign_scope
from assistant.store.certification.samples import SampleStore
from assistant.store.tables.certification import nonces as table
from assistant.store.tables.certification import sample_items
from assistant.wiring.workspace import Workspace
from tests.cli.conftest import Assistant
from tests.cli.made_up import MadeUp, label_them, load, make_up

TARGETS = {"r1": "0.2", "r2": "0.1"}


@pytest.fixture
def made() -> MadeUp:
    return make_up(400, 5)


def play(assistant: Assistant, workspace: Path, made: MadeUp, run: str) -> Any:
    """A run's campaign to its end, but for what goes to people in any case; its certificate."""
    sheet = workspace / f"{run}.csv"
    for _ in range(60):
        words = ("--run", run, "--max-error", TARGETS[run], "--out", sheet, "-w", workspace, "--json")
        asked = assistant("sample", *words)
        assert asked.status == 0, asked.stdout
        if asked.json["purpose"] in {None, "review"}:
            break
        label_them(assistant, workspace, sheet, made.truth)
    return assistant("certify", "--run", run, "-w", workspace, "--json")


def audits(workspace: Path, run: int) -> list[tuple[Sample, set[str]]]:
    with Workspace.open(workspace) as opened:
        store = SampleStore(opened.database)
        return [(one, {item.item_id for item in store.items(one.id)}) for one in store.of_run(run, Purpose.AUDIT)]


@pytest.fixture
def twice(assistant: Assistant, workspace: Path, made: MadeUp) -> Path:
    """Two runs with the same answers, certified one after the other."""
    load(assistant, workspace, made)
    assert play(assistant, workspace, made, "r1").status == 0
    load(assistant, workspace, made, model="again")
    assert play(assistant, workspace, made, "r2").status == 0
    return workspace


def test_each_run_draws_its_audit_by_a_nonce_of_its_own(twice: Path) -> None:
    with Workspace.open(twice) as opened:
        found = {run: opened.nonces.find(campaign_scope(run)) for run in (1, 2)}
        sealed = {entry.subject for entry in audit.entries(opened.database, action="nonce.draw")}
    assert sealed >= {"nonce:run 1: campaign", "nonce:run 2: campaign"}
    for run, nonce in found.items():
        assert nonce is not None
        for sample, drawn in audits(twice, run):
            assert sample.detail["seal"] == nonce.seal
            numbers = dict(zip(drawn, draws(nonce.value, list(drawn), "audit"), strict=True))
            assert all(number < float(str(sample.detail["rate"])) for number in numbers.values())
    first, second = (draws(one.value, ["p0001", "p0002", "p0003"], "audit") for one in found.values() if one)
    assert (first != second).all()


def test_a_second_run_audits_the_share_it_states_and_its_certificate_holds(
    assistant: Assistant, twice: Path, made: MadeUp
) -> None:
    said = assistant("certify", "--run", "r2", "-w", twice, "--json").json
    expected = said["rate"] * said["offered"]
    assert said["audited"] == pytest.approx(expected, abs=4 * (expected * (1 - said["rate"])) ** 0.5)
    settled = assistant("settle", "--run", "r2", "-w", twice, "--json")
    assert settled.status == 0
    with Workspace.open(twice) as opened:
        finals = {
            row["external_id"]: row["final_labels"]
            for page in opened.results.pages(opened.runs.find("r2"))
            for row in page
            if row["final_origin"] in {"model", "classifier"}
        }
    assert made.wrong({name: labels[0] for name, labels in finals.items()}) <= said["allowed"]


def test_a_manager_can_show_when_the_draws_were_fixed(assistant: Assistant, twice: Path) -> None:
    nonce = assistant("certify", "--run", "r2", "-w", twice, "--json").json["nonce"]
    with Workspace.open(twice) as opened:
        entries = audit.entries(opened.database, action="nonce.draw", subject="nonce:run 2: campaign")
    assert [entry.detail for entry in entries] == [{"seal": nonce["seal"]}]


def test_an_audit_whose_items_or_nonce_were_changed_afterwards_proves_nothing(
    assistant: Assistant, twice: Path
) -> None:
    sample = next(sample for sample, drawn in audits(twice, 2) if drawn)
    with Workspace.open(twice) as opened, opened.database.write() as connection:
        one = sa.select(sa.func.min(sample_items.c.item_id)).where(sample_items.c.sample_id == sample.id)
        chosen = connection.execute(one).scalar_one()
        connection.execute(
            sa.delete(sample_items).where(sample_items.c.sample_id == sample.id, sample_items.c.item_id == chosen)
        )
    told = assistant("certify", "--run", "r2", "-w", twice, "--json").json["error"]
    assert told["what"] == f"audit sample {sample.id} is not what its nonce draws: it was changed"
    with Workspace.open(twice) as opened, opened.database.write() as connection:
        connection.execute(sa.update(table).where(table.c.scope == campaign_scope(1)).values(value="f" * 32))
    told = assistant("certify", "--run", "r1", "-w", twice, "--json").json["error"]
    assert "is not the one sealed when it was drawn" in told["what"]


def test_an_old_audit_that_used_up_another_ones_draws_is_refused(assistant: Assistant, twice: Path) -> None:
    with Workspace.open(twice) as opened, opened.database.write() as connection:
        connection.execute(sa.text("UPDATE samples SET detail = REPLACE(detail, '\"seal\"', '\"forgotten\"')"))
    first, second = (assistant("certify", "--run", run, "-w", twice, "--json") for run in ("r1", "r2"))
    assert first.json["nonce"] is not None  # the first run's draws were fresh, nonce or not
    assert "it looked at fewer items than it states, and proves nothing" in second.json["error"]["what"]


@pytest.mark.usefixtures("workspace")
def test_whoever_knows_ids_settings_and_code_foretells_no_draw(
    assistant: Assistant, made: MadeUp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nonces, "fresh_value", lambda: nonces.secrets.token_hex(16))  # as it is outside of tests
    drawn = []
    for number in range(2):
        folder = tmp_path / f"alike-{number}"
        assert assistant("init", folder).status == 0
        load(assistant, folder, made)
        assistant("sample", "--out", folder / "sheet.csv", "-w", folder)
        with Workspace.open(folder) as opened:
            drawn.append({one.item_id for one in SampleStore(opened.database).items(1)})
    assert len(drawn[0] & drawn[1]) < 30  # of 60 each; 9 expected, and 30 once in more than a billion
