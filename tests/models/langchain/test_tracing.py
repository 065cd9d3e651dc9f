from assistant.models.langchain.tracing import forbid_tracing


def test_switches_that_send_prompts_away_are_removed_and_named() -> None:
    environ = {
        "LANGSMITH_TRACING": "true",
        "LANGCHAIN_TRACING_V2": "true",
        "LANGSMITH_GATEWAY": "true",
        "LANGSMITH_API_KEY": "k",
        "PATH": "/bin",
    }
    assert forbid_tracing(environ) == ("LANGCHAIN_TRACING_V2", "LANGSMITH_GATEWAY", "LANGSMITH_TRACING")
    assert environ == {"LANGSMITH_API_KEY": "k", "PATH": "/bin"}


def test_users_who_opt_in_keep_them() -> None:
    environ = {"ASSISTANT_ALLOW_TRACING": "1", "LANGSMITH_TRACING": "true"}
    assert forbid_tracing(environ) == ()
    assert environ["LANGSMITH_TRACING"] == "true"
