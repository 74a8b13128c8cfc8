"""Where objects are kept: one port, one adapter for files and one for S3."""

from shared.storage.files import FileStorage
from shared.storage.granted import GrantedStorage, NotGranted
from shared.storage.links import Links, file_link
from shared.storage.opening import open_storage
from shared.storage.port import CannotSign, NotStored, Storage, StorageFull

__all__ = [
    "CannotSign",
    "FileStorage",
    "GrantedStorage",
    "Links",
    "NotGranted",
    "NotStored",
    "Storage",
    "StorageFull",
    "file_link",
    "open_storage",
]
