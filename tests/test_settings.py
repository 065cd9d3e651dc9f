"""Settings: read whole, all mistakes told at once, no secrets."""

from dataclasses import fields
from pathlib import Path

import pytest

from assistant.cli.error_words import error_words
from assistant.errors import SettingsError
from assistant.routing.rules import RouteRules
from assistant.settings import load_settings


def write(folder: Path, text: str) -> Path:
    (folder / "assistant.toml").write_text(text, encoding="utf-8")
    return folder


def test_an_empty_file_gives_the_defaults(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, ""), {})
    assert settings.model.spec == "local"
    assert settings.routing.audit_share == 0.05


def test_the_numbers_in_the_routing_rules_are_those_of_the_rules_themselves(tmp_path: Path) -> None:
    routing = load_settings(write(tmp_path, ""), {}).routing
    rules = RouteRules()
    named = [field.name for field in fields(rules) if field.name != "monitor_share"]
    assert all(getattr(routing, name) == getattr(rules, name) for name in named)
    assert routing.monitor_share is None  # it follows from the power asked for, and from what is accepted
    assert (routing.monitor_power, routing.monitor_factor) == (0.8, 2)


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    folder = write(tmp_path, "[model]\nconcurrency = 4\n")
    settings = load_settings(
        folder, {"ASSISTANT__MODEL__CONCURRENCY": "64", "ASSISTANT__CONTENT__LANGUAGES": "en, zh, es"}
    )
    assert settings.model.concurrency == 64
    assert settings.content.languages == ("en", "zh", "es")


def test_all_wrong_keys_are_told_at_once_with_their_lines_and_the_nearest_right_key(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        "\n".join(
            [
                "[model]",
                "concurency = 4",
                "timeout_seconds = -1",
                "",
                "[routing]",
                "audit_share = 0",
                "",
                "[modle]",
                'x = "y"',
            ]
        ),
    )
    with pytest.raises(SettingsError) as caught:
        load_settings(folder, {"ASSISTANT__CONTENT__PROMPT_TOKENS": "many"})
    told = str(error_words(caught.value))
    assert "5 wrong settings" in told
    assert "assistant.toml:2: model.concurency: no such key; did you mean concurrency?" in told
    assert "assistant.toml:3: model.timeout_seconds: Input should be greater than 0" in told
    assert "assistant.toml:6: routing.audit_share: Input should be greater than 0" in told
    assert "assistant.toml:8: modle: no such key; did you mean model?" in told
    assert "ASSISTANT__CONTENT__PROMPT_TOKENS: content.prompt_tokens: Input should be a valid integer" in told


def test_broken_toml_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"settings_not_toml .*line 2"):
        load_settings(write(tmp_path, "[model]\nspec = \n"), {})


def test_a_folder_without_settings_says_how_to_make_a_workspace(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no_workspace") as caught:
        load_settings(tmp_path, {})
    assert error_words(caught.value).hint == f"assistant init {tmp_path}  makes one"


def test_a_password_in_the_file_is_refused_and_not_repeated(tmp_path: Path) -> None:
    folder = write(tmp_path, '[storage]\ndatabase_url = "postgresql+psycopg://me:hunter2@127.0.0.1/labels"\n')
    with pytest.raises(SettingsError) as caught:
        load_settings(folder, {})
    assert "ASSISTANT_DATABASE_URL" in str(error_words(caught.value))
    assert "hunter2" not in str(error_words(caught.value))


def test_prices_are_named_by_model(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, '[prices."openai:x-1"]\ninput = 1.0\noutput = 2.0\n'), {})
    assert settings.prices["openai:x-1"].output == 2.0
    with pytest.raises(
        SettingsError, match=r"assistant.toml:2: prices.openai:x-1.inputt: no such key; did you mean input"
    ):
        load_settings(write(tmp_path, '[prices."openai:x-1"]\ninputt = 1.0\noutput = 2.0\ninput = 1.0\n'), {})


def test_further_parameters_are_read_with_their_types_and_from_the_environment(tmp_path: Path) -> None:
    text = """
[model.extra]
enable_thinking = false
chat_template_kwargs = { enable_thinking = false }

[model.extra.headers]
"X-Api-Key" = "${GATEWAY_KEY}"

[model.extra."openai:gpt-5"]
reasoning_effort = "low"
"""
    environ = {"ASSISTANT__MODEL__EXTRA__TOP_K": "20", "ASSISTANT__MODEL__EXTRA__ENABLE_THINKING": "true"}
    options = load_settings(write(tmp_path, text), environ).model.options("openai:gpt-5")
    assert options.parameters == {
        "enable_thinking": True,
        "chat_template_kwargs": {"enable_thinking": False},
        "top_k": 20,
        "reasoning_effort": "low",
    }
    assert options.headers == {"X-Api-Key": "${GATEWAY_KEY}"}


def test_a_parameter_that_the_prompt_decides_is_refused_with_its_line(tmp_path: Path) -> None:
    folder = write(tmp_path, '[model.extra]\nmodel = "other"\nheaders = { "X-Api-Key" = "hunter2" }\n')
    with pytest.raises(SettingsError, match=r"assistant\.toml:1: model\.extra: model can't be set") as caught:
        load_settings(folder, {})
    assert "headers.X-Api-Key: secrets come from the environment only" in str(error_words(caught.value))
    assert "hunter2" not in str(error_words(caught.value))


@pytest.mark.parametrize("user", ["me:hunter2@", "hunter2@", ":hunter2@"])
def test_a_user_in_the_url_of_chroma_is_refused_with_its_own_variable(tmp_path: Path, user: str) -> None:
    folder = write(tmp_path, f'[storage]\nchroma_url = "https://{user}chroma.test/v"\n')
    with pytest.raises(SettingsError) as caught:
        load_settings(folder, {})
    assert "ASSISTANT_CHROMA_TOKEN" in str(error_words(caught.value))
    assert "ASSISTANT_DATABASE_URL" not in str(error_words(caught.value))
    assert "hunter2" not in str(error_words(caught.value))


def project(folder: Path, text: str, key: str = "market") -> Path:
    (folder / "projects" / key).mkdir(parents=True, exist_ok=True)
    (folder / "projects" / key / "project.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_projects_own_file_goes_before_the_workspaces_key_by_key_and_the_environment_before_both(
    tmp_path: Path,
) -> None:
    folder = write(
        tmp_path,
        '[model]\nspec = "openai:a"\nconcurrency = 4\n[routing]\naccept_probability = 0.8\nsevere_from = 2\n'
        '[review.budgets]\nhate = 5\nspam = 9\n[policy]\nfile = "policies/a.md"\n',
    )
    project(
        folder,
        '[title]\nzh = "集市"\n[model]\nspec = "openai:b"\n[routing]\naccept_probability = 0.7\n'
        "[review.budgets]\nhate = 3\n",
    )
    environ = {"ASSISTANT__ROUTING__SEVERE_FROM": "1"}
    own, other = load_settings(folder, environ, project="market"), load_settings(folder, {}, project="main")
    assert (own.model.spec, own.model.concurrency) == ("openai:b", 4)
    assert (own.routing.accept_probability, own.routing.severe_from) == (0.7, 1)
    assert own.review.budgets == {"hate": 3, "spam": 9}
    assert str(own.policy.file) == "policies/a.md"
    assert own.title.by_language() == {"zh": "集市"}
    assert (other.model.spec, other.routing.accept_probability, other.review.budgets["hate"]) == ("openai:a", 0.8, 5)


def test_mistakes_of_both_files_and_the_environment_are_told_at_once(tmp_path: Path) -> None:
    folder = write(tmp_path, "[model]\nconcurrency = 0\n[routing]\naudit_share = 7\n")
    project(
        folder, "[routing]\naudit_share = 0.1\nseverefrom = 1\n[storage]\nconnections = 9\n[model]\nconcurrency = 3\n"
    )
    with pytest.raises(SettingsError) as caught:
        load_settings(folder, {"ASSISTANT__RETRIEVAL__CLAUSES": "none"}, project="market")
    told = str(error_words(caught.value))
    assert "6 wrong settings" in told
    assert "assistant.toml:2: model.concurrency" in told
    assert "assistant.toml:4: routing.audit_share" in told  # though the project overrides it
    assert "projects/market/project.toml:3: routing.severefrom: no such key; did you mean severe_from?" in told
    assert "projects/market/project.toml:4: storage: belongs to the deployment" in told
    assert "projects/market/project.toml:7: model.concurrency: belongs to the deployment" in told
    assert "ASSISTANT__RETRIEVAL__CLAUSES" in told


def test_a_project_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    folder = project(write(tmp_path, ""), "[model\n")
    with pytest.raises(SettingsError, match=r"projects/market/project\.toml.*settings_not_toml"):
        load_settings(folder, {}, project="market")
    assert load_settings(folder, {}, project="main").model.spec == "local"
