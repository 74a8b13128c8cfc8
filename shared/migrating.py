"""What has to be there before new code takes requests. All of it may be done twice, and by two at once."""

from __future__ import annotations

from typing import Any

from shared.accounts import open_first_workspace
from shared.database import Database, NoDatabase
from shared.database.migrating import upgrade
from shared.database.owning import let_in, owner_url
from shared.hosting import publish_assets, publish_docs
from shared.secrets import fetch_fields
from shared.settings import Settings
from shared.workflow import Tools

_PATIENCE_SECONDS = 60.0


def migrate(tools: Tools) -> dict[str, Any]:
    """Bring the tables to the newest version; in an AWS account, all else as well.

    There DATABASE_OWNER_SECRET says who owns the tables. On one machine that is whom DATABASE_URL names, and
    the supervisor does the rest. Returns {migrated}, and on AWS {first_workspace, docs}: the id of the
    workspace that was opened, if none was there, and the path of what shows the API's document.
    Raises NoDatabase, NoSecret, WrongSecret, SecretsUnreachable, DatabaseUnreachable, DatabaseSlow.
    """
    settings = tools.settings
    if settings.database_owner_secret is None:
        if settings.database_url is None:
            raise NoDatabase("neither DATABASE_OWNER_SECRET nor DATABASE_URL names a database")
        upgrade(settings.database_url)
        return {"migrated": True}
    opened = _own(settings, settings.database_owner_secret)
    publish_assets(tools.storage)
    return {"migrated": True, "first_workspace": opened, "docs": publish_docs(tools.storage)}


def _own(settings: Settings, owner_secret: str) -> int | None:
    fields = fetch_fields(owner_secret, "DATABASE_OWNER_SECRET")
    url = owner_url(fields, "DATABASE_OWNER_SECRET", settings.database_ca_file)
    url_text = url.render_as_string(hide_password=False)
    upgrade(url_text)
    owner = Database(url_text, statement_seconds=_PATIENCE_SECONDS)
    try:
        if settings.database_app_secret is not None:
            app = fetch_fields(settings.database_app_secret, "DATABASE_APP_SECRET")
            let_in(owner, app, "DATABASE_APP_SECRET")
        name = settings.first_workspace
        return None if name is None else open_first_workspace(owner, name)
    finally:
        owner.close()
