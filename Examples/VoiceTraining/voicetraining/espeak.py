"""espeak-ng through ctypes: phonemes of a clause, and speech with the exact time of every
phoneme."""

from __future__ import annotations

import ctypes as C
import ctypes.util

import numpy as np

_CHARS_UTF8 = 1
_PHONEMES_IPA = 0x02
_AUDIO_OUTPUT_SYNCHRONOUS = 2
_INITIALIZE_PHONEME_EVENTS = 0x0001
_INITIALIZE_PHONEME_IPA = 0x0002
_EVENT_LIST_TERMINATED, _EVENT_END, _EVENT_PHONEME = 0, 5, 7
_RATE, _PITCH, _RANGE = 1, 3, 4


class _Id(C.Union):
    _fields_ = [("number", C.c_int), ("name", C.c_char_p), ("string", C.c_char * 8)]


class _Event(C.Structure):
    _fields_ = [
        ("type", C.c_int),
        ("unique_identifier", C.c_uint),
        ("text_position", C.c_int),
        ("length", C.c_int),
        ("audio_position", C.c_int),
        ("sample", C.c_int),
        ("user_data", C.c_void_p),
        ("id", _Id),
    ]


_CALLBACK = C.CFUNCTYPE(C.c_int, C.POINTER(C.c_short), C.c_int, C.POINTER(_Event))


class Espeak:
    """The process's espeak-ng; its state is global, so a process has one of these at a time."""

    def __init__(self) -> None:
        name = ctypes.util.find_library("espeak-ng") or "libespeak-ng.so.1"
        self._library = library = C.CDLL(name)
        library.espeak_TextToPhonemes.restype = C.c_char_p
        library.espeak_TextToPhonemes.argtypes = [C.POINTER(C.c_void_p), C.c_int, C.c_int]
        library.espeak_Synth.argtypes = [
            C.c_char_p, C.c_size_t, C.c_uint, C.c_int, C.c_uint, C.c_uint, C.c_void_p, C.c_void_p,
        ]  # fmt: skip
        self.sample_rate: int = library.espeak_Initialize(
            _AUDIO_OUTPUT_SYNCHRONOUS, 0, None, _INITIALIZE_PHONEME_EVENTS | _INITIALIZE_PHONEME_IPA
        )
        if self.sample_rate <= 0:
            raise RuntimeError("espeak-ng cannot start: is its data installed?")
        self._pieces: list[np.ndarray] = []
        self._events: list[tuple[int, str | None]] = []
        self._callback = _CALLBACK(self._on_audio)
        library.espeak_SetSynthCallback(self._callback)

    def set_voice(
        self, name: str, rate: int | None = None, pitch: int | None = None, span: int | None = None
    ) -> None:
        """Chooses a voice; rate in words per minute, pitch and span (its range) from 0 to 99."""
        if self._library.espeak_SetVoiceByName(name.encode()) != 0:
            raise ValueError(f"espeak-ng has no voice {name}")
        self.set_prosody(rate, pitch, span)

    def set_prosody(
        self, rate: int | None = None, pitch: int | None = None, span: int | None = None
    ) -> None:
        """Changes what is given and keeps the rest (choosing a voice anew keeps memory for
        good)."""
        for parameter, value in ((_RATE, rate), (_PITCH, pitch), (_RANGE, span)):
            if value is not None:
                self._library.espeak_SetParameter(parameter, value, 0)

    def phonemes(self, clause: str) -> str:
        """IPA of one clause; the pieces that espeak-ng may cut it into are joined by spaces."""
        buffer = C.create_string_buffer(clause.encode() + b"\0")
        position = C.c_void_p(C.addressof(buffer))
        pieces: list[str] = []
        while position.value:
            piece = self._library.espeak_TextToPhonemes(
                C.byref(position), _CHARS_UTF8, _PHONEMES_IPA
            )
            if piece:
                pieces.append(piece.decode())
        return " ".join(pieces)

    def speak(self, text: str) -> tuple[np.ndarray, list[tuple[int, str | None]]]:
        """Samples (float32, full scale 1) at `sample_rate`, and the first sample of every phoneme
        with its IPA; None instead of IPA where a clause ends."""
        self._pieces, self._events = [], []
        data = text.encode() + b"\0"
        self._library.espeak_Synth(data, len(data), 0, 0, 0, _CHARS_UTF8, None, None)
        self._library.espeak_Synchronize()
        samples = np.concatenate(self._pieces) if self._pieces else np.zeros(0, np.int16)
        return samples.astype(np.float32) / 32768, self._events

    def _on_audio(self, samples, count: int, events) -> int:
        if samples and count > 0:
            self._pieces.append(np.ctypeslib.as_array(samples, (count,)).copy())
        i = 0
        while events[i].type != _EVENT_LIST_TERMINATED:
            event = events[i]
            if event.type == _EVENT_PHONEME:
                raw = C.string_at(C.addressof(event.id), 8).split(b"\0")[0]
                self._events.append((event.sample, raw.decode("utf-8", "ignore")))
            elif event.type == _EVENT_END:
                self._events.append((event.sample, None))
            i += 1
        return 0
