"""The page of a run: which it is, who it takes us for, and the job that checks it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from urllib.parse import quote

from sqlalchemy.orm import Session

from shared.database.models import Lead, Video
from shared.egress import check_url
from shared.errors import Permanent
from shared.leads import find_lead
from shared.recording import (
    JOB,
    BilledTo,
    PageJob,
    TourStep,
    UnknownTimezone,
    Viewport,
    Visitor,
    check_timezone,
    freshness_window,
    page_key,
)
from shared.settings import Settings
from shared.storage import Storage
from shared.values import Value
from shared.videos.demo_sites import find_demo_site, same_site, visitor_of

_FIELDS = ("name", "company", "industry", "email", "title", "website")
_VARIABLE = re.compile(r"\{([a-z][a-z0-9_]*)\}")


class WrongRequest(Permanent):
    """A field of the request can't be used; the text names it."""


class SiteAsked(Value):
    """The page that is asked for, of whatever lead. None stands for what the demo site has."""

    url: str | None
    demo_site_id: int | None
    color_scheme: Literal["light", "dark"] | None = None
    locale: str | None = None
    timezone: str | None = None


class PageAsked(SiteAsked):
    """The page that is asked for, for a lead."""

    lead_id: int


class Site(Value):
    """url: with fields of a lead to be filled in. bound_to: the address that the headers and cookies of the
    demo site are for, if it has any."""

    url: str
    visitor: Visitor
    demo_site_id: int | None = None
    bound_to: str | None = None


class Page(Value):
    """A page, and who it takes us for."""

    url: str
    visitor: Visitor


def find_page(session: Session, asked: PageAsked, settings: Settings) -> Page:
    """Raises WrongRequest, NoSuchLead, NoSuchDemoSite, NotAllowed."""
    lead = find_lead(session, asked.lead_id)
    return page_for(lead, find_site(session, asked), settings)


def find_site(session: Session, asked: SiteAsked) -> Site:
    """Raises WrongRequest, NoSuchDemoSite."""
    chosen = {
        name: value
        for name in ("color_scheme", "locale", "timezone")
        if (value := getattr(asked, name)) is not None
    }
    if "timezone" in chosen:
        try:
            check_timezone(chosen["timezone"])
        except UnknownTimezone as error:
            raise WrongRequest(f"timezone: {error}") from error
    if asked.demo_site_id is None:
        if asked.url is None:
            raise WrongRequest("url: a video needs the address of a page, or a demo_site_id")
        return Site(url=asked.url, visitor=Visitor(**chosen))
    site = find_demo_site(session, asked.demo_site_id)
    return Site(
        url=asked.url or site.url,
        visitor=visitor_of(site, **chosen),
        demo_site_id=site.id,
        bound_to=site.url if site.access else None,
    )


def page_for(lead: Lead, site: Site, settings: Settings) -> Page:
    """Raises WrongRequest, NotAllowed."""
    url = personal_url(site.url, lead)
    if site.bound_to is not None and not same_site(url, site.bound_to):
        raise WrongRequest(
            f"url: the headers and cookies of demo site {site.demo_site_id} are for {site.bound_to} only"
        )
    check_url(url, settings.recording_allow_hosts)
    return Page(url=url, visitor=site.visitor)


def personal_url(url: str, lead: Lead) -> str:
    """With the lead's fields in the place of `{name}`, `{company}` and the like, percent-encoded.

    Raises WrongRequest for a field that the lead doesn't have.
    """
    known = {name: getattr(lead, name) for name in _FIELDS} | dict(lead.variables)
    known = {name: value for name, value in known.items() if value}

    def filled(match: re.Match[str]) -> str:
        if match[1] not in known:
            there = ", ".join(f"{{{name}}}" for name in known)
            raise WrongRequest(f"url: {lead.name} has no {match[0]}; there are {there}")
        return quote(str(known[match[1]]), safe="")

    return _VARIABLE.sub(filled, url)


def plan_check(
    run: Video, page: Page, viewport: Viewport, steps: Sequence[TourStep], settings: Settings
) -> PageJob:
    """The job that checks the page, and its place; runs within the same window of freshness have one."""
    billed_to = BilledTo(workspace_id=run.workspace_id, video_id=run.id)
    job = PageJob(
        url=page.url, viewport=viewport, steps=tuple(steps), visitor=page.visitor, billed_to=billed_to
    )
    run.page_job = place_of(job, run.workspace_id, run.created_at, settings)
    return job


def place_of(job: PageJob, workspace_id: int, at: datetime, settings: Settings) -> str:
    """The storage prefix of a page's check. at: when it is asked for."""
    freshness = freshness_window(at, settings.recording_freshness_hours)
    return f"recordings/{workspace_id}/pages/{page_key(job, freshness)}"


def check_of(video: Video) -> PageJob:
    """The job that checks the page of a video whose rows are all there is of it."""
    chosen = {name: video.options[name] for name in ("viewport", "steps", "visitor")}
    billed_to = BilledTo(workspace_id=video.workspace_id, video_id=video.id)
    return PageJob.model_validate(chosen | {"url": video.url, "billed_to": billed_to})


def keep_check(run: Video, job: PageJob, storage: Storage) -> None:
    if not storage.exists(f"{run.page_job}/{JOB}"):  # whoever came first pays for it
        storage.put(f"{run.page_job}/{JOB}", job.model_dump_json().encode(), "application/json")
