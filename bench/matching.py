"""Which moment of the page does each frame of a film show? Pure arithmetic over small grey pictures."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Pictures = npt.NDArray[np.float32]
LONGEST_OFFSET = 90  # frames


@dataclass(frozen=True)
class Match:
    """offset: the film's frame n shows the page's frame n + offset, as a rule.

    wrong: frames that show another moment than that. dropped: moments of the moving page that no frame shows.
    repeated: frames that show the moment of the frame before although the page moved on.
    moving: frames in which the page moves, to see the others in proportion.
    """

    offset: int
    moving: int
    wrong: int
    dropped: int
    repeated: int


def match(film: Pictures, page: Pictures) -> Match:
    """Compare (frames, pixels) of a film with those of its page, frame rates being the same."""
    moments = _moments(page)
    first = np.unique(moments, return_index=True)[1]
    shown = _nearest(film, page[first])
    return count(shown.tolist(), moments.tolist())


def count(shown: list[int], moments: list[int]) -> Match:
    """shown: the moment that each frame of the film shows; moments: the page's own at each frame.

    Moments are numbered from 0 in their order; a page that stands still stays in its moment.
    """
    offset = _best_offset(shown, moments)
    pairs = [(shown[n], moments[n + offset]) for n in range(len(shown)) if 0 <= n + offset < len(moments)]
    expected = {moment for _, moment in pairs}
    seen = {moment for moment, _ in pairs}
    stood = [before[0] == after[0] for before, after in itertools.pairwise(pairs) if before[1] != after[1]]
    return Match(
        offset=offset,
        moving=len(stood),
        wrong=sum(moment != right for moment, right in pairs),
        dropped=len(expected - seen),
        repeated=sum(stood),
    )


def _moments(page: Pictures) -> npt.NDArray[np.int64]:
    changed = np.any(page[1:] != page[:-1], axis=1)
    return np.concatenate([[0], np.cumsum(changed)])


def _nearest(film: Pictures, moments: Pictures) -> npt.NDArray[np.int64]:
    """For each frame the moment with the least squared difference."""
    distances = np.sum(moments**2, axis=1)[None, :] - 2 * film @ moments.T
    return np.asarray(distances.argmin(axis=1), np.int64)


def _best_offset(shown: list[int], moments: list[int]) -> int:
    """By which most frames are right; the smallest, if it is several."""

    def right(offset: int) -> int:
        return sum(
            shown[n] == moments[n + offset] for n in range(len(shown)) if 0 <= n + offset < len(moments)
        )

    return max(range(-LONGEST_OFFSET, LONGEST_OFFSET + 1), key=lambda offset: (right(offset), -abs(offset)))
