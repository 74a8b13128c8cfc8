"""Media files: running FFmpeg, opening what we were given without trusting it, measuring sound."""
