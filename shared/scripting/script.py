"""A script: what is said, in sections, each with the scene it goes with."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from shared.scripting.template import Passage
from shared.values import Value

Style = Literal["professional", "casual", "technical", "friendly"]
SceneType = Literal["intro", "demo", "feature", "proof", "cta"]


class Section(Value):
    """What is said during one scene.

    duration_seconds: the time it is given. timing_marker: when it starts, as `[mm:ss]`.
    passages: the content in pieces, those that are the same for other leads apart; none where it was written
        for this lead alone.
    """

    title: str
    content: str
    duration_seconds: float = Field(gt=0)
    scene_type: SceneType
    timing_marker: str
    passages: tuple[Passage, ...] = ()

    @property
    def spoken(self) -> tuple[Passage, ...]:
        """What is said, in pieces. The content is what counts: whoever edited it made it one piece."""
        if " ".join(passage.text for passage in self.passages) == self.content:
            return self.passages
        return (Passage(text=self.content, usual="", personal=True),)


class Script(Value):
    """Sections in order; `script["sections"]` gives them as plain dicts too.

    language: ISO 639-1. ai_model_used: the vendor's model id, or `offline`. ai_cost: USD.
    """

    script_style: Style
    sections: tuple[Section, ...]
    total_duration_seconds: float
    language: str = "en"
    ai_model_used: str
    ai_cost: Decimal = Decimal(0)

    def __getitem__(self, name: str) -> Any:
        return self.model_dump(mode="json")[name]
