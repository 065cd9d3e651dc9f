"""Signals: raw numbers that say how sure the machine is, stored as they are. None of them is a confidence."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from contextlib import suppress

from assistant.domain.items import Content, Item
from assistant.domain.labels import OffLabelSetError
from assistant.domain.policies import LabelKind, LabelSet
from assistant.models.interface import ModelAnswer, TokenLogprob
from assistant.models.label_tokens import label_probabilities, spelled, was_weighed
from assistant.policy.retrieve import Retrieved, precedent_vote, violating_share
from assistant.prelabel.fields import read_fields
from assistant.prelabel.json_text import JsonObject, decode_object
from assistant.prelabel.parse import ReadReply
from assistant.prelabel.spelling import read_spelled_labels

_OBJECTS_AT_MOST = 50  # of a content that are compared with the reply
_REPAIRS_AT_MOST = 4  # of them whose slips are corrected; each costs a pass over the rest
_LABEL_FIELDS = frozenset({"label", "labels"})
_BEGINNING = 32  # characters of an answer by which it is found among tokens


def reply_signals(reply: ReadReply, answer: ModelAnswer, item: Item, label_set: LabelSet) -> dict[str, float]:
    """What the reply itself says.

    Returns:
        `label_probability` [0, 1]: probability of the tokens that spell the label, among the labels of the set
            (single choice and grades, where the server gives logprobs);
        `stated_confidence` [0, 1]: as the model wrote it;
        `clauses_cited`: how many;
        `quote_found` 0 or 1: whether the quoted words stand in the content;
        `reply_in_content` 1: where the content holds an object that gives the same label, else not there.
    """
    signals: dict[str, float] = {}
    if answer.logprobs and label_set.kind is not LabelKind.MULTI:
        probability = _label_probability(reply, answer, label_set)
        if probability is not None:
            signals["label_probability"] = round(probability, 6)
    if reply.confidence is not None:
        signals["stated_confidence"] = reply.confidence
    if reply.clauses:
        signals["clauses_cited"] = float(len(reply.clauses))
    if reply.quote:
        signals["quote_found"] = float(_folded(reply.quote) in _folded(item.content.text))
    if _holds_answer(item.content, reply, label_set):
        signals["reply_in_content"] = 1.0
    return signals


def _holds_answer(content: Content, reply: ReadReply, label_set: LabelSet) -> bool:
    """Whether a JSON object in the content, query included, reads as the reply does: it may have been copied."""
    for text in (content.text, content.query or ""):
        start, tried = text.find("{"), 0
        while start >= 0 and tried < _OBJECTS_AT_MOST:
            decoded = decode_object(text, start, repair=tried < _REPAIRS_AT_MOST)
            if decoded is not None and _gives(decoded[0], reply, label_set):
                return True
            start, tried = text.find("{", decoded[1] if decoded else start + 1), tried + 1
    return False


def _gives(found: JsonObject, reply: ReadReply, label_set: LabelSet) -> bool:
    fields = read_fields(found, _LABEL_FIELDS)
    for value in (*fields.labels, *fields.nested):
        with suppress(OffLabelSetError):
            if read_spelled_labels(value, label_set) == reply.labels:
                return True
    return False


def _label_probability(reply: ReadReply, answer: ModelAnswer, label_set: LabelSet) -> float | None:
    chosen = reply.labels[0]
    start = _start_in_tokens(answer.logprobs, answer.text, reply.start)
    if start is None:
        return None
    if any(token.logprob == -math.inf for token in answer.logprobs) and not was_weighed(answer.logprobs, chosen, start):
        return None
    return label_probabilities(answer.logprobs, label_set.names, chosen, start).get(chosen)


def _start_in_tokens(tokens: Sequence[TokenLogprob], text: str, start: int) -> int | None:
    """Where the answer begins in the joined tokens; None where they spell something else.

    Some servers take thinking out of the text and leave it in the tokens, add end tokens, or write halves of a
    character their own way: then its beginning must stand in the tokens once.
    """
    joined = spelled(tokens)
    if joined == text:
        return start
    if joined.endswith(text):
        return len(joined) - len(text) + start
    beginning = text[start : start + _BEGINNING]
    if beginning and joined.count(beginning) == 1:
        return joined.find(beginning)
    return start if joined[: start + 1] == text[: start + 1] else None


def retrieval_signals(retrieved: Retrieved, reply: ReadReply, label_set: LabelSet) -> dict[str, float]:
    """What the policy and the settled items say about the answer.

    Returns:
        `clause_distance` [0, 2]: cosine distance to the nearest clause; `clause_margin`: how much farther the next is;
        `precedent_distance` [0, 2]: to the nearest settled item;
        `precedent_vote` [0, 1]: share of the nearest settled items, weighted by nearness, that carry the same answer;
        `precedent_violating` [0, 1]: share of them, weighted so, that carry a label of a severity above 0.
    """
    signals: dict[str, float] = {}
    if retrieved.nearest_distance is not None:
        signals["clause_distance"] = round(retrieved.nearest_distance, 6)
    if retrieved.margin is not None:
        signals["clause_margin"] = round(retrieved.margin, 6)
    if retrieved.nearest_precedent is not None:
        signals["precedent_distance"] = round(retrieved.nearest_precedent, 6)
        votes = precedent_vote(retrieved.neighbours, label_set.names)
        agreeing = [votes.get(label, 0.0) for label in reply.labels]
        if agreeing:
            signals["precedent_vote"] = round(min(agreeing), 6)
        violating = violating_share(retrieved.neighbours, label_set)
        if violating is not None:
            signals["precedent_violating"] = round(violating, 6)
    return signals


def _folded(text: str) -> str:
    """For comparing quotes: models change width, case and spacing of what they copy."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split()).strip("\"'“”‘’「」…. ")
