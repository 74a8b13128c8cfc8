"""What a lead opens: the share page, the player alone for other sites, the page for a link to nowhere.

Each is one HTML document without anything from elsewhere: it reads in a mail client's preview, works
without JavaScript where there is an MP4, and carries the policy for its own inline style and script. What
plays HLS where the browser can't is a file of the same site (assets.py). The site's edge sends
CONTENT_SECURITY_POLICY (EMBED_CONTENT_SECURITY_POLICY for /embed/) beside it; both hold, so the looser
word about inline text here changes nothing and an old page goes on working next to new ones.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from shared.hosting.loom import SITE as LOOM
from shared.html import clock, template_environment
from shared.values import Value


def _policy(style: str, script: str, form: str = "'none'", frame: str = "'none'") -> str:
    """The Content-Security-Policy of a page, given who may style and script it, where its form goes, and
    whose page it frames."""
    return (
        "default-src 'none'; img-src 'self' data:; media-src 'self' blob:; connect-src 'self'; "
        f"base-uri 'none'; frame-src {frame}; form-action {form}; style-src {style}; script-src {script}"
    )


_SHARED_POLICY = _policy("'unsafe-inline'", "'self' 'unsafe-inline'", frame=LOOM)
_FORM_POLICY = _policy("'unsafe-inline'", "'none'", "'self'")
CONTENT_SECURITY_POLICY = f"{_SHARED_POLICY}; frame-ancestors 'none'"
"""The header for /v/ and for the not-found page."""
EMBED_CONTENT_SECURITY_POLICY = f"{_SHARED_POLICY}; frame-ancestors *"
"""The header for /embed/, which any site may frame."""
LOCKED_CONTENT_SECURITY_POLICY = f"{_FORM_POLICY}; frame-ancestors 'none'"
"""The header for a page that asks for a password."""
LOCKED_EMBED_CONTENT_SECURITY_POLICY = f"{_FORM_POLICY}; frame-ancestors *"
"""The same inside another site's frame."""

_TEMPLATES = Path(__file__).parent / "templates"

SitePath = Annotated[str, StringConstraints(pattern=r"^/[^/\s]\S*$")]
WebAddress = Annotated[str, StringConstraints(pattern=r"^https?://\S+$")]


class Download(Value):
    """A file to take away. label: what it is, such as `MP4, 1080p`."""

    label: str = Field(min_length=1)
    path: SitePath


class SharePage(Value):
    """What the pages say and show. There is an hls_path, a video_path, or both; or else a loom_id.

    base_url: where the site is, without a slash at the end; previews need whole addresses.
    *_path: from the site's root, such as `/media/abc/video.mp4`. The poster is a JPEG of width x height.
    hls_path: the master playlist. video_path: an MP4, for what can't play HLS.
    player_path: hls.js on this site (publish_assets); without it only some browsers play HLS.
    captions_path: WebVTT in captions_language (BCP 47). chapters_path: WebVTT too.
    preview_path: moving pictures (GIF or WebP) that show what comes. published_at: with its time zone.
    call_to_action_url: where the button leads; without it there is no button.
    loom_id: of a video that Loom plays, which may have a picture elsewhere (poster_url), or none.
    counted: whether the page tells our site which seconds were seen (counting.js).
    """

    title: str
    description: str
    lead_name: str
    company: str
    slug: str = Field(pattern=r"^[A-Za-z0-9_-]+$")
    base_url: WebAddress
    video_path: SitePath | None = None
    hls_path: SitePath | None = None
    player_path: SitePath | None = None
    loom_id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")] | None = None
    poster_path: SitePath | None = None
    poster_url: WebAddress | None = None
    preview_path: SitePath | None = None
    captions_path: SitePath | None = None
    captions_language: str = Field(default="en", pattern=r"^[A-Za-z0-9-]+$")
    chapters_path: SitePath | None = None
    downloads: tuple[Download, ...] = ()
    duration_seconds: float | None = Field(default=None, gt=0)
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    published_at: datetime
    call_to_action_url: WebAddress | None = None
    call_to_action_label: str = "Book a time"
    counted: bool = False

    @model_validator(mode="after")
    def _can_be_played(self) -> Self:
        if self.loom_id:
            return self
        if not (self.video_path or self.hls_path):
            raise ValueError("a page needs an hls_path, a video_path or a loom_id")
        if not (self.poster_path and self.duration_seconds):
            raise ValueError("a page needs a poster_path and duration_seconds")
        return self

    @property
    def share_url(self) -> str:
        return f"{self.base_url.rstrip('/')}/v/{self.slug}"

    @property
    def embed_url(self) -> str:
        return f"{self.base_url.rstrip('/')}/embed/{self.slug}"

    @property
    def picture_url(self) -> str | None:
        """What previews show."""
        return self.absolute(self.poster_path) if self.poster_path else self.poster_url

    @property
    def loom_url(self) -> str | None:
        """What is framed."""
        return f"{LOOM}/embed/{self.loom_id}" if self.loom_id else None

    def absolute(self, path: str) -> str:
        """The whole address of a path of this site."""
        return self.base_url.rstrip("/") + path


def share_page(page: SharePage) -> str:
    """The page behind `/v/{slug}`: a greeting, the player, what is said as text, a next step."""
    return _render("share.html", page=page, clock=clock(page.duration_seconds), layout=_layout(page))


def embed_page(page: SharePage) -> str:
    """The page behind `/embed/{slug}`: the player alone, filling its frame."""
    return _render("embed.html", page=page, clock=clock(page.duration_seconds), layout=_layout(page))


def not_found_page() -> str:
    """What a link that leads nowhere shows; to be sent with status 404."""
    return _render("not_found.html", page=None)


def expired_page() -> str:
    """What a link shows whose time is over; to be sent with status 410."""
    return _render("expired.html", page=None)


def locked_page(action: str, problem: str = "") -> str:
    """Asks for the password. action: the path that it goes to. problem: why it is asked again."""
    return _render("locked.html", page=None, action=action, problem=problem)


def _render(template: str, **values: object) -> str:
    return template_environment(_TEMPLATES).get_template(template).render(policy=_policy, loom=LOOM, **values)


def _layout(page: SharePage) -> str:
    return "upright" if page.height > page.width else "lying"
