"""The providers the dev-server can play: the package of each one's integration, and how it is pointed at the server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec

import pytest

KEY = "key-of-a-test"


@dataclass(frozen=True)
class Played:
    """One provider.

    Args:
        package: of its integration.
        address: the variable of its address.
        folder: what follows the server's root there.
        key: the variable of its key; empty for a provider without.
        more: further variables it wants.
    """

    package: str
    address: str
    folder: str = ""
    key: str = ""
    more: Mapping[str, str] = field(default_factory=dict)

    def environment(self, root: str) -> dict[str, str]:
        """The variables a user would set."""
        keys = {self.key: KEY} if self.key else {}
        return {self.address: root + self.folder} | keys | dict(self.more)


PLAYED = {
    "anthropic": Played("langchain_anthropic", "ANTHROPIC_BASE_URL", key="ANTHROPIC_API_KEY"),
    "google_genai": Played("langchain_google_genai", "GOOGLE_GEMINI_BASE_URL", key="GOOGLE_API_KEY"),
    "ollama": Played("langchain_ollama", "OLLAMA_HOST"),
    "mistralai": Played("langchain_mistralai", "MISTRAL_BASE_URL", "/mistralai/v1", "MISTRAL_API_KEY"),
    "groq": Played("langchain_groq", "GROQ_API_BASE", "/groq", "GROQ_API_KEY"),
    "deepseek": Played("langchain_deepseek", "DEEPSEEK_API_BASE", "/deepseek/v1", "DEEPSEEK_API_KEY"),
    "azure_openai": Played(
        "langchain_openai",
        "AZURE_OPENAI_ENDPOINT",
        key="AZURE_OPENAI_API_KEY",
        more={"OPENAI_API_VERSION": "2024-10-21"},
    ),
    "bedrock_converse": Played(
        "langchain_aws",
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
        key="AWS_ACCESS_KEY_ID",
        more={"AWS_SECRET_ACCESS_KEY": "secret-of-a-test", "AWS_DEFAULT_REGION": "us-east-1"},
    ),
}


def need(provider: str) -> Played:
    """The provider, or the test is skipped by name where its integration is not installed."""
    played = PLAYED[provider]
    if find_spec(played.package) is None:
        pytest.skip(f"{played.package.replace('_', '-')} is not installed here")
    return played
