"""Web servers for the pages that a test films."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.support.filmed_pages import Site


@pytest.fixture
def new_site() -> Iterator[Callable[[], Site]]:
    sites: list[Site] = []

    def make() -> Site:
        sites.append(Site())
        return sites[-1]

    yield make
    for site in sites:
        site.close()


@pytest.fixture
def site(new_site: Callable[[], Site]) -> Site:
    return new_site()
