"""Where objects are kept: one port, one adapter for files and one for S3."""

from shared.storage.files import FileStorage
from shared.storage.opening import open_storage
from shared.storage.port import NotStored, Storage, StorageFull

__all__ = ["FileStorage", "NotStored", "Storage", "StorageFull", "open_storage"]
