"""What steps and requests work with, opened on first use."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

from shared.database import Database, open_database
from shared.settings import Settings, read_settings
from shared.storage import Storage, open_storage
from shared.workflow.executions import Executions, open_executions


@dataclass(frozen=True)
class Tools:
    """What a step works with."""

    settings: Settings
    storage: Storage

    @cached_property
    def database(self) -> Database:
        """Raises NoDatabase in a function without a route to Postgres."""
        return open_database(self.settings)

    @cached_property
    def executions(self) -> Executions:
        """Raises NoMachine in a function that starts nothing."""
        return open_executions(self.settings)


@cache
def open_tools() -> Tools:
    settings = read_settings()
    return Tools(settings, open_storage(settings))
