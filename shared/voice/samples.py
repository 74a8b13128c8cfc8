"""Speech as it is worked on."""

from __future__ import annotations

import numpy as np

Samples = np.ndarray[tuple[int], np.dtype[np.int16]]
"""One channel."""
