"""Reading XML that somebody gave us: no entities, no document types with rules, nothing from elsewhere."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

from shared.media.files import UnusableMedia

MOST_MEGABYTES = 5
MOST_DEPTH = 200
MOST_ELEMENTS = 100_000


def read_xml(path: Path, name: str) -> ElementTree.Element:
    """The tree of a file, its tags in `{namespace}tag` form; comments and instructions are left out.

    A DOCTYPE that only names a type, as drawing programs write it, is left out too.

    Raises:
        UnusableMedia: for damage, entities, and more or deeper elements than a picture has.
    """
    data = path.read_bytes()
    if len(data) > MOST_MEGABYTES * 1_000_000:
        raise UnusableMedia(f"{name} has {len(data) / 1e6:.1f} MB, at most {MOST_MEGABYTES} can be used")
    reader = _Reader(name)
    try:
        reader.parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise UnusableMedia(f"{name} is no SVG that can be read: {error}") from error
    return reader.root


class _Reader:
    def __init__(self, name: str) -> None:
        self._name = name
        self._builder = ElementTree.TreeBuilder()
        self._depth = self._count = 0
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._entity
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._builder.data

    @property
    def root(self) -> ElementTree.Element:
        return self._builder.close()

    def _doctype(self, name: str, system: str | None, public: str | None, has_rules: bool) -> None:
        if has_rules:
            self._refuse("has a DOCTYPE with declarations in it")

    def _entity(self, *declared: object) -> None:
        self._refuse("declares an entity")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._count += 1
        if self._depth > MOST_DEPTH:
            self._refuse(f"has more than {MOST_DEPTH} elements inside each other")
        if self._count > MOST_ELEMENTS:
            self._refuse(f"has more than {MOST_ELEMENTS} elements")
        self._builder.start(_clark(tag), {_clark(key): value for key, value in attributes.items()})

    def _end(self, tag: str) -> None:
        self._depth -= 1
        self._builder.end(_clark(tag))

    def _refuse(self, what: str) -> None:
        raise UnusableMedia(f"{self._name} {what}. Save it as a plain SVG, or as a PNG")


def _clark(name: str) -> str:
    return "{" + name if "}" in name else name
