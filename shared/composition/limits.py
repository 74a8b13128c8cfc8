"""What a finished video must keep to. The likeness of its clips: `shared.media.limits`."""

LOUDNESS_LUFS = -16.0
LOUDNESS_TOLERANCE = 0.5
TRUE_PEAK_DBTP = -1.0
CAPTIONED_SHARE = 0.98
CAPTION_LAG_SECONDS = 0.5
"""How long before or after its cue a word may be heard."""
