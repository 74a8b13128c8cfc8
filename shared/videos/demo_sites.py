"""Demo sites: pages that are often recorded, for whom they take the recorder, and what lets it in.

Every function works in the caller's transaction, inside a workspace.
Headers and cookies are sealed before they are stored, and are never read back: only their names are.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.database.finding import find_row
from shared.database.models import DemoSite, ScreenRecording, Video
from shared.database.paging import Asked, Page, Sortable, page
from shared.egress import check_url, default_port
from shared.errors import Conflict, NotFound
from shared.recording import Access, Locale, Timezone, Visitor, WrongAccess, bound, check_timezone, seal
from shared.settings import Settings
from shared.values import UNBROKEN, Given, Name, Value

SORTABLE: Sortable = {"id": DemoSite.id, "name": DemoSite.name, "created_at": DemoSite.created_at}

Url = Annotated[str, Field(min_length=1, max_length=2000, pattern=rf"^{UNBROKEN}+$")]


class NoSuchDemoSite(NotFound):
    """There is no demo site with that id in this workspace."""


class InUse(Conflict):
    """Videos were made of a demo site; they go first."""


class DemoSiteState(Value):
    """A demo site as it may be shown: of headers and cookies, the names alone."""

    id: int
    name: str
    url: str
    color_scheme: Literal["light", "dark"]
    locale: str
    timezone: str
    header_names: tuple[str, ...]
    cookie_names: tuple[str, ...]
    created_at: datetime
    updated_at: datetime


class DemoSiteChanges(Given):
    """What is to be stored; what is left out stays. access: an empty one takes the stored one away."""

    name: Name = ""
    url: Url = ""
    color_scheme: Literal["light", "dark"] = "light"
    locale: Locale = "en-US"
    timezone: Timezone = "UTC"
    access: Access = Access()


class DemoSiteFields(DemoSiteChanges):
    """A demo site as it is given."""

    name: Name
    url: Url


def add_demo_site(
    session: Session, workspace_id: int, fields: DemoSiteFields, settings: Settings
) -> DemoSiteState:
    """Raises as `change_demo_site`."""
    site = DemoSite(
        workspace_id=workspace_id, name=fields.name, url=fields.url, recording_settings={}, access_names={}
    )
    _store(site, fields, settings)
    session.add(site)
    session.flush()
    return _state(site)


def change_demo_site(
    session: Session, demo_site_id: int, changes: DemoSiteChanges, settings: Settings
) -> DemoSiteState:
    """Store what is given.

    Raises:
        NoSuchDemoSite, UnknownTimezone.
        NotAllowed: the URL is no address of a page that may be recorded.
        WrongAccess: a cookie is for another domain, or the URL moves to a site that headers and cookies are
            not for.
        CannotUnseal: there is no key to seal with.
    """
    site = find_demo_site(session, demo_site_id, lock=True)
    _store(site, changes, settings)
    session.flush()
    session.refresh(site)
    return _state(site)


def read_demo_site(session: Session, demo_site_id: int, *, lock: bool = False) -> DemoSiteState:
    """lock: nobody else changes it until the transaction ends. Raises NoSuchDemoSite."""
    return _state(find_demo_site(session, demo_site_id, lock=lock))


def delete_demo_site(session: Session, demo_site_id: int) -> None:
    """Raises NoSuchDemoSite, InUse."""
    site = find_demo_site(session, demo_site_id, lock=True)
    for table in (Video, ScreenRecording):
        used = session.scalar(
            select(func.count()).select_from(table).where(table.demo_site_id == demo_site_id)
        )
        if used:
            raise InUse(f"demo site {demo_site_id} was recorded for {used} videos: delete these first")
    session.delete(site)
    session.flush()


def list_demo_sites(session: Session, asked: Asked) -> Page[DemoSiteState]:
    """Raises WrongCursor, WrongSort."""
    return page(session, select(DemoSite), DemoSite.id, SORTABLE, asked, _state)


def find_demo_site(session: Session, demo_site_id: int, *, lock: bool = False) -> DemoSite:
    """Raises NoSuchDemoSite; another workspace's are none."""
    site = find_row(session, DemoSite, demo_site_id, lock=lock)
    if site is None:
        raise NoSuchDemoSite(f"there is no demo site {demo_site_id}")
    return site


def visitor_of(site: DemoSite, **asked: Any) -> Visitor:
    """Who a demo site takes the recorder for. asked: what a video wants otherwise; None for nothing."""
    wanted = {name: value for name, value in asked.items() if value is not None}
    return Visitor(**{**site.recording_settings.get("visitor", {}), **wanted}, access=site.access or "")


def same_site(one: str, other: str) -> bool:
    """Whether two URLs have scheme, host and port in common. (The browser has the last word on it.)"""
    return _origin(one) == _origin(other)


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").rstrip("."), parts.port or default_port(parts.scheme)


def _store(site: DemoSite, changes: DemoSiteChanges, settings: Settings) -> None:
    given = changes.model_dump(exclude_unset=True)
    if "timezone" in given:
        check_timezone(changes.timezone)
    if "url" in given:
        check_url(changes.url, settings.recording_allow_hosts)
        if site.access and "access" not in given and not same_site(site.url, changes.url):
            raise WrongAccess(
                "the headers and cookies of this demo site are for its former address: give them anew"
            )
    site.name, site.url = given.get("name", site.name), given.get("url", site.url)
    chosen = {name: given[name] for name in ("color_scheme", "locale", "timezone") if name in given}
    kept = site.recording_settings.get("visitor", {})
    visitor = Visitor.model_validate({**kept, **chosen}).model_dump(exclude={"access"})
    site.recording_settings = {**site.recording_settings, "visitor": visitor}
    if "access" in given:
        site.access = seal(bound(changes.access, site.url), settings.recording_access_key) or None
        site.access_names = {
            "headers": sorted(changes.access.headers),
            "cookies": sorted(cookie.name for cookie in changes.access.cookies),
        }


def _state(site: DemoSite) -> DemoSiteState:
    visitor = visitor_of(site)
    return DemoSiteState(
        id=site.id,
        name=site.name,
        url=site.url,
        color_scheme=visitor.color_scheme,
        locale=visitor.locale,
        timezone=visitor.timezone,
        header_names=tuple(site.access_names.get("headers", ())),
        cookie_names=tuple(site.access_names.get("cookies", ())),
        created_at=site.created_at,
        updated_at=site.updated_at,
    )
