"""What the product needs of something that speaks. A new voice is one more adapter beside `offline.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, Protocol

from pydantic import Field

from shared.values import Given

if TYPE_CHECKING:
    from shared.voice.samples import Samples

VoicePreset = Literal["professional_male", "professional_female", "casual_male", "casual_female", "technical"]


AudioFormat = Literal["mp3", "wav", "ogg"]


class VoiceSettings(Given):
    """How a voice speaks, each 0..1; None leaves it to the vendor. The offline voice has no such knobs."""

    stability: float | None = Field(None, ge=0, le=1)
    similarity_boost: float | None = Field(None, ge=0, le=1)
    style: float | None = Field(None, ge=0, le=1)


@dataclass(frozen=True)
class Line:
    """What a voice is given to say, with at least one speakable word.

    before, after: what is said around it by the same voice; it shapes the melody and is not spoken.
    language: ISO 639-1. take: 2 when the first was spoiled; another purchase.
    """

    text: str
    before: str = ""
    after: str = ""
    language: str = "en"
    take: int = 1


@dataclass(frozen=True)
class Persona:
    """Who speaks: the adapter's own id, and a name for a person to read."""

    voice_id: str
    voice_name: str


@dataclass(frozen=True)
class Utterance:
    """What was heard.

    samples: mono at `rate` Hz. times: start and end in seconds of every word of `line.text.split()`.
    characters: as the vendor counts. price_usd: what they cost when they were bought; bought_before: not now.
    """

    samples: Samples
    rate: int
    times: tuple[tuple[float, float], ...]
    characters: int
    price_usd: Decimal
    bought_before: bool = False


class Voice(Protocol):
    """Speaks in several personas. `model` or `version` changes when the same text would sound different.

    hears_context: whether what is around a line shapes how it is said.
    """

    @property
    def model(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def hears_context(self) -> bool: ...

    async def cast(self, preset: VoicePreset, language: str) -> Persona:
        """Who speaks for a preset. Raises Permanent when there is no such voice."""
        ...

    async def say(self, line: Line, persona: Persona, settings: VoiceSettings) -> Utterance:
        """Raises Permanent, RateLimited or Retryable."""
        ...

    async def voices(self) -> Sequence[Persona]:
        """All there are to choose from. Raises Permanent, RateLimited or Retryable."""
        ...

    async def find(self, voice_id: str) -> Persona | None:
        """The voice of that id, also one that `voices` leaves out; None if there is none. Raises likewise."""
        ...
