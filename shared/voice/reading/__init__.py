"""Reading aloud: what a voice is given for a written text, word by word."""

from shared.voice.reading.aloud import Reading, read_aloud
from shared.voice.reading.pauses import split_pauses

__all__ = ["Reading", "read_aloud", "split_pauses"]
