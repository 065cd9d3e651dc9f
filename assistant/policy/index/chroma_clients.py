"""The only module that imports chromadb to connect: clients of a directory or of a server, and what they raise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

from assistant.errors import VectorIndexError
from assistant.policy.index.server import (
    ANSWER_SECONDS,
    DEFAULT_DATABASE,
    DEFAULT_TENANT,
    ChromaServer,
    IndexReconnect,
    refused,
    why_gone,
)

if TYPE_CHECKING:
    import httpx
    from chromadb.api.client import Client
    from chromadb.config import Settings


def embedded_client(directory: Path) -> Client:
    """A client of the files in a directory. Raises VectorIndexError where they can't be read."""
    # chromadb costs 0.8 s of CPU to import; commands that search nothing don't need it.
    import chromadb  # noqa: PLC0415

    with told(str(directory)):
        return cast("Client", chromadb.PersistentClient(directory.resolve(), settings=_settings()))


def server_client(server: ChromaServer, patience: IndexReconnect) -> Client:
    """A client of a server, waited for. Raises VectorIndexError: not a URL, or no Chroma server there."""
    import chromadb  # noqa: PLC0415 - as above

    address = server.address
    with told(server.url):
        patience.call(server.knock, opening=True)
        client = chromadb.HttpClient(
            address,
            ssl=address.startswith("https"),
            headers=server.headers,
            settings=_settings(),
            tenant=server.tenant or DEFAULT_TENANT,
            database=server.database or DEFAULT_DATABASE,
        )
        if (session := _session_of(client)) is not None:
            session.timeout = ANSWER_SECONDS  # Chroma's own waits for ever
    return cast("Client", client)


def close_client(client: Client) -> None:
    """Close a client and its connections, which Chroma's own close leaves open."""
    client.close()
    for holder in (client, getattr(client, "_admin_client", None)):
        if (session := _session_of(holder)) is not None:
            session.close()


def _session_of(holder: object) -> httpx.Client | None:
    return getattr(getattr(holder, "_server", None), "_session", None)


def _settings() -> Settings:
    from chromadb.config import Settings  # noqa: PLC0415 - as above

    # A .env file in the folder the user stands in belongs to another program.
    return Settings(anonymized_telemetry=False, _env_file=None)  # type: ignore[call-arg] # pydantic-settings' own


@contextmanager
def told(where: str) -> Iterator[None]:
    """Turns whatever Chroma raises into one VectorIndexError; `where` is its directory or URL."""
    try:
        yield
    except VectorIndexError:
        raise
    except Exception as error:  # its Rust core, its HTTP client and its checks each raise their own kinds
        if where.startswith("http"):
            if why := why_gone(error):
                raise VectorIndexError("chroma_server_unreachable", where=where, why=why) from error
            failed = VectorIndexError("chroma_server_failed", where=where, said=_first_line(error))
            raise refused(error, where) or failed from error
        raise VectorIndexError("chroma_failed", where=where, said=_first_line(error)) from error
    except BaseException as error:
        if type(error).__module__ != "pyo3_runtime":  # Ctrl-C, the end of the process
            raise
        # A panic of the Rust core, which is no Exception: files it can't make sense of.
        raise VectorIndexError("vector_index_damaged", where=where) from error


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
