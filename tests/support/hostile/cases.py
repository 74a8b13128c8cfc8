"""Every case, by its name."""

from __future__ import annotations

from tests.support.hostile import addresses, hunger, network, patience, spite, vectors

CASES = {
    case.name: case for kind in (addresses, vectors, network, patience, hunger, spite) for case in kind.CASES
}
