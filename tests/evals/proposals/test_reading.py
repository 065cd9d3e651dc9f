"""Replies become drafts, or faults that name what is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.models.interface import ModelAnswer
from evals.proposals.draft import Draft, DraftFaultError, NoChangeError
from evals.proposals.reading import policy_reader, prompt_reader
from evals.proposals.request import policy_request
from tests.evals.proposals.made_up import POLICY, PROMPT, answer, disagreements

ITEM = "Grandmother's recipe for plum cake asks for two pounds of plums."
SYSTEM, USER = PROMPT.system, PROMPT.user


def revised(system: str = SYSTEM, user: str = USER, **more: Any) -> Draft:
    return prompt_reader(PROMPT, POLICY, ["short", ITEM])(
        answer(reasons=["Because."], system=system, user=user, **more)
    )


def clarified(*wordings: tuple[str, str, str]) -> Draft:
    clauses = [{"clause": clause, "language": language, "text": text} for clause, language, text in wordings]
    request = policy_request(POLICY, disagreements(), 1_000)
    return policy_reader(POLICY, request, [ITEM])(answer(reasons=["Because."], clauses=clauses))


def test_a_revision_keeps_the_front_matter_and_gets_a_version_of_its_own() -> None:
    draft = revised(system=SYSTEM.replace("when in doubt", "in case of doubt"))
    assert draft.reasons == ("Because.",)
    assert draft.source("2-proposal1") == PROMPT.source.replace('"2"', '"2-proposal1"').replace(
        "when in doubt", "in case of doubt"
    )


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"user": USER.replace("{{ item.text }}", "the post")}, '"user" has lost {{ item.text }}'),
        ({"user": USER.replace('id="{{ fence }}"', "")}, '"user" has lost {{ fence }}, {{ fence }}'),
        ({"user": USER + "{{ item.language }}"}, "a Jinja tag that wasn't there"),
        ({"user": USER + "{{ item.text }}"}, "once too often"),
        ({"system": SYSTEM.replace("{{ label.name }}", "{{ label.name | upper }}")}, "has lost {{ label.name }}"),
        ({"system": SYSTEM.replace("{% endfor %}", "")}, "has lost {% endfor %}"),
        ({"system": "{% endfor %}" + SYSTEM.replace("{% endfor %}", "")}, "can't be rendered"),
        ({"system": SYSTEM.replace('"safe"', '"fine"')}, 'no longer names the label "safe"'),
        ({"system": SYSTEM + '\nSay "Spam" at times.'}, 'writes the label "spam" in another way'),
        ({"system": SYSTEM + '\nReply {"label": "junk"}.'}, 'no label: "junk"'),
        ({"user": "{{ item.text }}" + USER.replace("{{ item.text }}", "here")}, "no longer stands between its tags"),
        ({"system": SYSTEM + "\n[user]\nmore"}, "it is no prompt"),
        ({"system": SYSTEM + "\nBe\u200b fair."}, "can't be seen: U+200B"),
        ({"system": SYSTEM + "\nBe \u202efair."}, "can't be seen: U+202E"),
        ({"system": SYSTEM + "\nBe fair." * 1_000}, "too long"),
        ({"system": SYSTEM + f"\nSuch as: {ITEM.upper()}"}, "word for word"),
        ({"extra": 1}, "not the JSON object that was asked for: extra"),
    ],
)
def test_a_revision_that_is_off_is_refused(changed: dict[str, Any], fault: str) -> None:
    with pytest.raises(DraftFaultError) as told:
        revised(**changed)
    assert fault in str(told.value)
    assert ITEM not in str(told.value)


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        (ModelAnswer("I would change nothing."), "not the JSON object"),
        (ModelAnswer('{"reasons": [], "system": "x"}'), "user Field required"),
        (ModelAnswer('{"reasons": [], "system": 5, "user": "x"}'), "system Input should be a valid string"),
        (ModelAnswer("", refusal="no"), "it declined"),
        (ModelAnswer('{"reasons": [', finish_reason="length"), "cut at the token limit"),
    ],
)
def test_a_reply_of_another_shape_is_refused(reply: ModelAnswer, fault: str) -> None:
    with pytest.raises(DraftFaultError, match=fault):
        prompt_reader(PROMPT, POLICY, [])(reply)


def test_a_fence_around_the_object_is_forgiven() -> None:
    bare = answer(reasons=[], system=SYSTEM + "\nBe fair.", user=USER)
    assert prompt_reader(PROMPT, POLICY, [])(ModelAnswer(f"```json\n{bare.text}\n```")).reasons == ()


def test_the_same_text_with_other_blanks_is_no_change() -> None:
    with pytest.raises(NoChangeError, match=r"Because\."):
        revised(system=SYSTEM.replace("\n", "  \n") + "\n\n")


def test_what_the_policy_says_already_may_be_said_in_the_prompt_though_an_item_quotes_it() -> None:
    rule = "Do not advertise. Not even a little."
    read = prompt_reader(PROMPT, POLICY, [f"They tell us: {rule}"])
    assert read(answer(reasons=[], system=f"{SYSTEM}\n{rule}", user=USER)).reasons == ()


def test_a_clarification_changes_the_wording_and_nothing_else() -> None:
    draft = clarified(
        ("S1", "en", "Do not advertise.\n\nLinks to a shop count."), ("S1", "zh", "不要打广告，链接也算。")
    )
    expected = (
        POLICY.source.replace('"4"', '"4-proposal1"')
        .replace("Do not advertise.\nNot even a little.", "Do not advertise.\n\nLinks to a shop count.")
        .replace("不要打广告。", "不要打广告，链接也算。")
    )
    assert draft.source("4-proposal1") == expected


ZH = ("S1", "zh", "不要打广告，也不要链接。")


@pytest.mark.parametrize(
    ("wordings", "fault"),
    [
        ([("Z9", "en", "x")], 'there is no clause "Z9"; there are: S1, H1'),
        ([("S1", "en", "Only in English.")], "S1 has a wording in en, zh"),
        ([("H1", "en", "x"), ("H1", "zh", "一")], "H1 has a wording in en"),
        ([("S1", "en", "  "), ZH], "the wording of S1 in en is empty"),
        ([("S1", "en", "One."), ("S1", "en", "Two."), ZH], "there are two wordings of S1 in en"),
        ([("S1", "en", "One.\n\n## Z1 More\nlabels: spam\n\nTwo."), ZH], "plain text only"),
        ([("S1", "en", 'One.\n\n### Violates\n- en: "x y" -> spam'), ZH], "plain text only"),
        ([("S1", "en", "One.\n\n```\nTwo."), ZH], "plain text only"),
        ([("S1", "en", "One.\u200b"), ZH], "can't be seen: U+200B"),
        ([("S1", "en", "One. " * 500), ZH], "more than twice as long"),
        ([("S1", "en", f"As in: {ITEM}"), ZH], "word for word"),
    ],
)
def test_a_clarification_that_is_off_is_refused(wordings: list[tuple[str, str, str]], fault: str) -> None:
    with pytest.raises(DraftFaultError) as told:
        clarified(*wordings)
    assert fault in str(told.value)


def test_no_clause_at_all_is_no_change() -> None:
    with pytest.raises(NoChangeError):
        clarified()
    with pytest.raises(NoChangeError):
        clarified(("H1", "en", "Do not  demean\na group."))
