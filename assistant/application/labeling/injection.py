"""The detector of prompt injection for a workspace's embedder, learned once and kept beside the workspace's state."""

from __future__ import annotations

import os
import tempfile
import zipfile
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import numpy as np

from assistant.models.embedders.hashing import HashingEmbedder
from assistant.steps import step
from assistant.trust.injection.detector import VERSION, InjectionDetector
from assistant.trust.injection.examples import shipped_digest, shipped_examples
from assistant.wiring.workspace import Workspace


class KeptDetector(NamedTuple):
    """The detector, and what it was learned from: equal digests give equal scores."""

    check: InjectionDetector
    digest: str


def injection_detector(workspace: Workspace) -> KeptDetector:
    """The detector for the vectors of a workspace, from the file that keeps it, or learned now.

    Where the embedder knows spelling only, as `hashing` does, n-grams decide alone.

    Raises:
        FatalModelError: the embedder failed on the examples.
    """
    name = workspace.embedder_name
    spelling = name == HashingEmbedder.name
    made_of = f"{VERSION} {shipped_digest()} {'' if spelling else name}"
    digest = blake2b(made_of.encode(), digest_size=16).hexdigest()
    if digest not in _KEPT:
        path = workspace.state / f"injection-{digest[:12]}.npz"
        kept = _read(path)
        if kept is None:
            kept = _learned(workspace, spelling)
            _write(path, kept)
        _KEPT[digest] = kept
    return KeptDetector(_KEPT[digest], digest)


_KEPT: dict[str, InjectionDetector] = {}
"""By digest, for all workspaces of this process; it never changes."""


def _learned(workspace: Workspace, spelling: bool) -> InjectionDetector:
    examples = shipped_examples()
    with step("learning what prompt injections read like"):
        if spelling:
            return InjectionDetector.learn(examples, None)
        vectors = workspace.item_embedder.keeping_nothing().text_vectors([one.text for one in examples])
        return InjectionDetector.learn(examples, vectors)


def _read(path: Path) -> InjectionDetector | None:
    """What the file keeps; None where there is none, or it is damaged: it can be learned again."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return InjectionDetector.restored(arrays)
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile):
        return None


def _write(path: Path, detector: InjectionDetector) -> None:
    """Whole or not at all; where it can't be written, the next job learns it again."""
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".npz.part", delete=False) as file:
            np.savez(file, allow_pickle=False, **detector.arrays())
        os.replace(file.name, path)
    except OSError:
        return
