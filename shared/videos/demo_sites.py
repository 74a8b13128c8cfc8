"""Demo sites: pages that are often recorded, for whom they take the recorder, and what lets it in.

Headers and cookies are sealed before they are stored, and are never read back: only their names are.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field
from sqlalchemy.orm import Session

from shared.database import Database
from shared.database.models import DemoSite
from shared.egress import check_url, default_port
from shared.errors import Permanent
from shared.recording import Access, Locale, Timezone, Visitor, WrongAccess, bound, check_timezone, seal
from shared.settings import Settings
from shared.values import Value


class NoSuchDemoSite(Permanent):
    """There is no demo site with that id in this workspace."""


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


class DemoSiteFields(Value):
    """What is to be stored; None leaves a field as it is. access: an empty one takes the stored one away."""

    name: Annotated[str, Field(min_length=1, max_length=300)] | None = None
    url: Annotated[str, Field(min_length=1, max_length=2000)] | None = None
    color_scheme: Literal["light", "dark"] | None = None
    locale: Locale | None = None
    timezone: Timezone | None = None
    access: Access | None = None


def add_demo_site(
    name: str,
    url: str,
    workspace_id: int,
    database: Database,
    settings: Settings,
    fields: DemoSiteFields | None = None,
) -> DemoSiteState:
    """Raises as `change_demo_site`."""
    given = (fields or DemoSiteFields()).model_copy(update={"name": name, "url": url})
    with database.workspace(workspace_id) as session:
        site = DemoSite(workspace_id=workspace_id, name=name, url=url, recording_settings={}, access_names={})
        _store(site, given, settings)
        session.add(site)
        session.flush()
        return _state(site)


def change_demo_site(
    demo_site_id: int, fields: DemoSiteFields, workspace_id: int, database: Database, settings: Settings
) -> DemoSiteState:
    """Store what is given.

    Raises:
        NoSuchDemoSite, UnknownTimezone.
        NotAllowed: the URL is no address of a page that may be recorded.
        WrongAccess: a cookie is for another domain, or the URL moves to a site that headers and cookies are
            not for.
        CannotUnseal: there is no key to seal with.
    """
    with database.workspace(workspace_id) as session:
        site = find_demo_site(session, demo_site_id)
        _store(site, fields, settings)
        session.flush()
        return _state(site)


def read_demo_site(demo_site_id: int, workspace_id: int, database: Database) -> DemoSiteState:
    """Raises NoSuchDemoSite."""
    with database.workspace(workspace_id) as session:
        return _state(find_demo_site(session, demo_site_id))


def find_demo_site(session: Session, demo_site_id: int) -> DemoSite:
    """Raises NoSuchDemoSite; another workspace's are none."""
    site = session.get(DemoSite, demo_site_id)
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


def _store(site: DemoSite, fields: DemoSiteFields, settings: Settings) -> None:
    if fields.timezone is not None:
        check_timezone(fields.timezone)
    if fields.url is not None:
        check_url(fields.url, settings.recording_allow_hosts)
        if site.access and fields.access is None and not same_site(site.url, fields.url):
            raise WrongAccess(
                "the headers and cookies of this demo site are for its former address: give them anew"
            )
    site.name, site.url = fields.name or site.name, fields.url or site.url
    chosen = fields.model_dump(include={"color_scheme", "locale", "timezone"}, exclude_none=True)
    kept = site.recording_settings.get("visitor", {})
    visitor = Visitor.model_validate({**kept, **chosen}).model_dump(exclude={"access"})
    site.recording_settings = {**site.recording_settings, "visitor": visitor}
    if fields.access is not None:
        site.access = seal(bound(fields.access, site.url), settings.recording_access_key) or None
        site.access_names = {
            "headers": sorted(fields.access.headers),
            "cookies": sorted(cookie.name for cookie in fields.access.cookies),
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
    )
