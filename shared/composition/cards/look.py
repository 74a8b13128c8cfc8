"""How cards look, and what they say of a lead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, field_validator

from shared.composition.cards.images import PNG
from shared.errors import Permanent
from shared.scripting import LeadData
from shared.values import Value

TemplateName = Literal["studio", "poster", "letter"]
LogoCorner = Literal["top-left", "top-right", "bottom-left", "bottom-right"]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
FontFamily = Annotated[str, Field(pattern=r"^[\p{L}\p{N}][\p{L}\p{N} -]{0,79}$")]

OWN_TEMPLATE_BYTES = 2_000_000
LOGO_BYTES = 2_000_000


class WrongCard(Permanent):
    """A card can't be made from what was given; the text says why."""


class Look(Value):
    """How a workspace's cards look.

    primary_color, accent_color: `#rrggbb`; without a primary colour, the cards take the page's own.
    font: the family's name, as installed where cards are filmed; where it is missing, or has no letters of a
    script, the template's own are used. logo: PNG. language: ISO 639-1; else English.
        captioned: the words keep clear of captions at the bottom. own_intro, own_outro: a workspace's own
    HTML, which takes the place of the template's.
    """

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    template: TemplateName = "studio"
    primary_color: Colour | None = None
    accent_color: Colour | None = None
    font: FontFamily | None = None
    logo: Annotated[bytes, Field(max_length=LOGO_BYTES)] | None = None
    language: str = "en"
    captioned: bool = False
    own_intro: str | None = None
    own_outro: str | None = None

    @field_validator("logo")
    @classmethod
    def _is_png(cls, logo: bytes | None) -> bytes | None:
        if logo is not None and not logo.startswith(PNG):
            raise ValueError("the logo is no PNG")
        return logo

    @field_validator("own_intro", "own_outro")
    @classmethod
    def _fits(cls, html: str | None) -> str | None:
        if html is not None:
            check_own_template(html)
        return html


class CardFields(Value):
    """What a card may say. Of the lead: name, company, first_name, title (of the job), industry.

    first_name: what the lead is greeted with; taken from the name unless given, and empty if no one could
    say it. text: what the video is about, one line. headline, next_step: what the outro asks for, and a
    sentence below it. page_title, page_host: of the page that the video shows, such as `Acme`, `acme.com`.
    """

    name: str = Field(min_length=1)
    company: str = ""
    first_name: str | None = None
    title: str = ""
    industry: str = ""
    text: str | None = None
    headline: str | None = None
    next_step: str | None = None
    page_title: str | None = None
    page_host: str | None = None

    @property
    def greeted_as(self) -> str:
        return LeadData(name=self.name[:1000]).first_name if self.first_name is None else self.first_name

    @property
    def of_lead(self) -> Mapping[str, str]:
        """The values of placeholders; what is not known is empty."""
        return {
            "name": self.name,
            "first_name": self.greeted_as,
            "company": self.company.strip() and self.company,
            "title": self.title,
            "industry": self.industry,
            "text": self.text or "",
            "headline": self.headline or "",
            "next_step": self.next_step or "",
            "page_title": self.page_title or "",
            "page_host": self.page_host or "",
        }


def check_own_template(html: str) -> None:
    """Raises WrongCard for a template of a workspace's own that is too large to be filmed."""
    size = len(html.encode())
    if size > OWN_TEMPLATE_BYTES:
        raise WrongCard(
            f"a template may have {OWN_TEMPLATE_BYTES:,} bytes at most, and this one has {size:,}"
        )
