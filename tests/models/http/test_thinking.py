import orjson
import pytest

from assistant.models.http.refusals import HttpRefusal
from assistant.models.http.thinking import FIRST_ROOM, LARGEST_ROOM, ThinkingRoom, thinking_budget

TOO_LARGE = HttpRefusal(400, message="max_tokens: 20080 > 8192, which is the maximum allowed number of output tokens")


def reply(text: str = "{}", finish: str = "stop", reasoning: int = 0) -> bytes:
    """A chat completion."""
    usage = {"completion_tokens_details": {"reasoning_tokens": reasoning}}
    choice = {"finish_reason": finish, "message": {"content": text}}
    return orjson.dumps({"choices": [choice], "usage": usage})


def test_a_model_that_does_not_think_gets_no_room_even_when_it_is_cut() -> None:
    room = ThinkingRoom()
    room.learn(reply(), 0)
    room.learn(reply('{"label": "sa', "length"), 0)
    assert room.tokens == 0


@pytest.mark.parametrize(
    ("body", "thought"),
    [
        (reply(reasoning=50), False),
        (reply("", "length"), False),
        (reply("<think>Is it hateful?", "length"), False),
        (reply("<|channel|>analysis<|message|>Is it", "length"), False),
        (reply(), True),
    ],
)
def test_the_first_sign_of_thinking_makes_room(body: bytes, thought: bool) -> None:
    room = ThinkingRoom()
    room.learn(body, 0, thought=thought)
    assert room.tokens == FIRST_ROOM == 4096


def test_each_reply_cut_while_thinking_at_the_present_room_makes_four_times_as_much_up_to_a_bound() -> None:
    room = ThinkingRoom()
    seen = []
    for _ in range(5):
        room.learn(reply("", "length", 80), room.tokens)
        seen.append(room.tokens)
    assert seen == [4096, 16384, 65536, 65536, 65536]
    assert seen[-1] == LARGEST_ROOM


def test_replies_to_questions_sent_with_less_room_do_not_make_more_of_it() -> None:
    room = ThinkingRoom()
    for _ in range(16):  # all sent before the first came back
        room.learn(reply("", "length", 80), 0)
    assert room.tokens == 4096


def test_a_reply_whose_thinking_was_whole_is_no_reason_to_grow() -> None:
    room = ThinkingRoom()
    room.learn(reply('{"label": "safe"}', reasoning=300), 4096)
    assert room.tokens == 4096


def test_a_limit_that_is_too_large_for_the_server_shrinks_and_stays() -> None:
    room = ThinkingRoom(20_000)
    assert room.refused(TOO_LARGE, 20_000)
    assert room.tokens == 5000
    assert room.refused(TOO_LARGE, 20_000)  # sent before: once more with what there is now
    assert room.tokens == 5000
    room.learn(reply("", "length", 5000), 5000)
    assert room.tokens == 5000
    assert not ThinkingRoom(20_000).refused(HttpRefusal(400, message="image too blurred"), 20_000)
    assert not ThinkingRoom().refused(TOO_LARGE, 0)


@pytest.mark.parametrize(
    ("options", "budget"),
    [
        ({}, 0),
        ({"thinking_budget": 512}, 512),
        ({"thinking_budget": -1}, 0),
        ({"thinking": {"type": "enabled", "budget_tokens": 2048}}, 2048),
        ({"additional_model_request_fields": {"thinking": {"budget_tokens": 1024}}}, 1024),
    ],
)
def test_the_room_starts_at_the_budget_of_the_options(options: dict[str, object], budget: int) -> None:
    assert thinking_budget(options) == budget


@pytest.mark.parametrize(
    "body",
    [b"", b'{"choices": [], "reasoning": 1}', b'"length"', b'{"choices": [{"message": null, "length":"length"}]}'],
)
def test_replies_that_are_no_completions_teach_nothing(body: bytes) -> None:
    room = ThinkingRoom()
    room.learn(body, 0)
    assert room.tokens == 0
