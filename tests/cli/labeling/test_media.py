"""Items with media: no model is shown a picture, so every one of them goes to people, whatever the machine says."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.routing.route import Decision, Route
from assistant.store.runs.routes import RouteStore
from assistant.wiring.workspace import Workspace
from tests.cli.certified import certify, fit, people_say
from tests.cli.conftest import Assistant, Server
from tests.cli.files import exported, read_jsonl, write_jsonl

TEXT = "free followers, cheap crypto, buy now"
WORDS = [{"id": f"words-{n}", "text": f"{TEXT} {n}"} for n in range(8)]
POSTS = [
    *WORDS,
    *({"id": f"picture-{n}", "text": f"{TEXT} {n}", "image": "a.png"} for n in range(8)),
    {"id": "only-picture", "text": "", "image": "b.png"},
    {"id": "frames", "text": TEXT, "image": ["1.png", "2.png"]},
    {"id": "of-a-data-set", "text": TEXT, "image": {"bytes": None, "path": "c.png"}},
]
MEDIA = {str(one["id"]) for one in POSTS if "image" in one}
SAYS = "media: the model sees only the text; they go to review"


@pytest.fixture
def pictures(assistant: Assistant, workspace: Path, dev_server: Server) -> Path:
    """A workspace whose posts mostly have media, and where every answer would be accepted but for that."""
    dev_server()
    settings = workspace / "projects" / "main" / "project.toml"
    settings.write_text(settings.read_text().replace("accept_probability = 0.9", "accept_probability = 0.0"))
    said = assistant("ingest", write_jsonl(workspace / "posts.jsonl", POSTS), "--media", "image", "-w", workspace)
    assert said.status == 0
    assert f"11 items have {SAYS}" in said.stderr
    return workspace


def rows(assistant: Assistant, workspace: Path) -> dict[str, dict[str, object]]:
    target = workspace / "out.jsonl"
    assert assistant("export", target, "-w", workspace).status == 0
    return {str(row["item_id"]): row for row in read_jsonl(target)}


def test_every_item_with_media_goes_to_people_and_every_command_says_so(assistant: Assistant, pictures: Path) -> None:
    priced = assistant("prelabel", "--model", "openai:dev", "--dry-run", "-w", pictures)
    assert f"11 items have {SAYS}" in priced.stderr
    assert assistant("prelabel", "--model", "openai:dev", "-w", pictures).status == 0
    found = rows(assistant, pictures)
    # The posts say the very same but for their media.
    accepted = {name for name, row in found.items() if row["route"] in {"accept", "accept_audit"}}
    assert accepted
    assert accepted <= {one["id"] for one in WORDS}
    assert {name for name, row in found.items() if row["route_reason"] == "media_not_seen"} == MEDIA
    assert {(found[name]["route"], found[name]["inclusion_probability"]) for name in MEDIA} == {("review", 1.0)}
    said = assistant("status", "-w", pictures)
    assert f"11 items have {SAYS}" in said.stdout
    status = assistant("status", "-w", pictures, "--json").json
    assert (status["content"]["with_media"], status["run"]["with_media"]) == (11, 11)
    queued = assistant("enqueue", "-w", pictures, "--json").json
    assert queued["added"] >= len(MEDIA)


def test_a_column_that_looks_like_media_and_was_not_named_is_told(assistant: Assistant, workspace: Path) -> None:
    given = write_jsonl(workspace / "posts.jsonl", [{"id": "a", "text": "look", "image_url": "a.png", "frame": 3}])
    said = assistant("ingest", given, "-w", workspace)
    assert "column image_url is kept as meta: hidden from models and reviewers" in said.stderr
    assert "--media image_url" in said.stderr


def test_a_certificate_lets_no_item_with_media_leave_not_even_an_imported_answer(
    assistant: Assistant, workspace: Path
) -> None:
    items = [{"id": f"i{n}", "text": f"post {n}", "image": f"{n}.png" if n % 2 else ""} for n in range(12)]
    given = write_jsonl(workspace / "posts.jsonl", items)
    assert assistant("ingest", given, "--media", "image", "-w", workspace).status == 0
    answers = {str(one["id"]): "safe" for one in items}
    rows_ = write_jsonl(workspace / "machine.jsonl", [{"id": name, "label": label} for name, label in answers.items()])
    assert assistant("prelabels", "import", rows_, "--model", "vision", "-w", workspace).status == 0
    people_say(assistant, workspace, {"i0": "safe", "i1": "safe"})
    certify(workspace, fit(workspace, dict.fromkeys(answers, ("safe", 0.99))), passed=12, audited=("i0", "i1"))
    said = assistant("route", "-w", workspace, "--json").json
    media = {name for name in answers if int(name[1:]) % 2}
    counts = {(one["route"], one["reason"]): one["items"] for one in said["routes"]}
    assert counts["review", "media_not_seen"] == len(media) - 1  # i1 was labelled by a person
    assert said["accepted"] == 5
    settled = assistant("settle", "-w", workspace, "--json").json
    assert (settled["machine"], settled["people"]) == (5, 2)
    final = {
        str(name) for name, row in rows(assistant, workspace).items() if row["final_origin"] not in {None, "person"}
    }
    assert final == {"i2", "i4", "i6", "i8", "i10"}
    told = assistant("route", "--explain", "i3", "-w", workspace)
    assert "review, by media_not_seen: The item has media, and models are shown the text only." in told.stdout


def test_stored_routes_of_before_that_let_media_leave_are_mended_by_route_and_by_enqueue(
    assistant: Assistant, pictures: Path
) -> None:
    assert assistant("prelabel", "--model", "openai:dev", "-w", pictures).status == 0
    leaves = Decision(Route.ACCEPT, "high_probability", (), 0.05, 1)
    audited = Decision(Route.ACCEPT_AUDIT, "high_probability", (), 0.05, 1)

    def as_before() -> None:
        with Workspace.open(pictures) as opened:
            RouteStore(opened.database).append(1, [("picture-3", leaves), ("frames", audited)])

    as_before()
    said = assistant("route", "-w", pictures)
    assert "2 items have media" in said.stderr
    assert said.status == 1  # nothing is calibrated: the other first routes stay
    mended = rows(assistant, pictures)
    assert {name for name in MEDIA if mended[name]["route"] == "review"} == MEDIA
    assert mended["frames"]["inclusion_probability"] == 1.0
    as_before()
    assert assistant("enqueue", "-w", pictures, "--json").json["added"] >= len(MEDIA)
    assert rows(assistant, pictures)["picture-3"]["route"] == "review"


def test_what_people_settled_by_a_picture_guides_no_answer_about_words(assistant: Assistant, pictures: Path) -> None:
    labels = {"picture-3": "sexual", "words-3": "spam"}
    people_say(assistant, pictures, labels)
    people_say(assistant, pictures, labels, rater="bob")
    assert assistant("precedents", "add", "--agreed", "-w", pictures).status == 0
    shown = assistant("policy", "search", "cheap crypto followers", "-w", pictures, "--json").json
    assert [one["labels"] for one in shown["precedents"]] == [["spam"]]
    assert exported(assistant, pictures)["picture-3"]["status"] == "pending"
