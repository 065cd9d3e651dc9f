"""Reads a page as a browser would: which elements there are, and what is to be read."""

from __future__ import annotations

from html.parser import HTMLParser


class Page(HTMLParser):
    """A parsed page.

    Attributes:
        elements: tag and attributes of each, in order.
        text: what is to be read, and alternatives of pictures; neither style nor metadata.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._style = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._style = tag == "style"
        self.text += " " + (dict(attrs).get("aria-label") or "")

    def handle_endtag(self, tag: str) -> None:
        self._style = False
        self.text += " " if tag in {"td", "th", "p", "li", "dd", "dt", "text"} else ""

    def handle_data(self, data: str) -> None:
        self.text += "" if self._style else data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Attributes of the elements of one kind."""
        return [attributes for name, attributes in self.elements if name == tag]
