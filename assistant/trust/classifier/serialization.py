"""A classifier as bytes: arrays in NumPy's own format and JSON, no code in it; of the same one the same bytes.

What is kept is the fit in its primal form: what each number of an item adds to the log-odds of each curve. The labelled
items that taught are not needed any more, and neither are their texts. N-grams that none of them had have no weight and
are left out: 4,000 labels of two classes take less than a megabyte, and each further curve 260 KB at most.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from io import BytesIO
from typing import Any, Self

import numpy as np

from assistant.trust.classifier.calibrate import Calibration
from assistant.trust.classifier.calibrated import FittedClassifier
from assistant.trust.classifier.model import Author, FittedWeights
from assistant.trust.classifier.space import ColumnScale, FeatureSpace, Signals
from assistant.trust.classifier.text_features import BUCKETS

VERSION = 1
MOST_BYTES = 64 << 20
_HEADER = "header"


class FrozenError(Exception):
    """A classifier that can't be kept, or was kept and can't be read."""


@dataclass(frozen=True, slots=True, eq=False)
class Frozen:
    """A classifier as it is kept.

    Args:
        body: a NumPy archive.
        version: of its format.
        digest: BLAKE2b-128 of the body, hex.
    """

    body: bytes
    version: int
    digest: str

    @classmethod
    def of(cls, classifier: FittedClassifier, context: Mapping[str, object]) -> Self:
        """A classifier with what it takes to number an item's columns as it needs them (JSON values only).

        Raises:
            FrozenError: it takes more than 64 MB.
        """
        arrays, header = _taken_apart(classifier)
        header |= {"version": VERSION, "context": dict(context)}
        file = BytesIO()
        spelled = np.frombuffer(json.dumps(header, sort_keys=True).encode(), dtype=np.uint8)
        np.savez_compressed(file, **{_HEADER: spelled}, **arrays)  # type: ignore[arg-type] # no flag of its own
        body = file.getvalue()
        if len(body) > MOST_BYTES:
            raise FrozenError(f"the classifier takes {len(body) / 2**20:,.0f} MB, {MOST_BYTES >> 20} are the most kept")
        return cls(body, VERSION, blake2b(body, digest_size=16).hexdigest())

    def read(self) -> tuple[FittedClassifier, Mapping[str, Any]]:
        """The classifier and its context.

        Raises:
            FrozenError: written by another version, or not as it was written.
        """
        if self.version != VERSION:
            raise FrozenError(f"the classifier is kept in format {self.version}, and this version reads {VERSION}")
        if blake2b(self.body, digest_size=16).hexdigest() != self.digest:
            raise FrozenError("the classifier that was kept is not the one that was written: its digest differs")
        with np.load(BytesIO(self.body), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        header = json.loads(arrays.pop(_HEADER).tobytes())
        return _assembled(arrays, header), header["context"]


def _taken_apart(classifier: FittedClassifier) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    space, head, curve = classifier.space, classifier.head, classifier.curve
    columns = np.flatnonzero(space.rarity)
    arrays = {
        "fills": space.signals.fills,
        "gaps": space.signals.gaps,
        "signal_mean": space.signals.scale.mean,
        "signal_spread": space.signals.scale.spread,
        "columns": columns.astype(np.uint16),
        "rarity": space.rarity[columns],
        "style_mean": space.style.mean,
        "style_spread": space.style.spread,
        "constants": head.constants,
        "present": head.present,
        "curve": curve.weights,
        "covariance": curve.covariance,
    }
    if curve.stairs is not None:
        arrays["stairs"] = curve.stairs
    for number, edges in enumerate(space.edges.values()):
        if edges is not None:
            arrays[f"edges{number}"] = edges
    for name, weights in head.weights.items():
        arrays[f"weights_{name}"] = weights[columns] if name == "ngrams" else weights
    header = {
        "classes": space.classes,
        "machines": list(space.edges),
        "signals": list(space.signals.names),
        "categories": {name: names.tolist() for name, names in space.categories.items()},
        "factors": dict(space.factors),
        "blocks": list(head.weights),
        "author": head.author.value,
        "groups": [list(group) for group in classifier.groups],
    }
    return arrays, header


def _assembled(arrays: Mapping[str, np.ndarray], header: Mapping[str, Any]) -> FittedClassifier:
    columns = arrays["columns"].astype(np.int64)
    scale = ColumnScale(arrays["signal_mean"], arrays["signal_spread"])
    space = FeatureSpace(
        classes=header["classes"],
        edges={name: arrays.get(f"edges{number}") for number, name in enumerate(header["machines"])},
        signals=Signals(tuple(header["signals"]), arrays["fills"], arrays["gaps"], scale),
        rarity=_spread(arrays["rarity"], columns),
        style=ColumnScale(arrays["style_mean"], arrays["style_spread"]),
        categories={name: np.array(names, dtype=str) for name, names in header["categories"].items()},
        factors=header["factors"],
    )
    weights = {name: arrays[f"weights_{name}"] for name in header["blocks"]}
    if "ngrams" in weights:
        weights["ngrams"] = _spread(weights["ngrams"], columns)
    author = Author(header["author"])
    head = FittedWeights(weights, arrays["constants"], arrays["present"], header["classes"], author)
    curve = Calibration(arrays["curve"], arrays["covariance"], arrays.get("stairs"))
    return FittedClassifier(space, head, curve, tuple((kind, which) for kind, which in header["groups"]))


def _spread(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Rows of some n-grams among those of all."""
    whole = np.zeros((BUCKETS, *rows.shape[1:]), dtype=rows.dtype)
    whole[columns] = rows
    return whole
