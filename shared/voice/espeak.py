"""The espeak-ng library in this process, by ctypes (headers: espeak-ng 1.52, `speak_lib.h`)."""

from __future__ import annotations

import ctypes
import os
import threading
from dataclasses import dataclass
from functools import cache

import numpy as np

from shared.errors import Permanent
from shared.voice.port import Samples

SYNCHRONOUS = 2  # espeak_AUDIO_OUTPUT: the callback gets the sound, on the caller's thread
DONT_EXIT = 0x8000  # a broken data folder must not end the process
UTF8 = 1
RATE, VOLUME, PITCH, PITCH_RANGE, WORD_GAP = 1, 2, 3, 4, 7
WORD_EVENT = 1


class EspeakFailed(Permanent):
    """The espeak-ng library can't be used."""


class _Id(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    )


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


@dataclass(frozen=True)
class Manner:
    """How espeak speaks: voice name with variant; words a minute; pitch and its range 0..99; gap in 10 ms."""

    voice: str
    rate: int
    pitch: int = 50
    pitch_range: int = 50
    word_gap: int = 0


@dataclass(frozen=True)
class Spoken:
    """samples: mono. words: where in the text (characters) a word begins, and at which sample."""

    samples: Samples
    words: tuple[tuple[int, int], ...]


class Espeak:
    """One at a time: the library keeps its voice, its parameters and its callback in globals."""

    def __init__(self, library_path: str, data_path: str) -> None:
        self._lock = threading.Lock()
        self._chunks: list[Samples] = []
        self._words: list[tuple[int, int]] = []
        try:
            self._library = ctypes.CDLL(library_path)
        except OSError as error:
            raise EspeakFailed(f"the offline voice's library can't be loaded: {error}") from error
        self._library.espeak_Synth.argtypes = (
            ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int, ctypes.c_uint,
            ctypes.c_uint, ctypes.c_void_p, ctypes.c_void_p,
        )  # fmt: skip
        self._library.espeak_Info.restype = ctypes.c_char_p
        self.rate = int(self._library.espeak_Initialize(SYNCHRONOUS, 200, os.fsencode(data_path), DONT_EXIT))
        if self.rate <= 0:
            raise EspeakFailed(
                f"the offline voice finds no data in {data_path} (espeak-ng also refuses paths of over "
                "about 150 characters; install the project in a shorter one)"
            )
        self.version: str = self._library.espeak_Info(None).decode()
        self._callback = _Callback(self._hear)  # kept, or it would be collected while the library calls it
        self._library.espeak_SetSynthCallback(self._callback)

    def speak(self, text: str, manner: Manner) -> Spoken:
        """Speak `text`. Blocks for about 1/300 of what it speaks. Raises EspeakFailed."""
        encoded = text.encode()
        with self._lock:
            self._chunks, self._words = [], []
            self._set(manner)
            failed = self._library.espeak_Synth(encoded, len(encoded) + 1, 0, 1, 0, UTF8, None, None)
            if failed:
                raise EspeakFailed(f"the offline voice could not speak (espeak-ng error {failed})")
            samples = np.concatenate([np.zeros(0, np.int16), *self._chunks])
            return Spoken(samples, tuple(self._words))

    def _set(self, manner: Manner) -> None:
        if self._library.espeak_SetVoiceByName(manner.voice.encode()):
            raise EspeakFailed(f"the offline voice {manner.voice} does not exist")
        for parameter, value in (
            (RATE, manner.rate),
            (VOLUME, 70),  # of 0..200; at the default of 100 some variants reach the limiter
            (PITCH, manner.pitch),
            (PITCH_RANGE, manner.pitch_range),
            (WORD_GAP, manner.word_gap),
        ):
            self._library.espeak_SetParameter(parameter, value, 0)

    def _hear(
        self, wave: ctypes._Pointer[ctypes.c_short], count: int, events: ctypes._Pointer[_Event]
    ) -> int:
        if wave and count > 0:
            self._chunks.append(np.ctypeslib.as_array(wave, (count,)).copy())
        index = 0
        while (event := events[index]).type != 0:
            if event.type == WORD_EVENT:
                self._words.append((event.text_position - 1, event.sample))
            index += 1
        return 0


@cache
def load_espeak() -> Espeak:
    """The process's espeak: the library can be initialised only once."""
    import espeakng_loader

    return Espeak(espeakng_loader.get_library_path(), espeakng_loader.get_data_path())
