"""All tables, for whoever goes by how they refer to each other."""

from __future__ import annotations

import importlib
import pkgutil

from shared.database import models
from shared.database.models.base import Base

for _room in pkgutil.iter_modules(models.__path__):
    importlib.import_module(f"{models.__name__}.{_room.name}")

__all__ = ["Base"]
