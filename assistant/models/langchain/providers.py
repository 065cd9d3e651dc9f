"""What LangChain's providers want before they can be asked: a key, an address, a version; and how they name options."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec

from assistant.errors import FatalModelError, SettingsError


@dataclass(frozen=True, slots=True)
class Need:
    """One thing a provider can't do without.

    Args:
        what: in words.
        variables: of the environment; one of them is enough.
        options: of the integration that stand in for the variables.
    """

    what: str
    variables: tuple[str, ...]
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Provider:
    """How one provider is set up.

    Args:
        package: its LangChain package; empty where it is not known.
        needs: what it can't do without.
        keyless: variables and options that put another way of signing in into the key's stead.
        renamed: our names of options that this integration calls otherwise.
        headers_option: the option that takes further headers, where there is no HTTP client to set them on.
        optional_key: the variable of a key that only some of its servers want.
    """

    package: str = ""
    needs: tuple[Need, ...] = ()
    keyless: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    headers_option: str = ""
    optional_key: str = ""

    @property
    def key_name(self) -> str:
        """The variables of the key, for advice; empty where no variable is known."""
        return " or ".join(self.needs[0].variables) if self.needs else self.optional_key


def _by_key(package: str, *variables: str, renamed: Mapping[str, str] | None = None) -> Provider:
    return Provider(f"langchain-{package}", (Need("key", variables),), renamed=renamed or {})


_AWS = Provider(
    "langchain-aws",
    (Need("AWS credentials", ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_BEARER_TOKEN_BEDROCK")),),
    renamed={"region": "region_name", "profile": "credentials_profile_name"},
)
_AZURE = Provider(
    "langchain-openai",
    (
        Need("key", ("AZURE_OPENAI_API_KEY", "AZURE_OPENAI_AD_TOKEN")),
        Need("address", ("AZURE_OPENAI_ENDPOINT",), ("azure_endpoint",)),
        Need("API version", ("OPENAI_API_VERSION",), ("api_version", "openai_api_version")),
    ),
    keyless=("OPENAI_API_KEY",),
    renamed={"base_url": "azure_endpoint"},
)
_NO_PROVIDER = Provider()
_PROVIDERS: Mapping[str, Provider] = {
    "anthropic": _by_key("anthropic", "ANTHROPIC_API_KEY"),
    "google_genai": Provider(
        "langchain-google-genai",
        (Need("key", ("GOOGLE_API_KEY", "GEMINI_API_KEY")),),
        keyless=("GOOGLE_GENAI_USE_VERTEXAI", "vertexai", "project", "credentials"),
        headers_option="additional_headers",
    ),
    "groq": _by_key("groq", "GROQ_API_KEY"),
    "mistralai": _by_key("mistralai", "MISTRAL_API_KEY"),
    "deepseek": _by_key("deepseek", "DEEPSEEK_API_KEY", renamed={"base_url": "api_base"}),
    "azure_openai": _AZURE,
    "ollama": Provider("langchain-ollama", optional_key="OLLAMA_API_KEY"),
    "bedrock_converse": _AWS,
    "bedrock": _AWS,
    "cohere": _by_key("cohere", "COHERE_API_KEY"),
    "together": _by_key("together", "TOGETHER_API_KEY"),
    "fireworks": _by_key("fireworks", "FIREWORKS_API_KEY"),
    "openrouter": _by_key("openrouter", "OPENROUTER_API_KEY"),
    "upstage": _by_key("upstage", "UPSTAGE_API_KEY"),
    "xai": _by_key("xai", "XAI_API_KEY"),
}
_KEY_OPTION = re.compile(r"(key|token)(_id)?$")


def provider_name(name: str) -> str:
    """The provider as LangChain spells it: `bedrock-converse` and `Bedrock_Converse` are `bedrock_converse`."""
    return name.replace("-", "_").lower()


def provider_of(name: str) -> Provider:
    """What is known of a provider; of most of LangChain's thirty that is nothing, and they are set up by themselves."""
    return _PROVIDERS.get(provider_name(name), _NO_PROVIDER)


def check_access(name: str, options: Mapping[str, object], environ: Mapping[str, str]) -> None:
    """Refuse a provider that could not be asked, before anything is sent.

    AWS finds credentials in many places, which only its own library knows: they are looked for when it is set up.

    Args:
        name: the provider.
        options: for its integration.
        environ: the environment.

    Raises:
        FatalModelError: its package is not installed.
        SettingsError: a variable that it needs is missing, or holds a key that can't be one.
    """
    provider = provider_of(name)
    if provider.package and find_spec(provider.package.replace("-", "_")) is None:
        raise FatalModelError(
            "provider_package_missing",
            provider=name,
            package=provider.package,
            hint=f"pip install {provider.package}",
        )
    for need in provider.needs:
        for variable in need.variables:
            value = environ.get(variable, "")
            blank = " " in value and not variable.endswith("PROFILE")
            if value and (not value.isascii() or not value.isprintable() or blank):
                raise SettingsError(
                    "provider_setting_unfit",
                    provider=name,
                    setting=need.what,
                    where=variable,
                    hint="Copy it again, without blanks and line breaks.",
                )
        if provider is _AWS or any(environ.get(variable) for variable in need.variables) or _given(need, options):
            continue
        if need.what == "key" and any(environ.get(way) or options.get(way) for way in provider.keyless):
            continue
        where = f", or {provider_option(provider, need)} in [model.extra]" if need.options else ""
        raise SettingsError(
            "provider_setting_missing",
            provider=name,
            setting=need.what,
            where=need.variables[0],
            hint=f"Set {' or '.join(need.variables)} in the environment{where}.",
        )


def provider_option(provider: Provider, need: Need) -> str:
    """The option that stands in for a variable, by the name our settings use where they have one."""
    return next((ours for ours, theirs in provider.renamed.items() if theirs in need.options), need.options[0])


def _given(need: Need, options: Mapping[str, object]) -> bool:
    if need.what == "key":
        return any(_KEY_OPTION.search(name) and value for name, value in options.items())
    return any(options.get(name) for name in need.options)
