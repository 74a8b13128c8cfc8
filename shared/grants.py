"""What a function may do with storage, as its table in functions/functions.toml says."""

from __future__ import annotations

from shared.values import Value


class Grants(Value):
    """Of one function. reads, writes, deletes: folders. lists: whether it may list keys, those of any folder.

    On AWS the statements of its role say the same, and IAM sees to it.
    """

    function: str
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    deletes: tuple[str, ...] = ()
    lists: bool = False
