"""One label per item from several raters, by Dawid and Skene's model of who errs how."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from assistant.stats.codes import Codes, codes
from assistant.stats.vectors import Floats


@dataclass(frozen=True, slots=True)
class DawidSkene:
    """Maximum-likelihood estimates under the model that raters err independently given the item's true class.

    Attributes:
        marginals: share of items in each class, shape (k,).
        confusion: probability that a rater says l of an item of class j, shape (raters, k, k), as [rater, j, l]; nan in
            rows of classes of which the rater saw no item.
        posteriors: probability of each class for each item, shape (items, k); its argmax is the label.
        log_likelihood: of all labels, without the multinomial constant; 0 or less (without smoothing it never falls
            from step to step).
        iterations: steps made.
        converged: the last step raised the log-likelihood by no more than the tolerance.
    """

    marginals: Floats
    confusion: Floats
    posteriors: Floats
    log_likelihood: float
    iterations: int
    converged: bool


def dawid_skene(
    items: npt.ArrayLike,
    raters: npt.ArrayLike,
    labels: npt.ArrayLike,
    classes: int,
    *,
    smoothing: float = 0.0,
    tolerance: float = 1e-8,
    most_iterations: int = 200,
    start: npt.ArrayLike | None = None,
) -> DawidSkene:
    """Expectation-maximisation from the shares of votes, or from a `start`; finds a local maximum.

    Reliable where raters have some tens of labels in each class; with 3 labels an item, or raters who copy each other,
    it can be surer than it should be.

    Args:
        items: code of each label's item, shape (n,); numbered from 0 without gaps.
        raters: code of its rater, 0 or more, shape (n,); not every rater labels all, and one may label an item often.
        labels: codes 0 to classes - 1, shape (n,).
        classes: number of classes, k.
        smoothing: added to each cell of a rater's counts, 0 or more; 0 is the published method and keeps zeros zero.
        tolerance: of the log-likelihood's rise per item.
        most_iterations: steps after which to stop, at least 1.
        start: probability of each class for each item, shape (items, k), e.g. of an earlier fit of nearly the same.

    Raises:
        ValueError: lengths differ, no labels, codes out of range, an item without a label, or a bad setting.

    Source: Dawid & Skene (1979), JRSS C 28:20-28, eq. 2.3-2.5.
    """
    if not smoothing >= 0 or not tolerance >= 0 or most_iterations < 1:
        raise ValueError("smoothing and tolerance must be 0 or more, most_iterations at least 1")
    item, label, rater = _columns(classes, items=items, labels=labels, raters=raters)
    answers = _answers(item, rater, label, classes)
    by_answer = csr_array(answers.T)
    posteriors = _vote_shares(item, label, classes)
    if start is not None:
        posteriors = _beginning(start, posteriors.shape)
    likelihood, step, converged = -np.inf, 0, False
    while step < most_iterations and not converged:
        marginals, confusion = _maximise(by_answer, posteriors, smoothing)
        posteriors, reached = _expect(answers, marginals, confusion)
        converged = reached - likelihood <= tolerance * len(posteriors)
        likelihood, step = reached, step + 1
    return DawidSkene(marginals, confusion, posteriors, likelihood, step, converged)


def _beginning(start: npt.ArrayLike, shape: tuple[int, ...]) -> Floats:
    given = np.asarray(start, dtype=np.float64)
    if given.shape != shape or not (np.isfinite(given).all() and (given >= 0).all()):
        raise ValueError(f"start must hold probabilities of shape {shape}, got {given.shape}")
    return given


def _maximise(by_answer: csr_array, posteriors: Floats, smoothing: float) -> tuple[Floats, Floats]:
    """Class marginals and confusion [rater, class, label] from the posteriors."""
    classes = posteriors.shape[1]
    counts = (by_answer @ posteriors).reshape(-1, classes, classes).transpose(0, 2, 1) + smoothing
    seen = counts.sum(axis=2, keepdims=True)
    confusion = np.divide(counts, seen, out=np.full(counts.shape, np.nan), where=seen > 0)
    return posteriors.mean(axis=0), confusion


def _expect(answers: csr_array, marginals: Floats, confusion: Floats) -> tuple[Floats, float]:
    """Posteriors and log-likelihood; a class an answer rules out gets exactly 0."""
    with np.errstate(divide="ignore"):
        log_marginals, log_confusion = np.log(marginals), np.log(np.nan_to_num(confusion, nan=0.0))
    by_class = log_confusion.transpose(0, 2, 1).reshape(-1, len(marginals))
    joint = answers @ by_class + log_marginals
    best = joint.max(axis=1, keepdims=True)
    joint -= best
    np.exp(joint, out=joint)
    total = joint.sum(axis=1, keepdims=True)
    joint /= total
    return joint, float((best + np.log(total)).sum())


def _answers(item: Codes, rater: Codes, label: Codes, classes: int) -> csr_array:
    """How often each rater gave each label to each item, shape (items, raters * k)."""
    shape = (int(item.max()) + 1, (int(rater.max()) + 1) * classes)
    return csr_array((np.ones(len(item)), (item, rater * classes + label)), shape=shape)


def _vote_shares(item: Codes, label: Codes, classes: int) -> Floats:
    counts = np.bincount(item * classes + label, minlength=(int(item.max()) + 1) * classes).reshape(-1, classes)
    shares: Floats = counts / counts.sum(axis=1, keepdims=True)
    return shares


def _columns(classes: int, *, labels: npt.ArrayLike, **others: npt.ArrayLike) -> list[Codes]:
    """Items, labels and what else is given, checked."""
    label = codes("labels", labels, classes)
    checked = {name: codes(name, column, max(1, 2**31)) for name, column in others.items()}
    for name, column in checked.items():
        if len(column) != len(label) or not len(label):
            raise ValueError(f"{name} and labels must be as long and not empty, got {len(column)} and {len(label)}")
    item = checked.pop("items")
    unlabelled = np.flatnonzero(np.bincount(item) == 0)
    if len(unlabelled):
        raise ValueError(f"item {unlabelled[0]} has no label; number the labeled items from 0 without gaps")
    return [item, label, *checked.values()]
