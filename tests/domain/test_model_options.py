"""What may stand in `[model.extra]`, and whose it is."""

import pytest

from assistant.domain.model_options import ModelOptions, check_extra, options_for


def test_options_hold_for_all_models_and_a_table_named_by_a_spec_for_one_model() -> None:
    extra = {
        "enable_thinking": False,
        "headers": {"X-Team": "policy", "X-Cost": "a"},
        "openai:qwen3": {"enable_thinking": True, "max_tokens": 900, "headers": {"X-Cost": "b"}},
    }
    assert options_for(extra, "openai:other") == ModelOptions(
        {}, {"enable_thinking": False}, {"X-Team": "policy", "X-Cost": "a"}
    )
    assert options_for(extra, "openai:qwen3") == ModelOptions(
        {"max_tokens": 900}, {"enable_thinking": True}, {"X-Team": "policy", "X-Cost": "b"}
    )


def test_sampling_is_taken_out_by_either_name_so_that_it_can_be_negotiated() -> None:
    found = options_for({"max_completion_tokens": 800, "temperature": 1, "top_k": 20}, "openai:m")
    assert found.sampling == {"max_tokens": 800, "temperature": 1}
    assert found.parameters == {"top_k": 20}


def test_the_model_in_this_process_takes_only_its_own_table() -> None:
    assert options_for({"enable_thinking": False, "local": {"max_tokens": 60}}, "local") == ModelOptions(
        {"max_tokens": 60}
    )
    assert check_extra({"local": {"enable_thinking": False}}) == ["local: the embedded model takes no enable_thinking"]


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("model", "x", "model can't be set: [model] spec names"),
        ("messages", [], "messages can't be set: the prompt decides"),
        ("response_format", {}, "response_format can't be set"),
        ("n", 2, "n can't be set: one reply is read"),
        ("api_key", "abc", "api_key: secrets come from the environment only"),
        ("aws_secret_access_key", "abc", "aws_secret_access_key: secrets"),
        ("extra_body", {"apiKey": "abc"}, "extra_body.apiKey: secrets"),
        ("user", "sk-abcdefghij", "user: secrets"),
        ("top_k", float("nan"), "top_k is no number that JSON can hold"),
        ("temperature", 3, "temperature is a number from 0 to 2"),
        ("temperature", True, "temperature is a number"),
        ("max_tokens", 1.5, "max_tokens is a whole number from 1"),
        ("max_completion_tokens", 0, "max_completion_tokens is a whole number from 1"),
        ("headers", "x", "headers is a table"),
        ("headers", {"X-Api-Key": "abc"}, "headers.X-Api-Key: secrets come from the environment only"),
        ("headers", {"X-Who": "Bearer abcdefgh"}, "headers.X-Who: secrets"),
        ("headers", {"Content-Type": "text/plain"}, "headers.Content-Type can't be set"),
        ("headers", {"Authorization": "Bearer ${OPENAI_API_KEY}"}, "is sent as a bearer token by itself"),
        ("headers", {"X Y": "z"}, "'X Y' is no name of a header"),
        ("headers", {"X-Y": "a\nb"}, "headers.X-Y is one line"),
        ("openai:m", True, "openai:m: a model's options are a table"),
        ("openai:m", {"model": "x"}, "openai:m: model can't be set"),
    ],
)
def test_what_the_prompt_decides_and_secrets_are_refused(name: str, value: object, fault: str) -> None:
    (found,) = check_extra({name: value, "chat_template_kwargs": {"enable_thinking": False}})
    assert fault in found
    assert "abc" not in found.replace(name, "")


def test_a_header_takes_its_secret_from_the_environment() -> None:
    options = options_for({"headers": {"X-Api-Key": "key ${GATEWAY_KEY}", "X-Team": "a"}}, "openai:m")
    assert check_extra({"headers": options.headers}) == []
    assert options.expanded_headers({"GATEWAY_KEY": "s3cret\n"}) == {"X-Api-Key": "key s3cret", "X-Team": "a"}
    with pytest.raises(KeyError, match="GATEWAY_KEY"):
        options.expanded_headers({})
    with pytest.raises(ValueError, match="X-Api-Key"):
        options.expanded_headers({"GATEWAY_KEY": "a\nb"})
