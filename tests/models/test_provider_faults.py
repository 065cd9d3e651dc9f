"""The fault table: every provider's integration, every fault of the dev-server, and what becomes of the items.

Each cell labels four items along the path of `assistant prelabel`: the adapter, the guard, `label_one`. What comes of
it is one line: `labelled`, `failed: REASON`, or `stopped: WORDS` where the job ends and the items stay pending.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import certifi
import numpy as np
import pytest

from assistant.bundled import bundled
from assistant.cli.error_words import error_words
from assistant.domain.items import Content, Item
from assistant.domain.prelabels import Prelabel, RunIdentity
from assistant.errors import FatalModelError
from assistant.models.dev.options import DevServerOptions
from assistant.models.dev.server import DevServer
from assistant.models.dev.wire_faults import GATEWAYS, LACKS, REFUSALS, REPLIES, TRANSPORT, WireFault
from assistant.models.embedders.langchain import LangChainEmbedder
from assistant.models.guard.guarded import GuardedModel
from assistant.models.interface import Sampling
from assistant.models.langchain.model import LangChainModel
from assistant.policy.documents.documents import read_policy
from assistant.policy.retrieve import Retrieved
from assistant.prelabel.label_one import LabelKit, label_one
from assistant.prompting.library import PromptLibrary
from assistant.prompting.render import PromptRenderer
from tests.models.providers import PLAYED, need, sockets_of_integrations

__all__ = ["sockets_of_integrations"]  # a fixture is known by its name

ITEMS = tuple(Item(name, Content(f"post {name}")) for name in "abcd")
POLICY = read_policy(bundled("examples") / "policies" / "community.md")
RENDERER = PromptRenderer(PromptLibrary(bundled("prompts")).get("moderation@2"), POLICY, content_tokens=500)
TIMEOUT_S = 20.0  # integrations are set up while others wait: on a busy machine that takes seconds
SLOW_TIMEOUT_S = 1.0
ONCE = WireFault("", first_only=True, retry_after_s=0.1, slow_ms=1500 * SLOW_TIMEOUT_S)
ALWAYS = WireFault("", retry_after_s=0.1)


@dataclass(frozen=True)
class Cell:
    """One cell's order and what is right.

    Args:
        options: the server's.
        right: how the items end.
        refused: requests that may be refused, at most; None where it does not matter. Where it is given the first item
            is asked alone, so that what it finds out serves the others.
        timeout_s: of one attempt.
    """

    options: DevServerOptions
    right: str
    refused: int | None = None
    timeout_s: float = TIMEOUT_S


def once(kind: str, right: str = "labelled") -> Cell:
    """The first attempt of each item meets the fault."""
    return Cell(DevServerOptions(wire_fault=replace(ONCE, kind=kind)), right)


def always(kind: str, right: str, refused: int | None = None) -> Cell:
    """Every attempt meets it."""
    return Cell(DevServerOptions(wire_fault=replace(ALWAYS, kind=kind)), right, refused)


def lacking(*names: str) -> Cell:
    """What the model lacks is found out with the first item: at most one refusal for each step down."""
    return Cell(DevServerOptions(lacks=names), "labelled", refused=2 if "json_schema" in names else 1)


def key_words(provider: str) -> str:
    """What a user with a wrong key has to read: the variable to check."""
    return PLAYED[provider].key or "OLLAMA_API_KEY"


def table(provider: str) -> dict[str, dict[str, Cell]]:
    """All cells of one provider, by group."""
    transport = {f"{kind} once": once(kind) for kind in TRANSPORT}
    transport["slow once"] = replace(transport["slow once"], timeout_s=SLOW_TIMEOUT_S)
    statuses = {f"{kind} once": once(kind) for kind in ("rate_limited", "server_error", "unavailable", "overloaded")}
    account = {
        "bad_key": always("bad_key", f"stopped: {key_words(provider)}"),
        "no_credit": always("no_credit", "stopped: credit"),
        "no_model": always("no_model", "stopped: 'dev'"),
        "too_long": always("too_long", "failed: too_long", refused=len(ITEMS)),
    }
    declined = "failed: malformed" if provider in IN_PLAIN_TEXT else "failed: refused"
    replies = {
        "truncated": always("truncated", "failed: truncated"),
        "thinking_only": always("thinking_only", "failed: truncated"),
        "thinking_only once": once("thinking_only"),
        "thinking": always("thinking", "labelled"),
        "think_tags": always("think_tags", "labelled"),
        "blocked": always("blocked", "failed: content_filter"),
        "refused": always("refused", declined),
        "error_in_200 once": once("error_in_200"),
        "load once": once("load"),
    }
    lacks = {name: lacking(name) for name in LACKS if name not in {"json_mode", "whole_reply"}}
    lacks["json_schema and json_mode"] = lacking("json_schema", "json_mode")
    gateways = {
        **{f"{kind} once": once(kind) for kind in ("no_choices", "finish_error", "event_stream", "overloaded_400")},
        **{kind: always(kind, "labelled") for kind in ("padded", "tool_call")},
        **{kind: always(kind, "failed: too_long") for kind in ("too_large_429", "context_500")},
        "quota_403": always("quota_403", "stopped: credit"),
    }
    if provider in CHAT_COMPLETIONS:
        lacks["whole_reply"] = lacking("whole_reply")
    for row, right in OTHERWISE.get(provider, {}).items():
        replies[row] = replace(replies[row], right=right)
    groups = {"transport": transport, "statuses": statuses, "account": account, "replies": replies, "lacks": lacks}
    return groups | ({"gateways": gateways} if provider in CHAT_COMPLETIONS else {})


CHAT_COMPLETIONS = frozenset({"azure_openai", "deepseek", "groq", "mistralai"})
"""They speak OpenAI's protocol, which gateways speak in their own ways."""
IN_PLAIN_TEXT = frozenset({"ollama", "mistralai", "groq", "deepseek"})
"""They have no field for a refusal: it is a reply without an answer."""
OTHERWISE: Mapping[str, Mapping[str, str]] = {
    # Claude says `refusal` for both; Ollama has no filter of its own; Gemini's and Bedrock's refusals are filters.
    "anthropic": {"blocked": "failed: refused"},
    "ollama": {"blocked": "failed: malformed"},
    "google_genai": {"refused": "failed: content_filter"},
    "bedrock_converse": {"refused": "failed: content_filter"},
}


def model_of(provider: str, root: str, timeout_s: float) -> LangChainModel:
    """The adapter, pointed at a server by the integration's own arguments: cells run side by side."""
    played = PLAYED[provider]
    options: dict[str, object] = {"base_url": root + played.folder, "api_key": "key-of-a-test"}
    if provider == "ollama":
        del options["api_key"]
    elif provider == "azure_openai":
        options = {"azure_endpoint": root, "api_key": "key-of-a-test", "api_version": "2024-10-21"}
    elif provider == "bedrock_converse":
        keys = {"aws_access_key_id": "key-of-a-test", "aws_secret_access_key": "secret-of-a-test"}
        options = {"base_url": root, "region_name": "us-east-1", **keys}
    return LangChainModel(provider, "dev", options=options, timeout_s=timeout_s)


async def outcome(provider: str, cell: Cell) -> str:
    """What becomes of four items."""
    server = DevServer(cell.options)
    url = await server.start()
    guard = GuardedModel(model_of(provider, url.removesuffix("/v1"), cell.timeout_s), outage_patience_s=20.0)
    identity = RunIdentity("p", "p", guard.spec, "{}")
    kit = LabelKit(identity, RENDERER, guard, Sampling(max_tokens=80), lambda _: None, lambda *_: None, max_asks=2)
    try:
        alone = 0 if cell.refused is None else 1
        ended = [await label_one(item, Retrieved(), kit) for item in ITEMS[:alone]]
        ended += await asyncio.gather(*(label_one(item, Retrieved(), kit) for item in ITEMS[alone:]))
        said = "; ".join(f"{n} {how}" for how, n in Counter(map(ending, ended)).items())
    except FatalModelError as stop:
        said = f"stopped: {error_words(stop)}"
    finally:
        await guard.aclose()
        await server.stop()
    refused = [asking for asking in server.log.askings if 400 <= asking.status < 500 and asking.status != 444]
    too_many = cell.refused is not None and len(refused) > cell.refused
    return f"{said}, after {len(refused)} refusals" if too_many else said


def ending(prelabel: Prelabel) -> str:
    """How one item ended."""
    return "labelled" if prelabel.reason is None else f"failed: {prelabel.reason}"


def is_right(cell: Cell, said: str) -> bool:
    """Whether all items ended so, or the job stopped with these words in what it says."""
    if cell.right.startswith("stopped: "):
        return said.startswith("stopped: ") and cell.right.removeprefix("stopped: ") in said
    return said == f"{len(ITEMS)} {cell.right}"


@pytest.fixture
def few_authorities(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One certificate authority instead of 140: integrations read them several times each, and nothing here has TLS."""
    first, end, _ = Path(certifi.where()).read_text("ascii").partition("-----END CERTIFICATE-----\n")
    (tmp_path / "authority.pem").write_text(first + end, "ascii")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))


@pytest.mark.parametrize(("provider", "group"), [(provider, group) for provider in PLAYED for group in table(provider)])
@pytest.mark.usefixtures("few_authorities", "sockets_of_integrations")
@pytest.mark.filterwarnings("ignore")  # the integrations warn about a model they do not know, and some leave sockets
def test_every_fault_of_every_provider_ends_as_the_table_says(provider: str, group: str) -> None:
    need(provider)
    cells = table(provider)[group]

    async def run() -> dict[str, str]:
        said = await asyncio.gather(*(outcome(provider, cell) for cell in cells.values()))
        return dict(zip(cells, said, strict=True))

    said = asyncio.run(run())
    wrong = {row: f"{said[row]}  (right: {cell.right})" for row, cell in cells.items() if not is_right(cell, said[row])}
    assert not wrong, "\n".join(f"{row}: {what}" for row, what in wrong.items())


def test_the_table_leaves_no_fault_out() -> None:
    rows = [row.removesuffix(" once") for group in table("groq").values() for row in group]
    named = {name for row in rows for name in row.split(" and ")}
    of_embeddings, of_openai_only = {"zero_vectors"}, {"function_call", "reasoning"}  # integrations drop the last two
    assert {*TRANSPORT, *REFUSALS, *REPLIES, *GATEWAYS, *LACKS} - named == of_embeddings | of_openai_only


EMBEDDERS = ("azure_openai", "google_genai", "ollama")
"""Not Mistral's: its integration waits 30 s between attempts whatever the server says."""


async def vectors(provider: str, fault: WireFault | None, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """What an embedder, set up as a user sets it up, makes of two texts."""
    server = DevServer(DevServerOptions(wire_fault=fault))
    url = await server.start()
    for name, value in PLAYED[provider].environment(url.removesuffix("/v1")).items():
        monkeypatch.setenv(name, value)
    try:
        return await asyncio.to_thread(lambda: LangChainEmbedder.named(f"{provider}:dev").embed(["a b", "c"]))
    finally:
        await server.stop()


@pytest.mark.parametrize("provider", EMBEDDERS)
@pytest.mark.parametrize("kind", [*sorted(set(TRANSPORT) - {"slow"}), "rate_limited", "server_error", "overloaded"])
@pytest.mark.usefixtures("sockets_of_integrations")
@pytest.mark.filterwarnings("ignore")  # as above
def test_an_embedder_retries_what_will_pass(provider: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    need(provider)
    expected = asyncio.run(vectors(provider, None, monkeypatch))
    assert (asyncio.run(vectors(provider, replace(ONCE, kind=kind), monkeypatch)) == expected).all()


@pytest.mark.parametrize("provider", EMBEDDERS)
@pytest.mark.parametrize("kind", ["bad_key", "no_model", "zero_vectors"])
@pytest.mark.usefixtures("sockets_of_integrations")
@pytest.mark.filterwarnings("ignore")  # as above
def test_an_embedder_stops_at_what_will_not_pass_with_the_cause(
    provider: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    need(provider)
    with pytest.raises(FatalModelError) as stopped:
        asyncio.run(vectors(provider, replace(ALWAYS, kind=kind), monkeypatch))
    causes = {"bad_key": key_words(provider), "no_model": "'dev'", "zero_vectors": "zero"}
    assert causes[kind] in str(error_words(stopped.value))
