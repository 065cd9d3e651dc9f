"""`assistant sample` and `certify`: from a batch nobody has looked at to a promise that holds."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from random import Random
from shlex import split
from typing import Any

import pytest

from assistant.application.certification.accepted_items import accepted_scores
from assistant.domain.certificates import CertificateEventKind, Purpose
from assistant.domain.reviews import Review
from assistant.store.certification.certificates import CertificateStore
from assistant.store.certification.samples import SampleStore
from assistant.wiring.workspace import Workspace
from tests.cli.certified import happened, score_of
from tests.cli.conftest import Assistant, Said
from tests.cli.files import ingest
from tests.cli.made_up import MadeUp, fill, give, label_them, load, make_up


@pytest.fixture
def made(assistant: Assistant, workspace: Path) -> MadeUp:
    """400 items of which the machine gets one in seven wrong, loaded as run r1."""
    batch = make_up(400)
    assert load(assistant, workspace, batch) == "r1"
    return batch


@pytest.fixture
def sheet(workspace: Path) -> Path:
    return workspace / "to_label.csv"


def play(
    assistant: Assistant, workspace: Path, made: MadeUp, *words: str, rounds: int = 60, audited: int = 400
) -> list[Any]:
    """Sample and label until so many are audited or only what people label anyway is left; what `sample` said."""
    said: list[Any] = []
    for _ in range(rounds):
        asked = assistant("sample", "--out", workspace / "to_label.csv", *words, "-w", workspace, "--json")
        assert asked.status == 0, asked.stdout
        said.append(asked.json)
        if asked.json["purpose"] in {None, "review"}:
            break
        assert label_them(assistant, workspace, workspace / "to_label.csv", made.truth).status == 0
        if sum(one["size"] for one in said if one["purpose"] == "audit") >= audited:
            break
    return said


@pytest.fixture
def finished(
    assistant: Assistant, workspace: Path, tmp_path_factory: pytest.TempPathFactory, worker_cache: dict[str, Path]
) -> Path:
    """A workspace whose campaign for at most 10 % errors has ended; played once for all tests, each gets a copy."""
    if "finished" not in worker_cache:
        load(assistant, workspace, make_up(400))
        play(assistant, workspace, make_up(400), "--max-error", "0.1")
        worker_cache["finished"] = tmp_path_factory.mktemp("finished") / "workspace"
        shutil.copytree(workspace, worker_cache["finished"])
    shutil.copytree(worker_cache["finished"], workspace, dirs_exist_ok=True)
    return workspace


@pytest.fixture(scope="session")
def worker_cache() -> dict[str, Path]:
    return {}


def certify(assistant: Assistant, workspace: Path, *words: str) -> Said:
    return assistant("certify", *words, "-w", workspace, "--json")


def refused(said: Said) -> str:
    """What a command refused, and its advice."""
    assert said.status == 1, said.stdout
    return f"{said.json['error']['what']}\n{said.json['error']['hint']}"


def leaving(workspace: Path) -> dict[str, str]:
    """Labels that leave without a person under the newest certificate of r1."""
    with Workspace.open(workspace) as opened:
        certificate = CertificateStore(opened.database).latest(1)
        assert certificate is not None
        return {score.item_id: "|".join(score.labels) for score in accepted_scores(opened, certificate)}


def test_a_batch_goes_from_the_first_sample_to_a_certificate_that_holds(
    assistant: Assistant, workspace: Path, made: MadeUp, sheet: Path
) -> None:
    steps: list[list[str]] = []
    while not steps or steps[-1][0] != "certify":
        asked = assistant("sample", "--out", sheet, "-w", workspace)
        assert asked.status == 0, asked.stderr
        command = next(line for line in asked.stderr.splitlines() if line.startswith("next: ")).split("   ")[0]
        steps.append(split(command.removeprefix("next: assistant ")))
        if steps[-1][0] == "labels":
            fill(sheet, made.truth)
            assert assistant(*steps[-1], "-w", workspace).status == 0
    said = certify(assistant, workspace)
    assert said.status == 0
    left = leaving(workspace)
    assert said.json["sentence"] == (
        "Of these 400 labels, at most 5 % (20) differ from what the reviewers would have said, with 95 % confidence; of"
        f" the {len(left)} that are the model's alone, at most {20 / len(left):.1%} do. What reviewers say is one"
        " blind answer an item, given under policy community@1."
    )
    assert len(left) == said.json["accepted"] == 400 - said.json["labels"]["total"] - said.json["left"] > 100
    assert made.wrong(left) <= said.json["allowed"] == 20


def test_asking_again_before_the_labels_came_draws_nothing_and_writes_the_same_file(
    assistant: Assistant, workspace: Path, made: MadeUp, sheet: Path
) -> None:
    first = assistant("sample", "--out", sheet, "-w", workspace, "--json").json
    before = sheet.read_bytes()
    again = assistant("sample", "--out", sheet, "-w", workspace, "--json").json
    assert (again["sample"], again["to_label"], again["new"]) == (first["sample"], 60, False)
    assert sheet.read_bytes() == before
    fill(sheet, made.truth, only=45)
    assert assistant("labels", "import", sheet, "--rater-name", "ann", "-w", workspace).status == 0
    rest = assistant("sample", "--out", sheet, "-w", workspace)
    assert rest.stdout.startswith("15 of 60 labels are missing of sample 1 of r1")
    assert len(rows(sheet)) == 15


def rows(sheet: Path) -> list[dict[str, str]]:
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_file_to_label_in_shows_nothing_of_the_machine_and_computes_nothing(
    assistant: Assistant, workspace: Path, sheet: Path
) -> None:
    made = make_up(70)
    made.texts["p0001"] = "=HYPERLINK(1) lovely"
    load(assistant, workspace, made)
    assert assistant("sample", "--out", sheet, "-w", workspace).status == 0
    shown = rows(sheet)
    assert list(shown[0]) == ["id", "language", "text", "label"]
    assert not any(row["label"] for row in shown)
    assert [row["id"] for row in shown] != sorted(row["id"] for row in shown)
    texts = {row["id"]: row["text"] for row in shown}
    assert texts.get("p0001", "'=HYPERLINK(1) lovely") == "'=HYPERLINK(1) lovely"


def test_labels_in_the_file_that_nobody_took_in_are_not_overwritten(
    assistant: Assistant, workspace: Path, made: MadeUp, sheet: Path
) -> None:
    assistant("sample", "--out", sheet, "-w", workspace)
    fill(sheet, made.truth)
    said = assistant("sample", "--out", sheet, "-w", workspace, "--json")
    assert "the file holds 60 labels that were not imported" in refused(said)
    sheet.write_text("something else", encoding="utf-8")
    assert "there is another file already" in refused(assistant("sample", "--out", sheet, "-w", workspace, "--json"))


def test_a_certificate_is_valid_before_the_campaign_ends_and_grows_with_it(
    assistant: Assistant, workspace: Path, made: MadeUp
) -> None:
    play(assistant, workspace, made, audited=40)
    early = certify(assistant, workspace).json
    assert early["left"] > 0
    assert early["sentence"].endswith(f"It holds once people have labeled the other {early['left']}.")
    assert made.wrong(leaving(workspace)) <= 20
    play(assistant, workspace, made)
    assert certify(assistant, workspace).json["accepted"] > early["accepted"]


def audited_right(workspace: Path) -> list[str]:
    """Ids of audited items on which the machine and people agree, by the newest certificate's own labels."""
    with Workspace.open(workspace) as opened:
        store, truth = SampleStore(opened.database), make_up(400).truth
        drawn = [one.item_id for sample in store.of_run(1, Purpose.AUDIT) for one in store.items(sample.id)]
        scores = {
            score.item_id: score.labels
            for sample in store.of_run(1, Purpose.AUDIT)
            for score in (score_of(opened.database, sample.fit_id or 0, name) for name in drawn)
            if score is not None
        }
    return [name for name in drawn if scores[name] == (truth[name],)]


def test_the_same_proof_is_the_same_certificate(assistant: Assistant, finished: Path) -> None:
    first, second = certify(assistant, finished), certify(assistant, finished)
    assert first.json["sentence"].startswith("Of these 400 labels, at most 10 % (40) differ")
    assert first.stdout == second.stdout


def test_what_fresh_labels_have_broken_is_not_certified_anew(assistant: Assistant, finished: Path) -> None:
    certify(assistant, finished)
    happened(finished, CertificateEventKind.BROKEN)
    assert "fresh labels have broken certificate 1 of r1" in refused(certify(assistant, finished, "--by", "language"))


def test_each_group_has_a_promise_of_its_own_or_goes_to_people(assistant: Assistant, finished: Path) -> None:
    made = make_up(400)
    for by in ("language", "label"):
        said = certify(assistant, finished, "--by", by).json
        groups = {one["group"]: one for one in said["groups"]}
        left = leaving(finished)
        assert len(left) == said["accepted"] == sum(one["accepted"] for one in groups.values())
        for name, group in groups.items():
            members = {
                one: label
                for one, label in left.items()
                if name == (made.languages[one] if by == "language" else made.machine[one][0])
            }
            assert len(members) == group["accepted"]
            assert made.wrong(members) <= group["allowed"]
            assert group["certified"] == (group["reason"] is None)
    assert certify(assistant, finished, "--by", "language").json["groups"][1]["group"] == "en"


def test_the_price_of_certainty_is_shown_where_nothing_can_be_certified(
    assistant: Assistant, workspace: Path, made: MadeUp
) -> None:
    play(assistant, workspace, made, rounds=2)
    said = certify(assistant, workspace)
    assert "nothing of r1 (imported, judge) was audited yet; drawn so far: 60 to start" in refused(said)
    assert "expected outcome of an audit" in said.stderr


def test_the_price_of_certainty_is_shown_on_request(assistant: Assistant, finished: Path) -> None:
    curve = certify(assistant, finished, "--curve").json["curve"]
    assert all(one["audit_labels"] >= one["passing"] - one["leaving"] for one in curve)
    assert assistant("certify", "--curve", "-w", finished).stdout.startswith("certificate 1 of r1: Of these 400 labels")


def test_what_is_missing_is_said_at_every_step(
    assistant: Assistant, workspace: Path, made: MadeUp, sheet: Path
) -> None:
    assert "people have labeled nothing of r1" in refused(certify(assistant, workspace))
    give(assistant, workspace, {"p0000": made.truth["p0000"]})
    assert "were not drawn as an audit" in refused(certify(assistant, workspace))
    while assistant("sample", "--out", sheet, "-w", workspace, "--json").json["purpose"] != "audit":
        label_them(assistant, workspace, sheet, made.truth)
    fill(sheet, made.truth, only=5)
    assistant("labels", "import", sheet, "--rater-name", "ann", "-w", workspace)
    told = refused(certify(assistant, workspace))
    assert "labels of audit sample" in told
    assert "are missing" in told


def test_the_target_may_change_until_items_are_audited_and_not_after(
    assistant: Assistant, workspace: Path, made: MadeUp, sheet: Path
) -> None:
    first = assistant("sample", "--out", sheet, "-w", workspace, "--json", "--max-error", "0.02").json
    assert first["max_error"] == 0.02
    label_them(assistant, workspace, sheet, made.truth)
    assert play(assistant, workspace, made, "--max-error", "0.1", audited=1)[0]["max_error"] == 0.1
    said = assistant("sample", "--out", sheet, "-w", workspace, "--json", "--max-error", "0.2")
    assert "audits for at most 10 % errors at 95 % confidence" in refused(said)
    assert "audits for at most 10 % errors" in refused(certify(assistant, workspace, "--confidence", "0.9"))
    assert "learns with seed 20260101, not 3" in refused(
        assistant("sample", "--out", sheet, "-w", workspace, "--json", "--seed", "3")
    )


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize("share", ["0", "1", "1.5", "-0.1"])
def test_a_share_that_cant_be_is_refused(assistant: Assistant, workspace: Path, share: str) -> None:
    for command in ("sample", "certify"):
        assert "shares lie between 0 and 1" in refused(
            assistant(command, f"--max-error={share}", "-w", workspace, "--json")
        )


def test_a_run_that_isnt_there_and_one_without_labels_are_refused(assistant: Assistant, workspace: Path) -> None:
    assert "no run yet" in refused(assistant("sample", "-w", workspace, "--json"))
    ingest(assistant, workspace, [{"id": "a", "text": "one"}])
    with Workspace.open(workspace) as opened:
        opened.runs.open_import("nobody")
    assert "no run r7" in refused(assistant("sample", "--run", "r7", "-w", workspace, "--json"))
    assert "run r1 has no model labels" in refused(assistant("sample", "--run", "r1", "-w", workspace, "--json"))
    assert "no run yet" in refused(assistant("sample", "-w", workspace, "--json"))  # an empty one is as none


def test_another_run_is_not_certified_by_what_was_drawn_for_this_one(
    assistant: Assistant, finished: Path, sheet: Path
) -> None:
    workspace = finished
    assert load(assistant, workspace, make_up(400), model="other") == "r2"
    assert "the newest run is r2 (imported, other), but people have been asked about r1" in refused(
        assistant("sample", "--out", sheet, "-w", workspace, "--json")
    )
    told = refused(certify(assistant, workspace, "--run", "r2"))
    assert "an audit of those answers proves nothing about these" in told
    assert certify(assistant, workspace, "--run", "r1").json["run"]["name"] == "r1"


def test_items_that_come_into_the_run_later_are_no_part_of_an_audited_batch(
    assistant: Assistant, finished: Path, sheet: Path
) -> None:
    workspace, later = finished, make_up(420)
    added = {name: text for name, text in later.texts.items() if name not in make_up(400).texts}
    load(assistant, workspace, MadeUp(added, later.truth, dict.fromkeys(added, ("safe", 0.9)), later.languages))
    assert certify(assistant, workspace).json["population"] == 400
    assert assistant("sample", "--out", sheet, "-w", workspace, "--json").json["items"] == 400


def test_where_people_disagree_one_more_decides(
    assistant: Assistant, workspace: Path, made: MadeUp, sheet: Path
) -> None:
    assistant("sample", "--out", sheet, "-w", workspace)
    name = rows(sheet)[0]["id"]
    label_them(assistant, workspace, sheet, made.truth)
    give(assistant, workspace, {name: "hate"}, rater="bo")
    said = assistant("sample", "--out", sheet, "-w", workspace)
    assert said.stdout.startswith("1 of 60 labels are missing of sample 1")
    assert "people are evenly split on 1 items: one more person has to label them" in said.stderr
    assert [row["id"] for row in rows(sheet)] == [name]
    assert f"{name} is labeled by ann and bo: it needs another person" in said.stderr
    assert "--rater-name NAME" in said.stderr
    again = assistant("sample", "--out", sheet, "-w", workspace, "--json").json
    assert (again["to_label"], again["split"]) == (1, [{"item": name, "labelled_by": ["ann", "bo"]}])
    give(assistant, workspace, {name: made.truth[name]}, rater="cem")
    assert assistant("sample", "--out", sheet, "-w", workspace, "--json").json["purpose"] != "start"


def test_people_who_come_to_disagree_on_an_audited_item_are_asked_again_and_it_counts_as_an_error(
    assistant: Assistant, finished: Path, sheet: Path
) -> None:
    before = certify(assistant, finished).json
    name = audited_right(finished)[0]
    other = next(label for label in ("safe", "spam") if label != make_up(400).truth[name])
    give(assistant, finished, {name: other}, rater="bo")
    said = certify(assistant, finished)
    assert (said.json["errors"], said.json["changed"], said.json["left"]) == (before["errors"] + 1, 1, 1)
    assert "1 labels that certify were changed after they were given" in said.stderr
    asked = assistant("sample", "--out", sheet, "-w", finished, "--json").json
    assert (asked["purpose"], asked["to_label"]) == ("review", 1)


def test_an_answer_given_in_sight_of_the_machines_does_not_count_for_a_random_sample(
    assistant: Assistant, workspace: Path, made: MadeUp, sheet: Path
) -> None:
    assistant("sample", "--out", sheet, "-w", workspace)
    drawn = [row["id"] for row in rows(sheet)]
    with Workspace.open(workspace) as opened:
        keys = opened.items.keys_of(drawn)
        opened.reviews.add(
            [(keys[name], Review(name, "ann", (made.truth[name],), name == drawn[0], "queue")) for name in drawn]
        )
    said = assistant("sample", "--out", sheet, "-w", workspace)
    assert said.stdout.startswith("1 of 60 labels are missing of sample 1")
    assert "answers to 1 items don't count" in said.stderr


def test_labels_of_one_class_only_teach_nothing_and_more_are_drawn_at_random(
    assistant: Assistant, workspace: Path, made: MadeUp, sheet: Path
) -> None:
    same = dict.fromkeys(made.truth, "safe")
    assistant("sample", "--out", sheet, "-w", workspace)
    label_them(assistant, workspace, sheet, same)
    said = assistant("sample", "--out", sheet, "-w", workspace, "--json").json
    assert said["purpose"] == "start"
    assert "all labels so far are 'safe'" in said["notes"][0]
    assert "audited yet" in refused(certify(assistant, workspace))


@pytest.mark.parametrize(("items", "error"), [(80, "0.05"), (80, "0.1"), (60, "0.3"), (260, "0.3")])
def test_no_campaign_ends_with_items_that_neither_leave_nor_are_asked_about(
    assistant: Assistant, workspace: Path, sheet: Path, items: int, error: str
) -> None:
    small = make_up(items)
    load(assistant, workspace, small)
    for _ in range(60):
        asked = assistant("sample", "--out", sheet, "--max-error", error, "-w", workspace, "--json").json
        if not asked["to_label"]:
            break
        label_them(assistant, workspace, sheet, small.truth)
    said = certify(assistant, workspace)
    if said.status:  # everything went to people: nothing is left to promise anything about
        assert asked["labelled"] == items
        return
    assert said.json["left"] == 0
    assert said.json["leaving"]["machine"] == items - asked["labelled"]


def test_signals_that_tell_nothing_apart_are_said(assistant: Assistant, workspace: Path, sheet: Path) -> None:
    made = make_up(70)
    constant = MadeUp(made.texts, made.truth, dict.fromkeys(made.texts, ("safe", 0.5)), made.languages)
    load(assistant, workspace, constant)
    said = assistant("sample", "--out", sheet, "-w", workspace, "--json").json
    assert any("no signal of this run separates its items" in note for note in said["notes"])


def test_metadata_that_no_item_has_is_refused_with_what_there_is(
    assistant: Assistant, workspace: Path, sheet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"id": f"a{number}", "text": f"text {number}", "topic": "x"} for number in range(3)]
    ingest(assistant, workspace, rows)
    give_machine(assistant, workspace, rows)
    monkeypatch.setenv("ASSISTANT__TRUST__METADATA", "topic, sauce")
    told = refused(assistant("sample", "--out", sheet, "-w", workspace, "--json"))
    assert told == "no item has the metadata 'sauce'\nthere are: topic"


def give_machine(assistant: Assistant, workspace: Path, rows: list[dict[str, str]]) -> None:
    file = workspace / "answers.csv"
    file.write_text("id,label\n" + "".join(f"{row['id']},safe\n" for row in rows), encoding="utf-8")
    assert assistant("prelabels", "import", file, "--model", "judge", "-w", workspace).status == 0


class TestDeclaredRandom:
    """Labels that are a simple random sample, says their owner."""

    @pytest.fixture
    def made(self, assistant: Assistant, workspace: Path) -> MadeUp:
        batch = make_up(600)
        load(assistant, workspace, batch)
        return batch

    @staticmethod
    def label(assistant: Assistant, workspace: Path, made: MadeUp, count: int) -> None:
        chosen = Random(7).sample(sorted(made.truth), count)
        give(assistant, workspace, {name: made.truth[name] for name in chosen})

    def test_they_certify_the_batch_and_the_promise_holds(
        self, assistant: Assistant, workspace: Path, made: MadeUp
    ) -> None:
        self.label(assistant, workspace, made, 240)
        said = certify(assistant, workspace, "--declared-random")
        left = leaving(workspace)
        assert len(left) == said.json["accepted"] > 100
        assert made.wrong(left) <= said.json["allowed"] == 30
        assert (said.json["labels"]["teach"], said.json["labels"]["audit"]) == (120, 120)
        assert certify(assistant, workspace, "--declared-random").stdout == said.stdout

    def test_they_can_be_asked_once(self, assistant: Assistant, workspace: Path, made: MadeUp) -> None:
        self.label(assistant, workspace, made, 120)
        certify(assistant, workspace, "--declared-random")
        for words in (("--seed", "4"), ("--max-error", "0.2")):
            told = refused(certify(assistant, workspace, "--declared-random", *words))
            assert "trying again until luck agrees proves nothing" in told
        assert "there is nothing to draw any more" in refused(assistant("sample", "-w", workspace, "--json"))

    def test_they_give_a_threshold_for_what_comes_later(
        self, assistant: Assistant, workspace: Path, made: MadeUp
    ) -> None:
        self.label(assistant, workspace, made, 300)
        said = certify(assistant, workspace, "--declared-random", "--method", "ltt", "--max-error", "0.1").json
        assert said["method"] == "ltt"
        assert 0 < said["threshold"] <= 1
        assert said["coverage"][0] <= said["accepted"] / (600 - 300) <= said["coverage"][1]
        assert made.wrong(leaving(workspace)) <= 0.1 * said["accepted"]
        assert len(leaving(workspace)) == said["accepted"]

    def test_too_few_or_all_alike_prove_nothing(self, assistant: Assistant, workspace: Path, made: MadeUp) -> None:
        give(assistant, workspace, dict.fromkeys(sorted(made.truth)[:59], "safe"))
        told = refused(certify(assistant, workspace, "--declared-random"))
        assert "60 labels of items of r1, there are 59" in told
        give(assistant, workspace, dict.fromkeys(sorted(made.truth)[:80], "safe"))
        assert "all labels are the same" in refused(certify(assistant, workspace, "--declared-random"))

    def test_a_campaigns_labels_cant_be_declared_random(
        self, assistant: Assistant, workspace: Path, made: MadeUp
    ) -> None:
        play(assistant, workspace, made, rounds=1)
        assert "no simple random sample any more" in refused(certify(assistant, workspace, "--declared-random"))
        assert "needs a labeled random sample" in refused(certify(assistant, workspace, "--method", "ltt"))
        with Workspace.open(workspace) as opened:
            assert SampleStore(opened.database).of_run(1, Purpose.DECLARED) == []
