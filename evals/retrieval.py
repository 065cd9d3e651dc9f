"""How well the policy is searched: recall@k of the clause that governs a text, by language."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from assistant.domain.policies import Policy
from assistant.errors import InputError
from assistant.policy.index.vector_index import VectorIndex
from assistant.stats.intervals import wilson

KS = (1, 3, 5)
ALL_LANGUAGES = "all"

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class SearchQuery(BaseModel):
    """A text and the clause that governs it, whether it breaks the clause or is what the clause allows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: _Text
    style: Literal["question", "post", "allowed"]
    text: _Text
    clause: _Text


class RetrievalSuite(BaseModel):
    """The file: texts that were written for one policy."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: _Text
    policy: _Text
    queries: tuple[SearchQuery, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Recall:
    """Share of texts whose governing clause is among the `k` nearest.

    Args:
        language: BCP 47 tag of the texts, or `all`.
        k: how many clauses were looked at.
        hits: texts whose clause was among them.
        n: texts.
        confidence: level of the interval.
    """

    language: str
    k: int
    hits: int
    n: int
    confidence: float

    @property
    def share(self) -> float:
        """hits / n."""
        return self.hits / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval for the share: how far another such set of texts might have come out."""
        return wilson(self.hits, self.n, self.confidence)


@dataclass(frozen=True, slots=True)
class RetrievalReport:
    """What a suite came to.

    Args:
        suite: its name.
        policy: id and version of the policy searched.
        embedder: identity of the vectors.
        recalls: for each language, then all, and each k.
        missed: texts whose clause is not among the five nearest, with that clause and those found.
    """

    suite: str
    policy: str
    embedder: str
    recalls: tuple[Recall, ...]
    missed: tuple[tuple[SearchQuery, tuple[str, ...]], ...]

    def render(self) -> str:
        """The report as text: a line for each language, then the texts missed."""
        lines = [f"Suite {self.suite}, policy {self.policy}, embedder {self.embedder}: recall of the governing clause"]
        for language in dict.fromkeys(one.language for one in self.recalls):
            of_language = [one for one in self.recalls if one.language == language]
            figures = "  ".join(
                f"@{one.k} {one.share:.2f} ({one.interval[0]:.2f} to {one.interval[1]:.2f})" for one in of_language
            )
            lines.append(f"  {language:<4} n={of_language[0].n:<3} {figures}")
        lines += [
            f"  missed: {query.clause} not in {' '.join(found)} for {query.language} {query.text!r}"
            for query, found in self.missed
        ]
        return "\n".join(lines)

    def as_dict(self) -> dict[str, object]:
        """The report for machines."""
        recalls = [
            {
                "language": r.language,
                "k": r.k,
                "hits": r.hits,
                "n": r.n,
                "recall": r.share,
                "interval": list(r.interval),
            }
            for r in self.recalls
        ]
        missed = [{**query.model_dump(), "found": list(found)} for query, found in self.missed]
        return {
            "suite": self.suite,
            "policy": self.policy,
            "embedder": self.embedder,
            "recalls": recalls,
            "missed": missed,
        }


def read_suite(path: Path, policy: Policy) -> RetrievalSuite:
    """The suite in a TOML file, checked against the policy it was written for.

    Raises:
        InputError: can't be read, has mistakes (all are named), or belongs to another policy.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:  # of Python itself: too many digits, deep nesting
        raise InputError("suite_unreadable", where=str(path), reason_given=error) from error
    try:
        suite = RetrievalSuite.model_validate(values)
    except ValidationError as error:
        mistakes = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        listed = "".join(f"\n  {one}" for one in mistakes)
        raise InputError("suite_mistakes", where=str(path), count=len(mistakes), mistakes=listed) from error
    if suite.policy != policy.id:
        raise InputError("suite_of_other_policy", where=str(path), theirs=suite.policy, ours=policy.id)
    unknown = sorted({query.clause for query in suite.queries if policy.clause(query.clause) is None})
    if unknown:
        named = f"{policy.id}@{policy.version}"
        raise InputError("suite_clauses_unknown", where=str(path), policy=named, clauses=unknown)
    return suite


def run_retrieval_suite(
    path: Path,
    policy: Policy,
    index: VectorIndex,
    embed: Callable[[Sequence[str]], np.ndarray],
    *,
    embedder: str,
    confidence: float = 0.95,
) -> RetrievalReport:
    """Search the policy for every text of a suite.

    Args:
        path: the suite's TOML file.
        policy: the policy, indexed.
        index: where.
        embed: texts to float32 (n, dims).
        embedder: identity of these vectors.
        confidence: level of the intervals.

    Raises:
        InputError: the suite can't be used with this policy.
        VectorIndexError: the policy is not indexed.
    """
    suite = read_suite(path, policy)
    hits = index.search_clauses(policy, embed([query.text for query in suite.queries]), max(KS), embedder=embedder)
    found = [(query, tuple(hit.clause.id for hit in one)) for query, one in zip(suite.queries, hits, strict=True)]
    return RetrievalReport(
        suite=suite.name,
        policy=f"{policy.id} {policy.version}",
        embedder=embedder,
        recalls=tuple(recall_at_k(found, k, language, confidence) for language in _languages(suite) for k in KS),
        missed=tuple((query, clauses) for query, clauses in found if query.clause not in clauses),
    )


def recall_at_k(found: Sequence[tuple[SearchQuery, Sequence[str]]], k: int, language: str, confidence: float) -> Recall:
    """Recall@k over the texts of one language (`all` for every one), given the clauses found, nearest first."""
    of_language = [(query, ids) for query, ids in found if language in {ALL_LANGUAGES, query.language}]
    hits = sum(query.clause in ids[:k] for query, ids in of_language)
    return Recall(language, k, hits, len(of_language), confidence)


def _languages(suite: RetrievalSuite) -> list[str]:
    return [*dict.fromkeys(query.language for query in suite.queries), ALL_LANGUAGES]
