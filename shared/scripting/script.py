"""A script: what is said, in sections, each with the scene it goes with."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from shared.values import Value

Style = Literal["professional", "casual", "technical", "friendly"]
SceneType = Literal["intro", "demo", "feature", "proof", "cta"]


class Section(Value):
    """What is said during one scene.

    duration_seconds: the time it is given. timing_marker: when it starts, as `[mm:ss]`.
    """

    title: str
    content: str
    duration_seconds: float = Field(gt=0)
    scene_type: SceneType
    timing_marker: str


class Script(Value):
    """Sections in order; `script["sections"]` gives them as plain dicts too.

    ai_model_used: the vendor's model id, or `offline`. ai_cost: USD.
    """

    script_style: Style
    sections: tuple[Section, ...]
    total_duration_seconds: float
    ai_model_used: str
    ai_cost: Decimal = Decimal(0)

    def __getitem__(self, name: str) -> Any:
        return self.model_dump(mode="json")[name]
