"""What a change of the policy finds stale, where it is known which labels change: python -m tests.bench policy_change.

Public sets (`sms_spam`, `openai_moderation`, `hatecheck_en`, `mhc`) and the example posts are put under the example
policy; the function or the published label of each text says which clause its label rests on. One clause is flipped at
a time: the labels that rest on it change, all others stay. The model that labeled them before is made up: it cites the
right clause in `RIGHT` of the items, else what a weak classifier of the letters says, so that its mistakes depend on
the content.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from assistant.bundled import bundled
from assistant.models.embedders.build import build_embedder
from assistant.policy.documents.difference import compare_policies
from assistant.policy.documents.documents import parse_policy, read_policy
from assistant.policy.documents.rewording import reword
from assistant.policy.neighbourhood import ChanceModel, Neighbourhood, take_likely
from tests.bench.research import data_folder

RIGHT = 0.8
TEXTS = 500  # of each set
FLIPPED = ("SP2", "T1", "S1", "X1", "H1", "H2")
FOUND, RELABELED = 0.90, 0.30
_OF_POSTS = {"harassment": "H1", "hate": "H2", "threat": "T1", "self_harm": "S1", "sexual": "X1", "spam": "SP1"}
_OF_MODERATION = {"SH": "S1", "S": "X1", "V2": "T1", "H": "H2", "H2": "H2", "HR": "H1"}
Figure = tuple[str, str, str, bool | None]
Labeled = tuple[str, str]  # a text, and the clause its label rests on; empty for none


def policy_change(_: Path) -> Iterator[Figure]:
    """Labels that truly change and are found, and items labeled again, for each flipped clause."""
    folder = data_folder()
    if folder is None:
        yield "policy change", "skipped: there are no research sets", f">= {FOUND:.0%}", None
        return
    content = list(_content(folder))
    embedder = build_embedder("embedded", threads=1)
    texts = [text for text, _ in content]
    vectors = np.concatenate([embedder.embed(texts[at : at + 256]) for at in range(0, len(texts), 256)])
    truth = np.array([clause for _, clause in content])
    machine = _machine(texts, truth)
    shares = []
    for clause in FLIPPED:
        found, taken, expected = _flip(clause, vectors, truth, machine, embedder.embed)
        shares.append((found, taken))
        n = int((truth == clause).sum())
        yield (
            f"policy change: {clause} flipped, {n} of {len(truth):,} labels change",
            f"{found:.1%} found, {taken:.1%} labeled again (expected {expected:.1%} found)",
            f">= {FOUND:.0%} found, <= {RELABELED:.0%} again",
            found >= FOUND and taken <= RELABELED,
        )
    found, taken = np.mean(shares, axis=0)
    yield (
        f"policy change: mean of {len(FLIPPED)} flipped clauses",
        f"{found:.1%} found, {taken:.1%} labeled again",
        f">= {FOUND:.0%} found, <= {RELABELED:.0%} again",
        bool(found >= FOUND and taken <= RELABELED),
    )


def _flip(
    clause: str,
    vectors: np.ndarray,
    truth: np.ndarray,
    machine: np.ndarray,
    embed: Callable[[Sequence[str]], np.ndarray],
) -> tuple[float, float, float]:
    old = read_policy(bundled("examples") / "policies" / "community.md")
    texts = next(one.texts for one in old.clauses if one.id == clause)
    wording = {language: f"{text} All this is allowed from now on." for language, text in texts.items()}
    new = parse_policy(reword(old.source, {clause: wording}, "2"), "flipped")
    near = Neighbourhood.of(compare_policies(old, new), old, new, embed)
    cited = machine == clause
    chances = ChanceModel(near.features(vectors), cited, np.ones(len(cited))).held_out
    taken = take_likely(chances, cited)
    changed = truth == clause
    return float(taken.which[changed].mean()), float(taken.which.mean()), taken.expected_found


def _machine(texts: Sequence[str], truth: np.ndarray) -> np.ndarray:
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - takes a second to import
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    from sklearn.model_selection import StratifiedKFold  # noqa: PLC0415

    chance = np.random.default_rng(1)
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, min_df=2).fit_transform(texts)
    weak = np.empty(len(truth), dtype=truth.dtype)
    for learned, asked in StratifiedKFold(2, shuffle=True, random_state=1).split(letters, truth):
        model = LogisticRegression(C=30.0, max_iter=300, class_weight="balanced").fit(letters[learned], truth[learned])
        weak[asked] = model.predict(letters[asked])
    return np.where(chance.random(len(truth)) < RIGHT, truth, weak)


def _content(folder: Path) -> Iterator[Labeled]:
    spam = {row["item_id"]: row["label"] for row in _rows(folder / "sms_spam" / "labels.jsonl.gz")}
    for row in _drawn(folder / "sms_spam"):
        yield row["text"], "SP2" if spam[row["id"]] == "spam" else ""
    harms = {row["item_id"]: row["labels"] for row in _rows(folder / "openai_moderation" / "labels.jsonl.gz")}
    for row in _drawn(folder / "openai_moderation"):
        yield row["text"], next((clause for name, clause in _OF_MODERATION.items() if harms[row["id"]].get(name)), "")
    for name in ("hatecheck_en", "mhc"):
        for row in _drawn(folder / name):
            if row["lang"] in {"en", "zh"}:
                yield row["text"], _by_function(row["meta"]["functionality"])
    with (bundled("examples") / "posts.csv").open(encoding="utf-8", newline="") as file:
        for post in csv.DictReader(file):
            yield post["text"], _OF_POSTS.get(post["label_a"], "")


def _by_function(name: str) -> str:
    if name.startswith("threat"):
        return "T1"
    return "H1" if name == "target_indiv_nh" else "H2" if name.endswith("_h") else ""


def _drawn(folder: Path) -> list[dict[str, Any]]:
    rows = list(_rows(folder / "items.jsonl.gz"))
    chosen = np.random.default_rng(7).permutation(len(rows))[:TEXTS]
    return [rows[at] for at in sorted(chosen.tolist())]


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rb") as file:
        yield from (orjson.loads(line) for line in file)
