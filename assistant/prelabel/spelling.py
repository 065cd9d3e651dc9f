"""Labels as models spell them, and labels that a text names in passing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from assistant.domain.labels import LabelAnswer, OffLabelSetError, read_labels
from assistant.domain.policies import LabelKind, LabelSet

_BEFORE = " \t\r\n\"'`*#([{<“‘「『"
_BEHIND = " \t\r\n\"'`*)]}>”’」』.,;:!。、"
_FIELD_NAME = re.compile(
    r"(?:(?:the|final|my)\s+)*(?:labels?|answer|category|class|grade|rating|verdict|decision|classification|标签|类别|答案)\s*[:=]\s*"
)
_SEPARATORS = re.compile(r"[\s_\-\u2010-\u2015]+")
_MARKDOWN_ESCAPE = re.compile(r"\\(?=[_*\-.])")
_ENUMERATION = re.compile(r"\s*[,;|、]\s*")
_WORD = r"0-9a-z_\u00c0-\u0dff"  # of scripts that put blanks between words


def read_spelled_labels(value: object, label_set: LabelSet) -> LabelAnswer:
    """The answer as labels of the set, forgiving what models add around a name.

    What `read_labels` takes is taken as it says. Else `spam.`, `**spam**`, `Label: spam` and `self-harm` (for
    `self_harm`) are read where exactly one label of the set fits; several labels may stand in one text in `multi`.

    Args:
        value: as for `read_labels`.
        label_set: the closed set.

    Raises:
        OffLabelSetError: no label or several fit, or not exactly one is given where one is needed.
    """
    try:
        return read_labels(value, label_set)
    except OffLabelSetError:
        names = _spelled_names(value, label_set)
        if names is None:
            raise
    return read_labels(names, label_set)


def named_labels(text: str, label_set: LabelSet) -> frozenset[str]:
    """Labels of the set that a text names, as whole words in any case; the longer of two that overlap."""
    pattern, names = _naming(label_set.names)
    return frozenset(names[_unified(found[0])] for found in pattern.finditer(_folded(text)))


def _spelled_names(value: object, label_set: LabelSet) -> list[str] | None:
    parts = value if isinstance(value, list) else [value]
    known = _by_spelling(label_set.names)
    if len(parts) == 1 and isinstance(parts[0], str) and label_set.kind is LabelKind.MULTI:
        whole = known.get(_spelling(parts[0]))
        parts = [whole] if whole else _ENUMERATION.split(parts[0])
    found = [known.get(_spelling(part)) if isinstance(part, str) else None for part in parts]
    names = [name for name in found if name]
    return names if names and len(names) == len(parts) else None


@lru_cache(maxsize=64)
def _by_spelling(names: tuple[str, ...]) -> Mapping[str, str]:
    """The label by its spelling; "" where several are spelled alike."""
    found: dict[str, str] = {}
    for name in names:
        spelling = _spelling(name)
        found[spelling] = "" if spelling in found else name
    return found


def _spelling(text: str) -> str:
    bare = _strip(_MARKDOWN_ESCAPE.sub("", _folded(text)))
    return _unified(_strip(_FIELD_NAME.sub("", bare, count=1)) if _FIELD_NAME.match(bare) else bare)


def _strip(text: str) -> str:
    return text.lstrip(_BEFORE).rstrip(_BEHIND)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _unified(text: str) -> str:
    return _SEPARATORS.sub("_", text)


@lru_cache(maxsize=64)
def _naming(names: tuple[str, ...]) -> tuple[re.Pattern[str], Mapping[str, str]]:
    """A pattern that finds the names in folded text, and the name by what it finds."""
    spelled = {_unified(_folded(name)): name for name in names}
    words = [_as_word(_folded(name)) for name in sorted(names, key=len, reverse=True)]
    return re.compile("|".join(words)), spelled


def _as_word(name: str) -> str:
    parts = [re.escape(part) for part in _SEPARATORS.split(name)]
    before = rf"(?<![{_WORD}])" if re.match(rf"[{_WORD}]", name) else ""
    behind = rf"(?![{_WORD}])" if re.search(rf"[{_WORD}]\Z", name) else ""
    return before + r"[\s_\-\u2010-\u2015]+".join(parts) + behind
