"""The espeak-ng library in this process, by ctypes (headers: espeak-ng 1.52, `speak_lib.h`)."""

from __future__ import annotations

import _ctypes
import ctypes
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from shared.errors import Permanent
from shared.voice.samples import Samples

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
    """samples: mono at `rate` Hz. words: where in the text (characters) a word begins, and its sample."""

    samples: Samples
    rate: int
    words: tuple[tuple[int, int], ...]


class Espeak:
    """The library, loaded afresh for every text and unloaded after it, which takes about a millisecond.

    It keeps its voice, its parameters and its callback in globals, so only one text is spoken at a time. It
    keeps its phase and its flutter there too: without unloading, the same text would never sound the same.
    """

    def __init__(self, library_path: str, data_path: str) -> None:
        self._library_path = library_path
        self._data_path = data_path
        self._lock = threading.Lock()

    @cached_property
    def version(self) -> str:
        with self._lock, self._loaded() as (library, _):
            version: bytes = library.espeak_Info(None)
            return version.decode()

    def has(self, voice: str) -> bool:
        """Whether there is a voice of that name, such as `es-419`."""
        with self._lock, self._loaded() as (library, _):
            return not library.espeak_SetVoiceByName(voice.encode())

    def speak(self, text: str, manner: Manner) -> Spoken:
        """Speak `text`. Blocks for about a hundredth of what it speaks. Raises EspeakFailed."""
        encoded = text.encode()
        ear = _Ear()
        with self._lock, self._loaded() as (library, rate):
            hears = _Callback(ear.hear)  # must outlive the call below
            library.espeak_SetSynthCallback(hears)
            _set(library, manner)
            failed = library.espeak_Synth(encoded, len(encoded) + 1, 0, 1, 0, UTF8, None, None)
        if failed:
            raise EspeakFailed(f"the offline voice could not speak (espeak-ng error {failed})")
        return Spoken(np.concatenate([np.zeros(0, np.int16), *ear.chunks]), rate, tuple(ear.words))

    @contextmanager
    def _loaded(self) -> Iterator[tuple[ctypes.CDLL, int]]:
        """The library and its sample rate."""
        try:
            library = ctypes.CDLL(self._library_path)
        except OSError as error:
            raise EspeakFailed(f"the offline voice's library can't be loaded: {error}") from error
        try:
            library.espeak_Info.restype = ctypes.c_char_p
            library.espeak_Synth.argtypes = (
                ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int, ctypes.c_uint,
                ctypes.c_uint, ctypes.c_void_p, ctypes.c_void_p,
            )  # fmt: skip
            rate = library.espeak_Initialize(SYNCHRONOUS, 200, os.fsencode(self._data_path), DONT_EXIT)
            if rate <= 0:
                raise EspeakFailed(
                    f"the offline voice finds no data in {self._data_path} (espeak-ng also refuses paths of "
                    "over about 150 characters; install the project in a shorter one)"
                )
            yield library, rate
        finally:
            library.espeak_Terminate()
            _ctypes.dlclose(library._handle)


def _set(library: ctypes.CDLL, manner: Manner) -> None:
    if library.espeak_SetVoiceByName(manner.voice.encode()):
        raise EspeakFailed(f"the offline voice {manner.voice} does not exist")
    for parameter, value in (
        (RATE, manner.rate),
        (VOLUME, 70),  # of 0..200; at the default of 100 some variants reach the limiter
        (PITCH, manner.pitch),
        (PITCH_RANGE, manner.pitch_range),
        (WORD_GAP, manner.word_gap),
    ):
        library.espeak_SetParameter(parameter, value, 0)


class _Ear:
    """Collects what the library says while it speaks."""

    def __init__(self) -> None:
        self.chunks: list[Samples] = []
        self.words: list[tuple[int, int]] = []

    def hear(self, wave: ctypes._Pointer[ctypes.c_short], count: int, events: ctypes._Pointer[_Event]) -> int:
        if wave and count > 0:
            self.chunks.append(np.ctypeslib.as_array(wave, (count,)).copy())
        index = 0
        while (event := events[index]).type != 0:
            if event.type == WORD_EVENT:
                self.words.append((event.text_position - 1, event.sample))
            index += 1
        return 0


@cache
def load_espeak() -> Espeak:
    """The process's espeak: one lock for all that speak."""
    import espeakng_loader

    return Espeak(espeakng_loader.get_library_path(), espeakng_loader.get_data_path())
