"""Media files: running FFmpeg, reading what we were given without trusting it, writing and measuring ours."""
