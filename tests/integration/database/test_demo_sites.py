"""Demo sites in the tables: sealed at the door, shown by name, and used by their own workspace alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import select, text

from shared.accounts import open_workspace
from shared.database import Database
from shared.database.models import DemoSite, Video
from shared.recording import JOB, Access, CannotUnseal, PageJob, UnknownTimezone, WrongAccess, unseal
from shared.settings import Settings
from shared.storage import FileStorage
from shared.videos import (
    DemoSiteChanges,
    DemoSiteFields,
    DemoSiteState,
    VideoRequest,
    add_demo_site,
    change_demo_site,
    create_video,
    read_demo_site,
)
from shared.videos.asking import WrongRequest
from shared.videos.demo_sites import NoSuchDemoSite

CANARY = "canary-4711"
URL = "https://demo.acme.example/start"
ACCESS = Access.parse(
    headers={"X-Demo": CANARY}, cookies=[{"name": "session", "value": CANARY, "domain": "acme.example"}]
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    key = SecretStr(Fernet.generate_key().decode())
    return Settings(leadreel_home=tmp_path, recording_access_key=key)


@pytest.fixture
def site_id(database: Database, workspace_id: int, settings: Settings) -> int:
    fields = DemoSiteFields(
        name="Acme", url=URL, color_scheme="dark", locale="de-DE", timezone="Europe/Berlin", access=ACCESS
    )
    with database.workspace(workspace_id) as session:
        return add_demo_site(session, workspace_id, fields, settings).id


def read(database: Database, workspace_id: int, site_id: int) -> DemoSiteState:
    with database.workspace(workspace_id) as session:
        return read_demo_site(session, site_id)


def changed(
    database: Database, workspace_id: int, site_id: int, settings: Settings, **fields: object
) -> DemoSiteState:
    with database.workspace(workspace_id) as session:
        return change_demo_site(session, site_id, DemoSiteChanges.model_validate(fields), settings)


def ask(database: Database, workspace_id: int, settings: Settings, **fields: object) -> tuple[Video, PageJob]:
    storage = FileStorage(settings.storage_path)
    request = VideoRequest.parse(**{"name": "Ana", "company": "Acme", **fields})
    asked = create_video(request, workspace_id, database, storage, settings).value
    with database.workspace(workspace_id) as session:
        video = session.get_one(Video, asked["video_id"])
    return video, PageJob.model_validate_json(storage.get(f"{asked['page_job']}/{JOB}"))


def test_the_names_are_shown_and_the_values_are_sealed(
    site_id: int, database: Database, workspace_id: int, settings: Settings
) -> None:
    shown = read(database, workspace_id, site_id)
    assert (shown.header_names, shown.cookie_names) == (("X-Demo",), ("session",))
    assert (shown.color_scheme, shown.locale, shown.timezone) == ("dark", "de-DE", "Europe/Berlin")
    with database.workspace(workspace_id) as session:
        row = session.execute(text("SELECT demo_sites::text FROM demo_sites")).scalar_one()
        access = unseal(session.get_one(DemoSite, site_id).access or "", settings.recording_access_key)
    assert CANARY not in row
    assert CANARY not in shown.model_dump_json()
    assert access is not None
    assert (access.site, access.headers, access.cookies) == (URL, ACCESS.headers, ACCESS.cookies)


def test_a_video_of_a_demo_site_takes_its_page_and_its_visitor(
    site_id: int, database: Database, workspace_id: int, settings: Settings
) -> None:
    video, job = ask(database, workspace_id, settings, demo_site_id=site_id)
    assert (video.url, job.url, video.demo_site_id) == (URL, URL, site_id)
    assert video.options["visitor"] == job.visitor.model_dump()
    assert (job.visitor.color_scheme, job.visitor.locale) == ("dark", "de-DE")
    assert job.visitor.access

    deeper = "https://demo.acme.example/pricing"
    video, other = ask(database, workspace_id, settings, demo_site_id=site_id, url=deeper, locale="en-GB")
    assert (other.url, other.visitor.locale, other.visitor.timezone) == (deeper, "en-GB", "Europe/Berlin")
    assert other.visitor.access == job.visitor.access  # sealed once: scenes are shared
    assert CANARY not in repr(video.options) + other.model_dump_json()


@pytest.mark.parametrize(
    "url",
    ["https://evil.example/", "http://demo.acme.example/", "https://demo.acme.example:444/"],
    ids=("host", "scheme", "port"),
)
def test_a_page_elsewhere_gets_nothing_of_it(
    url: str, site_id: int, database: Database, workspace_id: int, settings: Settings
) -> None:
    with pytest.raises(WrongRequest, match="url: the headers and cookies"):
        ask(database, workspace_id, settings, demo_site_id=site_id, url=url)
    with pytest.raises(WrongAccess, match="former address"):
        changed(database, workspace_id, site_id, settings, url="https://evil.example/")


def test_another_workspace_cannot_see_or_use_it(
    site_id: int, database: Database, workspace_id: int, settings: Settings
) -> None:
    other = open_workspace(database, f"other than {workspace_id}")
    with pytest.raises(NoSuchDemoSite):
        read(database, other, site_id)
    with pytest.raises(NoSuchDemoSite):
        changed(database, other, site_id, settings, name="mine")
    with pytest.raises(NoSuchDemoSite, match=f"there is no demo site {site_id}"):
        ask(database, other, settings, demo_site_id=site_id)
    with database.workspace(other) as session:
        assert session.scalars(select(Video)).all() == []


def test_it_changes_field_by_field(
    site_id: int, database: Database, workspace_id: int, settings: Settings
) -> None:
    def change(**fields: object) -> DemoSiteState:
        state = changed(database, workspace_id, site_id, settings, **fields)
        return state.model_copy(update={"updated_at": before.updated_at})

    before = read(database, workspace_id, site_id)
    assert change(locale="fr-FR") == before.model_copy(update={"locale": "fr-FR"})
    bare = change(access=Access(), url="https://new.example/")
    assert bare == before.model_copy(
        update={"locale": "fr-FR", "url": "https://new.example/", "header_names": (), "cookie_names": ()}
    )
    with database.workspace(workspace_id) as session:
        assert session.get_one(DemoSite, site_id).access is None
    with pytest.raises(UnknownTimezone, match="Europe/Atlantis"):
        change(timezone="Europe/Atlantis")
    with pytest.raises(WrongAccess, match=r"acme\.example"):
        change(access=ACCESS)
    without_key = settings.model_copy(update={"recording_access_key": None})
    with pytest.raises(CannotUnseal, match="RECORDING_ACCESS_KEY is not set"):
        changed(database, workspace_id, site_id, without_key, access=Access(headers=ACCESS.headers))
    assert change() == bare
