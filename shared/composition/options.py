"""What may be asked of a video's looks and sound, beside its words."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from shared.composition.cards import Colour, FontFamily, LogoCorner, TemplateName
from shared.settings import Settings
from shared.values import Given

Key = Annotated[str, Field(pattern=r"^uploads/[0-9]+/[0-9a-f]{64}\.[a-z0-9]{2,4}$")]
"""Storage key of a file that was given to us and checked: see `shared.composition.uploads`."""

Version = Literal["1080p", "720p", "480p"]
Transition = Literal["cut", "fade"]
Captions = Literal["track", "burned"]


class Branding(Given):
    """Whose video it is. logo_path: a PNG; the logo stands on cards, and in a corner of all else.

    primary_color, accent_color: `#rrggbb`. template: of the cards; intro_path, outro_path: HTML of one's own
    that takes the place of the template's.
    """

    apply_branding: bool = True
    logo_path: Key | None = None
    logo_position: LogoCorner = "bottom-right"
    template: TemplateName = "studio"
    primary_color: Colour | None = None
    accent_color: Colour | None = None
    font: FontFamily | None = None
    intro_path: Key | None = None
    outro_path: Key | None = None


class IntroOptions(Given):
    """The greeting. duration_seconds: at least; it lasts as long as what is said. text: what it is about."""

    enabled: bool = True
    duration_seconds: float = Field(0, ge=0, le=30)
    text: Annotated[str, Field(max_length=200)] | None = None


class Insert(Given):
    """What is shown instead of the page while the sections of a type are heard.

    media_path: a PNG, a JPEG or a video. caption: a line below a picture.
    """

    scene_type: Literal["demo", "feature", "proof"]
    media_path: Key
    caption: Annotated[str, Field(max_length=200)] | None = None


class Styling(Given):
    """All of it. quality_versions: sizes beside the video's own. music_path: a WAV, below the voice.

    captions: shown by the player, or part of the picture. watermark: says what the video was made with.
    None stands for GENERATE_QUALITY_VERSIONS and VIDEO_WATERMARK_ENABLED.
    """

    quality: Literal["ultra", "high", "medium", "fast", "preview"] = "high"
    generate_quality_versions: bool | None = None
    quality_versions: tuple[Version, ...] = ("1080p", "720p", "480p")
    branding: Branding = Branding()
    intro: IntroOptions = IntroOptions()
    transition: Transition = "cut"
    captions: Captions = "track"
    watermark: bool | None = None
    music_path: Key | None = None
    inserts: tuple[Insert, ...] = Field((), max_length=10)

    def settled(self, settings: Settings) -> Styling:
        """With what the settings say of what was not asked."""
        given = {
            "generate_quality_versions": settings.generate_quality_versions,
            "watermark": settings.video_watermark_enabled,
        }
        return self.model_copy(update={k: v for k, v in given.items() if getattr(self, k) is None})

    @property
    def heights(self) -> tuple[int, ...]:
        """The shorter sides of the levels that were asked for."""
        if self.generate_quality_versions is False:
            return ()
        return tuple(int(version.removesuffix("p")) for version in self.quality_versions)
