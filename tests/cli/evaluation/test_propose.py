"""From disagreements to a measured draft: the model sees the dev part only, and nothing is asked twice."""

from __future__ import annotations

import asyncio
import random
import shlex
import shutil
import string
from pathlib import Path
from typing import Any

import orjson
import pytest

from assistant.application.evaluation.run import SuiteRun
from assistant.application.evaluation.snapshots import freeze_suite, open_frozen
from assistant.application.labeling.work import JobChoice
from assistant.application.optimization.replies import DraftReplies
from assistant.models.dev.script import ScriptedReply
from assistant.wiring.workspace import Workspace
from tests.cli.conftest import Assistant, Said, Server

SPAM, KIND = "buy followers", "thank you"
TINY = """\
---
name: tiny
version: "1"
description: "For tests."
kinds: [single]
items: [text]
output: [label]
sampling: {temperature: 0, max_tokens: 20, top_logprobs: 0}
---
[system]
You label posts by the policy "{{ policy.title }}".
Labels:
{% for label in labels %}
- {{ label.name }}: {{ label.definition }}
{% endfor %}
[user]
<content id="{{ fence }}">
{{ item.text }}
</content id="{{ fence }}">
Judge STRICTLY.
"""
SYSTEM = TINY.partition("[system]\n")[2].partition("\n[user]\n")[0]
USER = TINY.partition("[user]\n")[2].rstrip()
# The test server takes the label of the keyword that stands last: STRICTLY calls everything spam.
KEYWORDS = {"STRICTLY": "spam", "BLINDLY": "hate", SPAM: "spam", KIND: "safe"}
SUITE = """\
name = "posts"
slices = ["label"]
[data]
query = {}
[[variants]]
name = "present"
prompt = "tiny@1"
model = "openai:dev"
"""

PROPOSE = ("prompts", "propose", "posts", "--variant", "present", "--drafter", "openai:dev")


def words_of(number: int) -> list[str]:
    """Eight words that no other post has: no two posts are near-duplicates."""
    chance = random.Random(number)
    return ["".join(chance.choices(string.ascii_lowercase, k=7)) for _ in range(8)]


def post(number: int) -> str:
    """Odd ones are spam."""
    return f"{' '.join(words_of(number))} {SPAM if number % 2 else KIND}"


def take_in(assistant: Assistant, workspace: Path, tmp_path: Path) -> None:
    """Eighty posts, labelled by two people: half are spam; a prompt that calls all of them that; a suite, frozen."""
    rows = [
        {"id": f"p{number:02}", "text": post(number), "label": "spam" if number % 2 else "safe"} for number in range(80)
    ]
    given = [{"item_id": row["id"], "rater_id": rater, "label": row["label"]} for row in rows for rater in ("a", "b")]
    for name, lines in (("posts", rows), ("labels", given)):
        (tmp_path / f"{name}.jsonl").write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))
    ingested = assistant("ingest", tmp_path / "posts.jsonl", "--text", "text", "--id", "id", "-w", workspace)
    assert ingested.status == 0, ingested.stderr
    assert assistant("labels", "import", tmp_path / "labels.jsonl", "-w", workspace).status == 0
    for place, text in (("prompts/tiny/1.md", TINY), ("evals/posts.toml", SUITE)):
        (workspace / place).parent.mkdir(exist_ok=True)
        (workspace / place).write_text(text, encoding="utf-8")
    with Workspace.open(workspace) as opened:
        freeze_suite(opened, workspace / "evals" / "posts.toml")


def ask_all(workspace: Path) -> None:
    """What `assistant eval run posts` does."""
    with Workspace.open(workspace) as opened:
        going = SuiteRun(opened, open_frozen(opened, workspace / "evals" / "posts.toml"), JobChoice())
        going.prepare(lambda _: None)
        for one in going.sessions:
            asyncio.run(one.session.work(lambda _: None))


@pytest.fixture(scope="module")
def made() -> dict[str, Path]:
    """The workspace the first test made, for the others to copy."""
    return {}


@pytest.fixture
def asked(
    assistant: Assistant,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    dev_server: Server,
    made: dict[str, Path],
) -> Path:
    """A workspace in which the variant in use has answered all items."""
    workspace = tmp_path / "workspace"
    if "asked" in made:
        shutil.copytree(made["asked"], workspace)
        return workspace
    dev_server(keywords=KEYWORDS)
    assert assistant("init", workspace).status == 0
    take_in(assistant, workspace, tmp_path)
    ask_all(workspace)
    made["asked"] = tmp_path_factory.mktemp("made") / "workspace"
    shutil.copytree(workspace, made["asked"])
    return workspace


@pytest.fixture
def propose(assistant: Assistant, asked: Path) -> Any:
    """Runs `assistant prompts propose` there."""

    def call(*more: str | Path) -> Said:
        return assistant(*PROPOSE, *more, "-w", asked)

    return call


def revision(user: str, system: str = SYSTEM, **more: Any) -> str:
    return orjson.dumps({"reasons": ["Fairness."], "system": system, "user": user, **more}).decode()


BETTER = revision(USER.replace("Judge STRICTLY.", "Judge fairly."))
WORSE = revision(USER.replace("Judge STRICTLY.", "Judge BLINDLY."))


def script(*replies: str) -> tuple[ScriptedReply, ...]:
    """The first reply answers the first question, the second the question after a fault."""
    told = [ScriptedReply("What was found:", replies[0])]
    return (*(ScriptedReply("Your last reply could not be used", reply) for reply in replies[1:]), *told)


def logged(*scripted: ScriptedReply) -> dict[str, Any]:
    return {"keywords": KEYWORDS, "script": scripted}


def test_a_draft_is_made_from_the_dev_part_and_its_verdict_comes_from_the_test_part(
    propose: Any, dev_server: Server
) -> None:
    serving = dev_server(**logged(*script(BETTER)))
    said = propose("--json", "--kind", "prompt")
    assert said.status == 0, said.stderr
    told = said.json
    assert (told["dev_items"], told["test_items"]) == (40, 40)
    assert told["verdict"] == "better"
    compared = told["comparison"]
    # STRICTLY makes every safe post wrong; without it the posts' own keywords decide, and all are right.
    assert compared["n_pairs"] == 40
    assert compared["candidate"]["agreement"]["value"] == 1.0
    assert compared["fixed"] == round(40 * (1 - compared["baseline"]["agreement"]["value"]))
    assert compared["broken"] == 0
    assert serving.counts["asked"] == 1 + 40
    assert told["draft"]["reasons"] == ["Fairness."]
    assert "-Judge STRICTLY." in told["draft"]["diff"]
    assert "+Judge fairly." in told["draft"]["diff"]


def test_no_question_for_a_draft_holds_anything_of_the_test_part(
    propose: Any, dev_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions: list[str] = []
    kept = DraftReplies.keep

    def spy(self: Any, request: Any, reply: Any) -> None:
        questions.append("\n".join(message.content for message in request.messages))
        kept(self, request, reply)

    monkeypatch.setattr(DraftReplies, "keep", spy)
    dev_server(**logged(*script("no JSON at all", BETTER)))
    told = propose("--json", "--kind", "prompt").json
    test_items = {item["id"] for name in ("fixed_items", "broken_items") for item in told["comparison"][name]}
    assert len(questions) == 2
    assert len(test_items) >= 15
    shown = {f"p{number:02}" for number in range(80) if post(number) in questions[0]}
    assert shown
    assert not shown & test_items
    for number in range(80):
        name = f"p{number:02}"
        if name in test_items:
            for question in questions:
                assert not any(word in question for word in words_of(number))


def test_the_second_run_asks_nothing_and_says_the_same(propose: Any, dev_server: Server) -> None:
    dev_server(**logged(*script(BETTER)))
    first = propose("--json", "--kind", "prompt").json
    serving = dev_server(**logged())
    again = propose("--json", "--kind", "prompt")
    assert again.status == 0
    assert serving.counts["asked"] == 0
    assert again.json["draft"]["written"] is False
    assert again.json["draft"]["file"] == first["draft"]["file"]
    assert again.json["comparison"] == first["comparison"]
    assert again.json["looks"] == 1


def test_a_dry_run_shows_the_question_and_asks_and_writes_nothing(
    propose: Any, asked: Path, dev_server: Server
) -> None:
    with (asked / "assistant.toml").open("a", encoding="utf-8") as file:
        file.write('\n[prices."openai:dev"]\ninput = 2.0\noutput = 8.0\n')
    serving = dev_server(**logged(*script(BETTER)))
    said = propose("--json", "--dry-run", "--kind", "prompt")
    assert said.status == 0
    told = said.json
    assert told["questions"] == 40
    assert told["cost_usd"] == pytest.approx(told["drafting_usd"] + told["measuring_usd"])
    assert told["drafting_usd"] > told["drafting_prompt_tokens"] * 2e-6
    assert "Judge STRICTLY." in told["messages"][1]["content"]
    assert serving.counts["asked"] == 0
    assert [path.name for path in (asked / "prompts" / "tiny").iterdir()] == ["1.md"]


def test_a_draft_is_a_file_of_its_own_that_nothing_uses_until_it_is_named(
    propose: Any, asked: Path, dev_server: Server, assistant: Assistant
) -> None:
    folder = asked / "prompts" / "tiny"
    (folder / "1-proposal1.md").write_text(TINY.replace('"1"', '"1-proposal1"'), encoding="utf-8")
    dev_server(**logged(*script(BETTER)))
    told = propose("--json", "--kind", "prompt").json
    assert told["draft"]["name"] == "tiny@1-proposal2"
    assert Path(told["draft"]["file"]).read_text(encoding="utf-8") == told["draft"]["text"]
    assert (folder / "1.md").read_text(encoding="utf-8") == TINY
    assert "STRICTLY" in (folder / "1-proposal1.md").read_text(encoding="utf-8")
    assert "STRICTLY" in assistant("prompts", "show", "tiny", "-w", asked).stdout
    assert assistant("prompts", "lint", "-w", asked).status == 0


def test_the_command_that_adopts_a_draft_works_as_printed_and_asks_nothing_measured_again(
    propose: Any, dev_server: Server, assistant: Assistant
) -> None:
    dev_server(**logged(*script(BETTER)))
    told = propose("--json", "--kind", "prompt").json
    serving = dev_server(keywords=KEYWORDS)
    name, *words = shlex.split(told["adopt"])
    assert name == "assistant"
    said = assistant(*words, "--json")
    assert said.status == 0, said.stderr
    assert (said.json["statuses"]["labelled"], said.json["statuses"]["pending"]) == (80, 0)
    assert serving.counts["asked"] == 40  # the dev part; the others were measured


WARM = """
[[variants]]
name = "warm"
prompt = "tiny@1"
model = "openai:dev"
policy = "policies/second.md"
temperature = 0.5
parameters = { clauses = 2, content_tokens = 300, max_asks = 2 }
"""


def test_the_command_that_adopts_a_draft_carries_what_the_variant_overrides(
    assistant: Assistant, asked: Path, dev_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    (asked / "evals" / "posts.toml").write_text(SUITE + WARM, encoding="utf-8")
    shutil.copy(asked / "policies" / "community.md", asked / "policies" / "second.md")
    dev_server(**logged(*script(BETTER)))
    ask_all(asked)
    words = ("--variant", "warm", "--drafter", "openai:dev", "--kind", "prompt", "--json")
    told = assistant("prompts", "propose", "posts", *words, "-w", asked).json
    before, _, after = told["adopt"].partition(" assistant ")
    settings = dict(word.split("=") for word in before.split())
    assert settings == {
        "ASSISTANT__MODEL__TEMPERATURE": "0.5",
        "ASSISTANT__RETRIEVAL__CLAUSES": "2",
        "ASSISTANT__CONTENT__PROMPT_TOKENS": "300",
        "ASSISTANT__MODEL__MAX_ASKS": "2",
        "ASSISTANT__POLICY__FILE": "policies/second.md",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    serving = dev_server(keywords=KEYWORDS)
    assert assistant(*shlex.split(after), "--json").status == 0
    assert serving.counts["asked"] == 40  # the dev part; the others were measured


def test_what_is_worse_says_so_first(propose: Any, dev_server: Server) -> None:
    dev_server(**logged(*script(WORSE)))
    said = propose("--kind", "prompt")
    assert said.status == 0
    lines = said.stdout.splitlines()
    assert lines[0] == "The draft is worse than the prompt in use: don't adopt it."
    assert "+Judge BLINDLY." in lines
    assert lines[-1].startswith("adopt it with: assistant prelabel --prompt tiny@1-proposal1 --model openai:dev")
    assert said.stdout.index("why:") > said.stdout.index("agrees with people on")


def test_what_can_not_be_told_says_so_first(propose: Any, dev_server: Server) -> None:
    dev_server(**logged(*script(revision(USER.replace("Judge", "You judge")))))
    said = propose("--kind", "prompt")
    # Nothing changes on 40 items: 1 - 0.025 ** (1 / 40) = 8.8 % of items might, which the margin of 2 points is below.
    assert said.stdout.splitlines()[0] == "Inconclusive: these items don't show whether the draft is better."


def test_several_drafts_measured_on_the_same_items_are_counted(propose: Any, asked: Path, dev_server: Server) -> None:
    dev_server(**logged(*script(WORSE)))
    assert propose("--json", "--kind", "prompt").json["looks"] == 1
    for reply in (asked / ".assistant" / "proposals").glob("*.json"):
        reply.unlink()
    dev_server(**logged(*script(BETTER)))
    said = propose("--json", "--kind", "prompt")
    assert said.json["looks"] == 2
    assert any("2 drafts were measured" in note for note in said.json["notes"])


LEAKS = revision(USER + f"\nLike: {post(7)}")


def test_a_draft_that_is_off_is_asked_for_once_more_with_the_fault_named_and_then_given_up(
    propose: Any, asked: Path, dev_server: Server
) -> None:
    serving = dev_server(**logged(*script(LEAKS, "nonsense")))
    said = propose("--json", "--kind", "prompt")
    assert said.status == 1
    assert "no draft that can be used" in said.json["error"]["what"]
    assert "word for word" in said.json["error"]["what"]
    assert "not the JSON object" in said.json["error"]["what"]
    assert serving.counts["asked"] == 2
    assert [path.name for path in (asked / "prompts" / "tiny").iterdir()] == ["1.md"]


def test_a_draft_that_was_mended_says_what_was_wrong_before(propose: Any, dev_server: Server) -> None:
    serving = dev_server(**logged(*script(LEAKS, BETTER)))
    told = propose("--json", "--kind", "prompt").json
    assert "word for word" in told["draft"]["refused_before"][0]
    assert serving.counts["asked"] == 2 + 40


def test_a_model_that_proposes_no_change_is_believed(propose: Any, dev_server: Server) -> None:
    serving = dev_server(**logged(*script(revision(USER))))
    said = propose("--json", "--kind", "prompt")
    assert said.status == 1
    assert "leave the prompt as it is: Fairness." in said.json["error"]["what"]
    assert serving.counts["asked"] == 1


def clarification(clause: str = "S1", **texts: str) -> str:
    wordings = [{"clause": clause, "language": name, "text": text} for name, text in texts.items()]
    return orjson.dumps({"reasons": ["Clearer."], "clauses": wordings}).decode()


def test_a_clarified_policy_is_a_new_file_and_the_comparison_says_that_the_policies_differ(
    propose: Any, asked: Path, dev_server: Server, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply = clarification(en="Do not advertise.", zh="不要打广告。")
    dev_server(**logged(*script(reply)))
    before = (asked / "policies" / "community.md").read_bytes()
    said = propose("--json", "--kind", "policy")
    assert said.status == 0, said.stderr
    told = said.json
    assert (asked / "policies" / "community.md").read_bytes() == before
    assert told["draft"]["name"] == "community 1-proposal1"
    assert Path(told["draft"]["file"]) == asked / "policies" / "community-1-proposal1.md"
    assert told["comparison"]["same_policy"] is False
    assert "polic" in told["comparison"]["sentence"][:60]
    assert assistant("policy", "lint", told["draft"]["file"], "-w", asked).status == 0
    setting, *words = shlex.split(told["adopt"])
    name, _, value = setting.partition("=")
    assert (name, value) == ("ASSISTANT__POLICY__FILE", "policies/community-1-proposal1.md")
    monkeypatch.setenv(name, value)
    serving = dev_server(keywords=KEYWORDS)
    assert assistant(*words[1:], "--json").status == 0
    assert serving.counts["asked"] == 40  # the dev part; the others were measured


def test_a_clarification_of_a_clause_that_is_not_there_leaves_no_file(
    propose: Any, asked: Path, dev_server: Server
) -> None:
    reply = clarification("Z9", en="x", zh="y")
    dev_server(**logged(*script(reply, reply)))
    said = propose("--json", "--kind", "policy")
    assert said.status == 1
    assert said.json["error"]["what"].count('there is no clause "Z9"') == 2
    assert not list((asked / "policies").glob("*proposal*"))


def test_the_embedded_model_is_not_asked_to_draft(assistant: Assistant, asked: Path) -> None:
    said = assistant("prompts", "propose", "posts", "--variant", "present", "-w", asked, "--json")
    assert said.status == 1
    assert "too small to draft" in said.json["error"]["what"]
    assert "--drafter" in said.json["error"]["hint"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--dev-share", "1.5"), "the share is 1.5"),
        (("--kind", "poem"), "there is no kind poem"),
        (("--out", "draft.txt"), "a draft is a Markdown file"),
        (("--out", "draft.md"), "workspace's own folder"),
        (("--variant", "presnt"), "there is no variant presnt"),
        (("--budget", "1"), "a budget needs the price"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_asked(
    propose: Any, dev_server: Server, words: tuple[str, ...], told: str
) -> None:
    serving = dev_server(**logged(*script(BETTER)))
    kind = () if "--kind" in words else ("--kind", "prompt")
    said = propose("--json", *kind, *words)
    assert said.status == 1
    assert told in said.json["error"]["what"]
    assert serving.counts["asked"] == 0


def test_a_variant_that_was_not_asked_yet_is_told_how(assistant: Assistant, workspace: Path, tmp_path: Path) -> None:
    take_in(assistant, workspace, tmp_path)
    said = assistant(*PROPOSE, "--json", "-w", workspace)
    assert said.status == 1
    assert "assistant eval run posts" in said.json["error"]["hint"]


def test_a_file_with_another_text_is_never_written_over(propose: Any, asked: Path, dev_server: Server) -> None:
    taken = asked / "prompts" / "tiny" / "mine.md"
    taken.write_text("mine", encoding="utf-8")
    dev_server(**logged(*script(BETTER)))
    said = propose("--json", "--kind", "prompt", "--out", taken)
    assert said.status == 1
    assert taken.read_text(encoding="utf-8") == "mine"


def test_spending_above_the_limit_is_asked_about_first(propose: Any, asked: Path, dev_server: Server) -> None:
    text = (asked / "assistant.toml").read_text(encoding="utf-8")
    prices = '\n[prices."openai:dev"]\ninput = 200.0\noutput = 800.0\n'
    (asked / "assistant.toml").write_text(
        text.replace("# confirm_above_usd = 5.0", "confirm_above_usd = 0.01") + prices, encoding="utf-8"
    )
    serving = dev_server(**logged(*script(BETTER)))
    said = propose("--json", "--kind", "prompt")
    assert said.status == 1
    assert "confirm_above_usd" in said.json["error"]["what"]
    assert serving.counts["asked"] == 0
    told = propose("--json", "--kind", "prompt", "--yes").json
    assert told["cost"]["paid_usd"] > told["cost"]["drafting_usd"] > 0


def test_a_budget_that_is_used_up_stops_with_status_4_and_a_higher_one_goes_on(
    propose: Any, asked: Path, dev_server: Server
) -> None:
    with (asked / "assistant.toml").open("a", encoding="utf-8") as file:
        file.write('\n[prices."openai:dev"]\ninput = 10.0\noutput = 10.0\n')
    serving = dev_server(**logged(*script(BETTER)))
    said = propose("--json", "--kind", "prompt", "--budget", "0.06")
    assert said.status == 4, said.stderr
    on = propose("--json", "--kind", "prompt", "--budget", "100")
    assert on.status == 0
    assert serving.counts["asked"] == 1 + 40
