"""An HTML document as the parser of the standard library sees it."""

from __future__ import annotations

import base64
import hashlib
from html.parser import HTMLParser

VOID = {"meta", "link", "img", "br", "source", "track", "input", "hr"}
ADDRESSES = {"src", "href", "poster", "content", "srcset", "action", "data"}


class Document(HTMLParser):
    """elements: (tag, attributes) in order. texts: of an element by its id, of some by their tag."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, str] = {}
        self._open: list[tuple[str, list[str]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        if tag not in VOID:
            names = [attributes["id"]] if "id" in attributes else []
            if tag in {"style", "script", "title", "h1"}:
                names.append(tag)
            for name in names:
                self.texts.setdefault(name, "")
            self._open.append((tag, names))

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            if self._open.pop()[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        for _, names in self._open:
            for name in names:
                self.texts[name] += data

    def meta(self) -> dict[str, str]:
        """What each <meta> says, by its name, property or http-equiv."""
        return {
            attributes.get("property") or attributes.get("name") or attributes["http-equiv"]: attributes[
                "content"
            ]
            for tag, attributes in self.elements
            if tag == "meta" and "content" in attributes
        }

    def addresses(self) -> list[str]:
        """Everything that a browser would fetch or go to, with what previews are told."""
        return [
            value
            for _, attributes in self.elements
            for name, value in attributes.items()
            if name in ADDRESSES and (name != "content" or value.startswith(("http:", "https:", "//")))
        ]

    def tags(self) -> list[str]:
        return [tag for tag, _ in self.elements]

    def attributes(self, tag: str) -> dict[str, str]:
        """Of the first such element."""
        return next(attributes for name, attributes in self.elements if name == tag)


def policy_source(text: str) -> str:
    """How a Content-Security-Policy names an inline text: https://www.w3.org/TR/CSP3/#grammardef-hash-source."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
