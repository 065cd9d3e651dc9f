"""What a message says once the model's thinking is taken out: its JSON objects and the prose around them.

Thinking stands between tags that servers should take out and often don't. A tag inside a string of an object is
content, not a tag, so objects are decoded where they stand, and only what is between them is searched for tags.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from assistant.prelabel.json_text import JsonObject, decode_object

_REPAIRS_AT_MOST = 8  # braces without a whole object that repairs are tried on; each costs a pass over the rest
_BRACES_AT_MOST = 100  # braces without a whole object after which those up to the next tag are prose

_NAME = r"(?:[a-z]{1,12}[:_]?)?(?:think(?:ing)?|thoughts?|reason(?:ing)?|reflection|scratchpad|analysis)(?:_[a-z]+)?"
_LEFT, _RIGHT = r"(?:[<＜]|&lt;)\|?\s{0,8}", r"(?:\s[^<>＜＞]{0,200}?)?\|?(?:[>＞]|&gt;)"
_TAGS = rf"""
    (?P<empty> {_LEFT}{_NAME}(?:\s[^<>＜＞]{{0,200}}?)?/{_RIGHT} )
  | (?P<close> {_LEFT}(?:/\s{{0,8}}|end_(?:of_)?){_NAME}{_RIGHT} | \[/think(?:ing)?\] | ◁/think▷ | <unused95> )
  | (?P<final> <\|channel\|>\s{{0,8}}final[^<]{{0,200}}<\|message\|> | assistantfinal(?=\s{{0,8}}[{{`]) )
  | (?P<open>  {_LEFT}(?:(?:begin|start)_of_)?{_NAME}{_RIGHT} | \[think(?:ing)?\] | ◁think▷ | <unused94>
             | <\|channel\|>\s{{0,8}}(?:analysis|commentary)[^<]{{0,200}}<\|message\|> )
"""
# DeepSeek, Qwen, Olmo; Seed (seed:think), MiniMax (mm:think); Magistral; Kimi; OpenThinker, Cohere; Gemma; gpt-oss.
_TAG = re.compile(_TAGS, re.IGNORECASE | re.VERBOSE)
_TAG_OR_BRACE = re.compile(rf"(?P<brace> \{{ ) | {_TAGS}", re.IGNORECASE | re.VERBOSE)


@dataclass(frozen=True, slots=True)
class VisibleText:
    """A message without its thinking.

    Args:
        start: offset in the message up to which it was thinking; 0 where it doesn't begin with any.
        before: prose before the first object; all that is visible where there is none.
        objects: the JSON objects in order, each with its offset in the message.
        after: prose after the first object. Thinking after it is second thoughts about it, and is in here.
        thinking: whether the message ends inside its thinking.
    """

    start: int
    before: str
    objects: tuple[tuple[JsonObject, int], ...]
    after: str
    thinking: bool


def visible_text(message: str) -> VisibleText:
    """Take a message apart.

    Tags nest. One that is never closed makes thinking of all after it; a closing one that was never opened makes
    thinking of all before it, since the opening one may stand in the prompt.
    """
    reader = _Reader(message)
    at = 0
    while mark := reader.marks.search(message, at):
        at = reader.take_object(mark) if mark.lastgroup == "brace" else reader.take_tag(mark)
    return reader.finished()


@dataclass(slots=True)
class _Reader:
    """A message on its way through: what was seen of it since its last thinking that nothing stood before."""

    message: str
    depth: int = 0
    start: int = 0
    since: int = 0
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    objects: list[tuple[JsonObject, int]] = field(default_factory=list)
    broken: int = 0

    @property
    def marks(self) -> re.Pattern[str]:
        """What to look for next; objects inside thinking are drafts."""
        return _TAG if self.depth or self.broken >= _BRACES_AT_MOST else _TAG_OR_BRACE

    def take_object(self, brace: re.Match[str]) -> int:
        """Take the object at a brace, if there is one; returns where to go on."""
        decoded = decode_object(self.message, brace.start(), repair=self.broken < _REPAIRS_AT_MOST)
        if decoded is None:
            self.broken += 1
            return brace.end()
        self._say(self.message[self.since : brace.start()])
        self.objects.append((decoded[0], brace.start()))
        self.since = decoded[1]
        return self.since

    def take_tag(self, tag: re.Match[str]) -> int:
        """Take what stands before a tag, and the tag; returns where to go on."""
        kind, said = tag.lastgroup, self.message[self.since : tag.start()]
        self.since = tag.end()
        self.broken = 0
        if kind == "final" or (kind == "close" and self.depth == 0):
            self._forget()
        else:
            self._say(said)
            self.depth += {"open": 1, "close": -1}.get(kind or "", 0)
        if not self.depth and not self._spoken:
            self.start = self.since
        return self.since

    def finished(self) -> VisibleText:
        """All of it."""
        self._say(self.message[self.since :])
        return VisibleText(
            self.start, "".join(self.before), tuple(self.objects), "".join(self.after), thinking=self.depth > 0
        )

    @property
    def _spoken(self) -> bool:
        return bool(self.objects) or any(piece.strip() for piece in self.before)

    def _say(self, piece: str) -> None:
        """Keep prose; thinking only where something was said before it."""
        if self.depth and not self._spoken:
            return
        (self.after if self.objects else self.before).append(piece)

    def _forget(self) -> None:
        self.depth = 0
        self.before.clear()
        self.after.clear()
        self.objects.clear()
