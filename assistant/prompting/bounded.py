"""Jinja for templates that come by mail and pull request: no attribute tricks, no changes to values, no endless work.

Whatever a template does is counted in units of about 50 ns: loops by what they go over, calls, operators and filters by
the size of what they get and make, and all that is printed. One rendering may do so much and no more.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from contextlib import contextmanager, suppress
from dataclasses import fields
from functools import wraps
from typing import Any, cast

from jinja2 import StrictUndefined, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from assistant.domain.policies import Clause, Label, Policy, PolicyExample, Precedent

_MOST_WORK = 20_000_000  # a second at the worst; prompts that ship do some thousand
_A_CALL, _A_ROUND, _A_STEP = 50, 20, 5
_LARGEST_NUMBER = 100_000  # as an argument: widths, indents, repetitions
_MOST_BITS = 4_096  # of a whole number
_WIDE_FORMAT = re.compile(r"%[^a-zA-Z%]*(?:\d{4}|\*)|\{[^{}]*(?:\d{4}|\{)")
_GROWING = frozenset(
    {
        "batch",
        "center",
        "expandtabs",
        "indent",
        "join",
        "ljust",
        "replace",
        "rjust",
        "slice",
        "tojson",
        "wordwrap",
        "zfill",
    }
)
_LEFT_OUT = frozenset({"lipsum"})
_HOLDERS = (list, tuple, set, frozenset, dict)
_FIELDS = {
    one: frozenset(field.name for field in fields(one)) for one in (Clause, PolicyExample, Label, Policy, Precedent)
}


_Made = Callable[..., Any]


class TooMuchWorkError(Exception):
    """A template does more than any prompt needs: it may never end."""

    def __init__(self) -> None:
        super().__init__("it does more than a prompt needs, or never ends: loops in loops, or texts that double")


class _Budget(threading.local):
    """What the rendering of this thread may still do; outside of one nothing is counted."""

    left: float = float("inf")

    def spend(self, units: float) -> None:
        self.left -= units
        if self.left < 0:
            raise TooMuchWorkError


_budget = _Budget()


@contextmanager
def bounded_work() -> Iterator[None]:
    """Within it a template may do a prompt's work and no more.

    Raises:
        TooMuchWorkError: from what is inside.
    """
    _budget.left = _MOST_WORK
    try:
        yield
    finally:
        _budget.left = float("inf")


class BoundedEnvironment(ImmutableSandboxedEnvironment):
    """The sandbox, counting; with a short way for the plain data prompts are made of, since checks cost more."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self) -> None:
        super().__init__(
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=False,
            autoescape=False,
            finalize=_printed,
        )
        for name in _LEFT_OUT:
            del self.globals[name]
        self.filters = {name: _counted(name, cast(_Made, made)) for name, made in self.filters.items()}
        self.filters["join"] = _joined(self.filters["join"])
        self.tests = {name: _counted(name, cast(_Made, made)) for name, made in self.tests.items()}
        self.filters[_OVER] = _looped
        self.filters[_WEIGHED] = _weighed
        self.filters[_TOGETHER] = _concatenated

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """The template with its loops and concatenations counted."""
        tree = super()._parse(source, name, filename)
        counted: nodes.Template = _Counting().visit(tree)
        return counted

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Public fields of our own dataclasses are data, and safe; all else is checked."""
        if attribute in _FIELDS.get(type(obj), ()):
            return getattr(obj, attribute)
        return super().getattr(obj, attribute)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """`str.format` in the sandbox's own way, without wide fields."""
        text = getattr(value, "__self__", None)
        if isinstance(text, str) and getattr(value, "__name__", "") in {"format", "format_map"}:
            _refuse_wide(text)
        return super().wrap_str_format(value)

    def call(self, context: Any, called: Any, /, *args: Any, **kwargs: Any) -> Any:
        """A call, counted; of a text's own methods what they make as well."""
        _budget.spend(_A_CALL)
        name, owner = getattr(called, "__name__", ""), getattr(called, "__self__", None)
        if isinstance(owner, str | bytes):
            args = _spend_on(name, owner, args, kwargs)
        else:
            _refuse_large(args, kwargs)
        return super().call(context, called, *args, **kwargs)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """An operator, counted by what it makes."""
        _budget.spend(_A_STEP)
        if operator == "+" and isinstance(left, Sized):
            _budget.spend(len(left) + _size(right))
        elif operator == "%" and isinstance(left, str):
            _refuse_wide(left)
            _budget.spend(len(left) + _size(right))
        elif operator in {"*", "**"}:
            _spend_on_product(operator, left, right)
        return super().call_binop(context, operator, left, right)


def _spend_on_product(operator: str, left: Any, right: Any) -> None:
    for many, times in ((left, right), (right, left)):
        if isinstance(many, Sized) and isinstance(times, int):
            _budget.spend(len(many) * max(0, times))
    if isinstance(left, int) and isinstance(right, int):
        bits = left.bit_length() * max(right, 1) if operator == "**" else left.bit_length() + right.bit_length()
        if bits > _MOST_BITS:
            raise SecurityError(f"the number {operator} makes is too large")


def _counted(name: str, made: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that counts what it gets; Jinja passes some a context first, as a mark on the function says."""
    at = 1 if hasattr(made, "jinja_pass_arg") else 0

    @wraps(made)
    def counting(*args: Any, **kwargs: Any) -> Any:
        before, value, rest = args[:at], args[at], args[at + 1 :]
        if isinstance(value, Iterator):
            value = _rounds(value)
        rest = _spend_on(name, value, rest, kwargs)
        return made(*before, value, *rest, **kwargs)

    return counting


def _joined(counting: Callable[..., str]) -> Callable[..., str]:
    """The filter that prompts use most: a few texts in a row need no more than adding up their lengths."""

    @wraps(counting)
    def joining(context: Any, value: Any, between: Any = "", attribute: Any = None) -> str:
        if type(value) is tuple and attribute is None:
            with suppress(TypeError):  # not texts alone
                _budget.spend(_A_STEP + sum(map(len, value)) + len(between) * len(value))
                return str(between.join(value))
        return counting(context, value, between, attribute)

    return joining


def _spend_on(name: str, value: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    """Count a filter or a text's method before it runs; returns the arguments, those that run dry as lists."""
    args = tuple(list(_rounds(one)) if isinstance(one, Iterator) else one for one in args)
    _refuse_large(args, kwargs)
    size = _size(value) + 1
    if name == "format":
        _refuse_wide(str(value))
    if name in _GROWING:
        given = [one if isinstance(one, int) else _size(one) for one in (*args, *kwargs.values())]
        size *= max(1, *given, 1)
    _budget.spend(_A_STEP + size)
    return args


def _refuse_large(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    for one in (*args, *kwargs.values()):
        if isinstance(one, int) and abs(one) > _LARGEST_NUMBER:
            raise SecurityError(f"the number {str(one)[:12]} is too large here")


def _refuse_wide(text: str) -> None:
    if _WIDE_FORMAT.search(text):
        raise SecurityError("a format with a width of thousands")


def _size(value: Any) -> int:
    """Characters of a text; things in a list, and in the lists in it: one that holds another twice counts it twice."""
    if isinstance(value, str | bytes) or not isinstance(value, Sized):
        return len(value) if isinstance(value, Sized) else 1
    if isinstance(value, range):
        return _A_ROUND * len(value)
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, _HOLDERS) else ()
    size = _A_ROUND * (len(value) + 1)
    _budget.spend(size)
    return size + sum(_size(one) for one in inner if isinstance(one, _HOLDERS))


def _rounds(values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        _budget.spend(_A_ROUND)
        yield value


def _looped(values: Any) -> Any:
    """What a loop goes over, its rounds counted."""
    try:
        rounds = len(values)
    except TypeError:
        return _rounds(values)
    _budget.spend(_A_ROUND * (rounds + 1))
    return values


def _concatenated(values: list[Any]) -> str:
    texts = [value if isinstance(value, str) else str(_weighed(value)) for value in values]
    _budget.spend(_A_STEP + sum(map(len, texts)))
    return "".join(texts)


def _printed(value: Any) -> Any:
    text = value if type(value) is str else str(_weighed(value))
    _budget.left = left = _budget.left - len(text) - _A_STEP
    if left < 0:
        raise TooMuchWorkError
    return text


def _weighed(value: Any) -> Any:
    """What is compared or written: counted by all that it holds."""
    _budget.spend(_A_STEP + _size(value))
    return value


class _Counting(NodeTransformer):
    """Has a template count where Jinja gives no hook: what loops go over, and `~`."""

    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802 - named so by Jinja
        """A loop goes over what counts its rounds."""
        self.generic_visit(node)
        node.iter = _filtered(cast(nodes.Expr, node.iter), _OVER)
        return node

    def visit_Compare(self, node: nodes.Compare) -> nodes.Compare:  # noqa: N802 - named so by Jinja
        """What is compared is counted."""
        self.generic_visit(node)
        node.expr = _filtered(node.expr, _WEIGHED)
        for operand in node.ops:
            operand.expr = _filtered(operand.expr, _WEIGHED)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:  # noqa: N802 - named so by Jinja
        """Texts are assembled by what counts their length."""
        self.generic_visit(node)
        return _filtered(nodes.List(node.nodes, lineno=node.lineno), _TOGETHER)


def _filtered(node: nodes.Expr, name: str) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


_OVER, _TOGETHER, _WEIGHED = " over", " together", " weighed"  # no template can name these
