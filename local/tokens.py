"""`leadreel token`: a token for scripts that ask the API of this machine."""

from __future__ import annotations

import asyncio

from local.issuer.signing import Signer
from local.joining import Joined
from shared.accounts import Role, open_workspace
from shared.database import Database
from shared.settings import Settings


async def show_token(settings: Settings, role: Role, workspace: str) -> int:
    """Print an access token, alone on the last line. Returns the exit code."""
    async with Joined(settings) as runtime:
        info = await runtime.ensure()
        database = Database(info.app_url)
        try:
            workspace_id = await asyncio.to_thread(open_workspace, database, workspace)
        finally:
            database.close()
    print(Signer(settings.leadreel_home).for_user(f"{role}@{workspace}", role, workspace_id))
    return 0
