"""Text to speech with Habla, through its C interface (habla.h) and ctypes.

    import habla

    with habla.Voice.builtin() as voice, habla.Session(voice) as session:
        speech = session.synthesize("Hola, son las tres y cuarto.", speed=1.1)
        speech.save("hola.wav")
        for chunk in session.stream("Una frase larga. Y otra."):
            play(chunk.samples)        # numpy float32; leaving the loop cancels the rest

Samples are numpy arrays of float32 that own their memory. Positions in text are positions in the
Python string, so text[mark.text_begin:mark.text_end] is the word. Errors are exceptions derived
from HablaError with `message` and `hint`.

Threads: a Voice may be shared by any number of threads. A Session speaks one text at a time; calls
from several threads wait for each other, except Session.cancel, which may be called at any time.
The interpreter's lock is not held while Habla computes.

The library is looked for in this order: the path in the environment variable HABLA_LIBRARY; the
library of the prefix that this file was installed to; where the system looks for libhabla.so.0.
"""

from __future__ import annotations

import argparse
import bisect
import ctypes
import ctypes.util
import enum
import os
import pathlib
import sys
import threading
from ctypes import (
    CFUNCTYPE,
    POINTER,
    Structure,
    c_char,
    c_char_p,
    c_double,
    c_float,
    c_int16,
    c_int32,
    c_int64,
    c_size_t,
    c_uint32,
    c_uint64,
    c_void_p,
)
from dataclasses import dataclass, field
from typing import Callable, Iterable, Iterator, Optional, Union

import numpy as np

__version__ = "0.1.0"

# ------------------------------------------------------------------------------------- structs --


class _Error(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("status", c_int32),
        ("message", c_char * 512),
        ("hint", c_char * 512),
    ]


class _VoiceOptions(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("dictionary", c_char_p),
        ("pronunciation", c_char_p),
    ]


class _Speaker(Structure):
    _fields_ = [("name", c_char_p), ("id", c_int32), ("reserved", c_uint32)]


class _VoiceInfo(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("sample_rate", c_int32),
        ("hop_length", c_int32),
        ("default_speaker", c_int32),
        ("family", c_char_p),
        ("languages", POINTER(c_char_p)),
        ("language_count", c_size_t),
        ("speakers", POINTER(_Speaker)),
        ("speaker_count", c_size_t),
        ("symbols", POINTER(c_char_p)),
        ("symbol_count", c_size_t),
        ("noise_scale", c_double),
        ("noise_scale_w", c_double),
        ("sdp_ratio", c_double),
        ("weight_count", c_int64),
    ]


class _CacheInfo(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("packs", c_int32),
        ("byte_limit", c_int64),
        ("character_limit", c_int64),
        ("bytes", c_int64),
        ("entries", c_int64),
        ("hits", c_int64),
        ("misses", c_int64),
        ("evictions", c_int64),
        ("pack_phrases", c_int64),
        ("pack_hits", c_int64),
        ("pack_damaged", c_int64),
    ]


class _SessionOptions(Structure):
    _fields_ = [("struct_size", c_uint32), ("threads", c_int32)]


class _Options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("input", c_int32),
        ("speaker", c_char_p),
        ("language", c_char_p),
        ("seed", c_uint64),
        ("speed", c_double),
        ("noise_scale", c_double),
        ("noise_scale_w", c_double),
        ("sdp_ratio", c_double),
        ("volume", c_double),
        ("sentence_silence", c_double),
        ("paragraph_silence", c_double),
        ("speaker_id", c_int32),
        ("flags", c_uint32),
        ("first_chunk_frames", c_int32),
        ("largest_chunk_frames", c_int32),
        ("output_rate", c_int32),
        ("lexicon", c_char_p),
    ]


class _Mark(Structure):
    _fields_ = [
        ("kind", c_int32),
        ("reserved", c_uint32),
        ("text_begin", c_int64),
        ("text_end", c_int64),
        ("sample_begin", c_int64),
        ("sample_end", c_int64),
        ("label", c_char_p),
    ]


class _Chunk(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("samples", POINTER(c_float)),
        ("sample_count", c_size_t),
        ("sample_position", c_int64),
        ("text_begin", c_int64),
        ("text_end", c_int64),
        ("marks", POINTER(_Mark)),
        ("mark_count", c_size_t),
        ("skipped", POINTER(c_char_p)),
        ("skipped_count", c_size_t),
        ("sample_rate", c_int32),
        ("sentence", c_int32),
    ]


STRUCTS: dict[str, type[Structure]] = {
    "habla_error": _Error,
    "habla_voice_options": _VoiceOptions,
    "habla_speaker": _Speaker,
    "habla_voice_info": _VoiceInfo,
    "habla_cache_info": _CacheInfo,
    "habla_session_options": _SessionOptions,
    "habla_options": _Options,
    "habla_mark": _Mark,
    "habla_chunk": _Chunk,
}
"""The structs of habla.h by name, for tests of their layout."""

_SIZES_64_BIT = {
    "habla_error": 1032,
    "habla_voice_options": 24,
    "habla_speaker": 16,
    "habla_voice_info": 104,
    "habla_cache_info": 88,
    "habla_session_options": 8,
    "habla_options": 120,
    "habla_mark": 48,
    "habla_chunk": 88,
}

if ctypes.sizeof(c_void_p) == 8:
    for _name, _size in _SIZES_64_BIT.items():
        if ctypes.sizeof(STRUCTS[_name]) != _size:
            raise ImportError(
                f"{_name} has {ctypes.sizeof(STRUCTS[_name])} bytes here, expected {_size}"
            )

# ------------------------------------------------------------------------------------- library --

_CHUNK, _END, _CANCELLED, _NEED_TEXT = 1, 2, 3, 4
_VOICE_DEFAULT = -1.0
_SPEAKER_DEFAULT = -1
_PRESETS = {"default": 0, "assistant": 1}

_CHUNK_CALLBACK = CFUNCTYPE(c_int32, c_void_p, POINTER(_Chunk))
_LOG_CALLBACK = CFUNCTYPE(None, c_void_p, c_int32, c_char_p)

# Handles are c_void_p. name: (result, arguments)
_FUNCTIONS: dict[str, tuple] = {
    "habla_version": (c_char_p, []),
    "habla_version_number": (c_int32, []),
    "habla_status_name": (c_char_p, [c_int32]),
    "habla_error_init": (c_int32, [POINTER(_Error), c_size_t]),
    "habla_voice_options_init": (c_int32, [POINTER(_VoiceOptions), c_size_t]),
    "habla_voice_open": (c_void_p, [c_char_p, POINTER(_VoiceOptions), POINTER(_Error)]),
    "habla_voice_open_bytes": (
        c_void_p,
        [c_void_p, c_size_t, POINTER(_VoiceOptions), POINTER(_Error)],
    ),
    "habla_voice_open_builtin": (c_void_p, [POINTER(_VoiceOptions), POINTER(_Error)]),
    "habla_voice_retain": (c_void_p, [c_void_p]),
    "habla_voice_release": (None, [c_void_p]),
    "habla_voice_describe": (POINTER(_VoiceInfo), [c_void_p]),
    "habla_cache_info_init": (c_int32, [POINTER(_CacheInfo), c_size_t]),
    "habla_voice_cache_set": (c_int32, [c_void_p, c_int64, c_int64]),
    "habla_voice_cache_read": (c_int32, [c_void_p, POINTER(_CacheInfo)]),
    "habla_voice_cache_clear": (c_int32, [c_void_p]),
    "habla_voice_add_pack": (c_int32, [c_void_p, c_char_p, POINTER(_Error)]),
    "habla_session_options_init": (c_int32, [POINTER(_SessionOptions), c_size_t]),
    "habla_session_create": (c_void_p, [c_void_p, POINTER(_SessionOptions), POINTER(_Error)]),
    "habla_session_free": (None, [c_void_p]),
    "habla_options_init": (c_int32, [POINTER(_Options), c_size_t]),
    "habla_options_init_preset": (c_int32, [POINTER(_Options), c_size_t, c_int32]),
    "habla_session_start": (c_int32, [c_void_p, c_char_p, POINTER(_Options)]),
    "habla_session_start_incremental": (c_int32, [c_void_p, POINTER(_Options)]),
    "habla_session_append": (c_int32, [c_void_p, c_char_p]),
    "habla_session_finish": (c_int32, [c_void_p]),
    "habla_session_next": (c_int32, [c_void_p, POINTER(POINTER(_Chunk))]),
    "habla_session_speak": (
        c_int32,
        [c_void_p, c_char_p, POINTER(_Options), _CHUNK_CALLBACK, c_void_p],
    ),
    "habla_session_synthesize": (
        c_int32,
        [c_void_p, c_char_p, POINTER(_Options), POINTER(POINTER(_Chunk))],
    ),
    "habla_session_preload": (c_int32, [c_void_p]),
    "habla_session_cancel": (None, [c_void_p]),
    "habla_session_message": (c_char_p, [c_void_p]),
    "habla_session_hint": (c_char_p, [c_void_p]),
    "habla_wav_write": (
        c_int32,
        [c_char_p, POINTER(c_float), c_size_t, c_int32, c_int32, POINTER(_Error)],
    ),
    "habla_pcm16": (
        c_int32,
        [POINTER(c_float), c_size_t, POINTER(c_int16), POINTER(c_size_t)],
    ),
    "habla_log_set": (c_int32, [_LOG_CALLBACK, c_void_p, c_int32]),
}


def _load_library() -> ctypes.CDLL:
    name = "libhabla.0.dylib" if sys.platform == "darwin" else "libhabla.so.0"
    candidates = []
    if os.environ.get("HABLA_LIBRARY"):
        candidates = [os.environ["HABLA_LIBRARY"]]
    else:
        # PREFIX/share/habla/python/habla.py belongs to PREFIX/lib/libhabla.so.0.
        folders = pathlib.Path(__file__).resolve().parents
        if len(folders) > 3 and (folders[3] / "lib" / name).exists():
            candidates.append(str(folders[3] / "lib" / name))
        candidates.append(name)
        found = ctypes.util.find_library("habla")
        if found:
            candidates.append(found)
    problems = []
    for candidate in candidates:
        try:
            library = ctypes.CDLL(candidate)
        except OSError as problem:
            problems.append(str(problem))
            continue
        for function, (result, arguments) in _FUNCTIONS.items():
            try:
                symbol = getattr(library, function)
            except AttributeError:
                raise ImportError(f"{candidate} has no function {function}") from None
            symbol.restype = result
            symbol.argtypes = arguments
        return library
    raise ImportError(
        "libhabla was not found: install Habla, or set HABLA_LIBRARY to the path of libhabla.so.0\n"
        + "\n".join(problems)
    )


_lib = _load_library()


def version() -> str:
    """The version of the library that runs."""
    return _lib.habla_version().decode()


# -------------------------------------------------------------------------------------- errors --


class HablaError(Exception):
    """Why something could not be done.

    `message` says what was wrong, `hint` what to do about it (or ""), `status` is the number of
    habla.h.
    """

    status = 0

    def __init__(self, message: str, hint: str = "", status: Optional[int] = None) -> None:
        super().__init__(f"{message} ({hint})" if hint else message)
        self.message = message
        self.hint = hint
        if status is not None:
            self.status = status


class FileError(HablaError, OSError):
    """The system refused to read or write."""

    status = -1


class FormatError(HablaError, ValueError):
    """A file is not what its format demands."""

    status = -2


class UnsupportedError(HablaError):
    """A file or request is sound but asks for something that Habla does not do."""

    status = -3


class LanguageError(HablaError, ValueError):
    """The voice or espeak-ng does not have the language."""

    status = -4


class TextError(HablaError, ValueError):
    """The text or the phonemes cannot be spoken."""

    status = -5


class MemoryLimitError(HablaError, MemoryError):
    """It would take more memory than is allowed."""

    status = -6


class ArgumentError(HablaError, ValueError):
    """An argument or option is out of range."""

    status = -7


class InternalError(HablaError, RuntimeError):
    """A defect in Habla."""

    status = -8


class Cancelled(HablaError):
    """The synthesis was cancelled."""

    status = _CANCELLED


_ERRORS: dict[int, type[HablaError]] = {
    error.status: error
    for error in (
        FileError,
        FormatError,
        UnsupportedError,
        LanguageError,
        TextError,
        MemoryLimitError,
        ArgumentError,
        InternalError,
    )
}


def _exception(status: int, message: bytes, hint: bytes) -> HablaError:
    return _ERRORS.get(status, HablaError)(
        message.decode("utf-8", "replace") or _lib.habla_status_name(status).decode(),
        hint.decode("utf-8", "replace"),
        status,
    )


class _ErrorSlot:
    """An empty habla_error, and the exception it becomes."""

    def __init__(self) -> None:
        self.struct = _Error()
        _lib.habla_error_init(self.struct, ctypes.sizeof(_Error))

    def exception(self) -> HablaError:
        return _exception(self.struct.status, self.struct.message, self.struct.hint)


# -------------------------------------------------------------------------------------- speech --


class MarkKind(enum.IntEnum):
    """What a mark stands for."""

    SENTENCE = 1
    WORD = 2
    PHONEME = 3


@dataclass(frozen=True)
class Mark:
    """Something at a place in the text and in the speech.

    Text positions are -1 where not known; sample positions count from the start of the speech.
    `label` is a phoneme's symbol.
    """

    kind: Union[MarkKind, int]
    text_begin: int
    text_end: int
    sample_begin: int
    sample_end: int
    label: str = ""


@dataclass(frozen=True)
class Chunk:
    """A piece of speech, as a stream gives it."""

    samples: np.ndarray
    """float32, one channel, full scale -1 to 1."""
    sample_rate: int
    """Samples per second."""
    sample_position: int
    """Of the first sample in the whole speech."""
    sentence: int
    """Number of the sentence, from 0."""
    text_begin: int
    """Where the sentence begins in the text."""
    text_end: int
    """Where it ends."""
    is_sentence_begin: bool
    is_sentence_end: bool
    marks: list[Mark] = field(default_factory=list)
    """What begins in this chunk, in order of its start."""
    skipped: list[str] = field(default_factory=list)
    """Symbols that the voice does not have and that were left out."""

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.sample_rate

    @property
    def pcm16(self) -> np.ndarray:
        """The samples as int16, see to_pcm16."""
        return to_pcm16(self.samples)[0]


@dataclass(frozen=True)
class Speech:
    """A whole text, spoken."""

    samples: np.ndarray
    """float32, one channel, full scale -1 to 1."""
    sample_rate: int
    """Samples per second."""
    marks: list[Mark] = field(default_factory=list)
    """Sentences, words and phonemes in order of their start."""
    skipped: list[str] = field(default_factory=list)
    """Symbols that the voice does not have and that were left out."""

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.sample_rate

    @property
    def pcm16(self) -> np.ndarray:
        """The samples as int16, see to_pcm16."""
        return to_pcm16(self.samples)[0]

    def save(self, path: Union[str, os.PathLike], float32: bool = False) -> None:
        """Writes a WAV file, see save_wav."""
        save_wav(path, self.samples, self.sample_rate, float32)


def save_wav(
    path: Union[str, os.PathLike], samples: np.ndarray, sample_rate: int, float32: bool = False
) -> None:
    """Writes samples to a WAV file: 16-bit integers, clipped, or 32-bit floats as they are."""
    flat = np.ascontiguousarray(samples, dtype=np.float32).reshape(-1)
    error = _ErrorSlot()
    status = _lib.habla_wav_write(
        _c_string(os.fspath(path), "path"),
        flat.ctypes.data_as(POINTER(c_float)),
        flat.size,
        sample_rate,
        1 if float32 else 0,
        error.struct,
    )
    if status != 0:
        raise error.exception()


def to_pcm16(samples: np.ndarray) -> tuple[np.ndarray, int]:
    """Samples as int16, full scale -32767 to 32767, and how many beyond it were clipped."""
    flat = np.ascontiguousarray(samples, dtype=np.float32).reshape(-1)
    pcm = np.empty(flat.size, dtype=np.int16)
    clipped = c_size_t()
    status = _lib.habla_pcm16(
        flat.ctypes.data_as(POINTER(c_float)),
        flat.size,
        pcm.ctypes.data_as(POINTER(c_int16)),
        ctypes.byref(clipped),
    )
    if status != 0:
        raise _exception(status, b"", b"")
    return pcm, clipped.value


class _TextPositions:
    """From positions in UTF-8 bytes to positions in the string."""

    def __init__(self, text: str) -> None:
        # Ends of the characters, in bytes; None while every character is one byte.
        self._ends: Optional[list[int]] = None
        self._length = 0
        self.append(text)

    def append(self, text: str) -> None:
        """Adds what follows the text so far."""
        if self._ends is None and not text.isascii():
            self._ends = list(range(1, self._length + 1))
        if self._ends is None:
            self._length += len(text)
            return
        total = self._ends[-1] if self._ends else 0
        for character in text:
            total += len(character.encode("utf-8"))
            self._ends.append(total)

    def __call__(self, byte: int) -> int:
        if byte < 0 or self._ends is None:
            return byte
        return bisect.bisect_right(self._ends, byte)


def _c_string(text: str, name: str) -> bytes:
    if not isinstance(text, str):
        raise TypeError(f"{name} must be a str, not {type(text).__name__}")
    if "\0" in text:
        raise ArgumentError(f"{name} has a NUL at position {text.index(chr(0))}")
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as problem:
        raise TextError(f"{name} has half a surrogate pair at position {problem.start}") from None


def _copy_samples(chunk: _Chunk) -> np.ndarray:
    if chunk.sample_count == 0:
        return np.zeros(0, dtype=np.float32)
    return np.ctypeslib.as_array(chunk.samples, shape=(chunk.sample_count,)).copy()


def _copy_marks(chunk: _Chunk, position: _TextPositions) -> list[Mark]:
    marks = []
    for i in range(chunk.mark_count):
        mark = chunk.marks[i]
        kind = MarkKind(mark.kind) if 1 <= mark.kind <= 3 else mark.kind
        marks.append(
            Mark(
                kind,
                position(mark.text_begin),
                position(mark.text_end),
                mark.sample_begin,
                mark.sample_end,
                mark.label.decode("utf-8"),
            )
        )
    return marks


def _copy_skipped(chunk: _Chunk) -> list[str]:
    return [chunk.skipped[i].decode("utf-8") for i in range(chunk.skipped_count)]


# -------------------------------------------------------------------------------------- voices --


@dataclass(frozen=True)
class CacheInfo:
    """What a voice's cache holds and has done since the voice was opened."""

    byte_limit: int
    character_limit: int
    bytes: int
    """Held now: samples, marks and keys; never more than byte_limit."""
    entries: int
    """Texts held now."""
    hits: int
    """Texts that were given from the cache."""
    misses: int
    """Texts short enough for the cache that were not in it."""
    evictions: int
    """Texts that left to make room."""
    packs: int
    """Packs that were added."""
    pack_phrases: int
    """Phrases in them."""
    pack_hits: int
    """Texts that were given from a pack."""
    pack_damaged: int
    """Times that a phrase was found damaged, and synthesized instead."""


class Voice:
    """A voice: a network with its weights and the rules by which it reads text.

    Voice(path) opens one of Habla's own files, or a voice as its authors publish it: a MeloTTS
    folder, a Piper NAME.onnx, a Hugging Face VITS folder. Closing it leaves sessions that use it
    alone.

    `dictionary` is the path of an English pronouncing dictionary in the form of CMUdict, for
    MeloTTS voices that speak English; without it cmudict.dict in the voice's folder is read, if it
    is there. FormatError numbers its lines that are wrong.

    `pronunciation` is the folder of a pronunciation model (import_gruut.py makes it), for MeloTTS
    voices that speak Spanish or French: words are then spoken as the Python original says them.
    Without it the folder "pronunciation" in the voice's folder is used, if it is there; "off" is for
    none.
    """

    def __init__(
        self,
        path: Union[str, os.PathLike],
        dictionary: Union[str, os.PathLike, None] = None,
        pronunciation: Union[str, os.PathLike, None] = None,
    ) -> None:
        error = _ErrorSlot()
        options = _VoiceOptions()
        _lib.habla_voice_options_init(options, ctypes.sizeof(options))
        if dictionary is not None:
            options.dictionary = _c_string(os.fspath(dictionary), "dictionary")
        if pronunciation is not None:
            options.pronunciation = _c_string(os.fspath(pronunciation), "pronunciation")
        self._open(
            _lib.habla_voice_open(_c_string(os.fspath(path), "path"), options, error.struct), error
        )

    @classmethod
    def builtin(cls) -> "Voice":
        """The voice that is part of the library."""
        error = _ErrorSlot()
        voice = cls.__new__(cls)
        voice._open(_lib.habla_voice_open_builtin(None, error.struct), error)
        return voice

    @classmethod
    def from_bytes(cls, data: bytes) -> "Voice":
        """A voice from the bytes of one of Habla's own files."""
        error = _ErrorSlot()
        voice = cls.__new__(cls)
        held = bytes(data)
        voice._open(_lib.habla_voice_open_bytes(held, len(held), None, error.struct), error)
        return voice

    def _open(self, handle: Optional[int], error: _ErrorSlot) -> None:
        self._handle = handle
        if not handle:
            raise error.exception()
        info = _lib.habla_voice_describe(handle).contents
        self.family: str = info.family.decode()
        """"melotts", "piper" or "hfvits"."""
        self.sample_rate: int = info.sample_rate
        """Samples per second."""
        self.hop_length: int = info.hop_length
        """Samples per frame."""
        self.languages: list[str] = [
            info.languages[i].decode() for i in range(info.language_count)
        ]
        """Codes that the voice speaks; the first is its default."""
        self.speakers: dict[str, int] = {
            info.speakers[i].name.decode(): info.speakers[i].id for i in range(info.speaker_count)
        }
        """Numbers of the speakers by name; empty for one speaker without a name."""
        self.symbols: list[str] = [info.symbols[i].decode() for i in range(info.symbol_count)]
        """Phoneme symbols by token id."""
        self.noise_scale: float = info.noise_scale
        self.noise_scale_w: float = info.noise_scale_w
        self.sdp_ratio: float = info.sdp_ratio
        self.weight_count: int = info.weight_count
        """Numbers in the network."""

    def set_cache(self, byte_limit: int = 16 << 20, character_limit: int = 50) -> None:
        """Sets how much the voice's cache of short answers may hold; 0 bytes switch it off.

        Texts of fewer than `character_limit` characters enter once they have been spoken to their
        end, and are given again at once when text and options (the seed too) are the same. The
        cache is the voice's: all its sessions share it, and so does everyone in this process who
        uses the voice inside the library.
        """
        if _lib.habla_voice_cache_set(self._handle, byte_limit, character_limit) != 0:
            raise ArgumentError("the voice is closed, or a limit of its cache is negative")

    def cache_info(self) -> CacheInfo:
        """What the voice's cache holds and has done."""
        info = _CacheInfo()
        _lib.habla_cache_info_init(info, ctypes.sizeof(info))
        if _lib.habla_voice_cache_read(self._handle, info) != 0:
            raise ArgumentError("the voice is closed")
        return CacheInfo(**{name: getattr(info, name) for name, _ in info._fields_[1:]})

    def clear_cache(self) -> None:
        """Lets go of everything in the voice's cache; limits and counters stay."""
        if _lib.habla_voice_cache_clear(self._handle) != 0:
            raise ArgumentError("the voice is closed")

    def add_pack(self, path: Union[str, os.PathLike]) -> None:
        """Adds a pack of phrases spoken ahead (habla pack PHRASES -o FILE).

        Asked for exactly the text of one with the options that the pack was made with, the voice's
        sessions give it at once. A pack of another voice or version raises UnsupportedError, a
        damaged one FormatError.
        """
        error = _ErrorSlot()
        if _lib.habla_voice_add_pack(
            self._handle, _c_string(os.fspath(path), "path"), error.struct
        ):
            raise error.exception()

    def close(self) -> None:
        """Gives the voice back. Further calls do nothing."""
        handle, self._handle = getattr(self, "_handle", None), None
        if handle:
            _lib.habla_voice_release(handle)

    def __enter__(self) -> "Voice":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()


# ------------------------------------------------------------------------------------ sessions --


class Session:
    """Speaks with a voice, one text at a time.

    It owns threads and working memory: keep it rather than make one per text. `threads` 0 means
    one per processor, at most four.

    synthesize, stream and push take the same options, by name; what is left out is the voice's:
    speaker (name or number), language, speed (0.25...4), noise_scale, noise_scale_w (0...2),
    sdp_ratio (0...1), seed, volume (0...10), sentence_silence, paragraph_silence (seconds),
    first_chunk_frames, largest_chunk_frames, phonemes (True: the text is phoneme symbols),
    verbatim (True: numbers, dates and abbreviations are left to espeak-ng), output_rate (8000 to
    192000 samples per second; None: the voice's), lexicon (how words are spoken: a dict such as
    {"ChatGPT": "chat ye pe te", "wifi": "/wˈifi/"}, where slashes enclose phonemes of the voice, or
    the text of a lexicon as habla.h describes it, or the pathlib.Path of a file with it; FormatError
    numbers the lines that are wrong). preset="assistant" starts from speed 1.3 and short silences,
    which the other options may change.
    """

    def __init__(self, voice: Optional[Voice] = None, threads: int = 0) -> None:
        self._handle = None
        self._lock = threading.RLock()
        self._text_number = 0
        options = _SessionOptions()
        _lib.habla_session_options_init(options, ctypes.sizeof(options))
        options.threads = threads
        error = _ErrorSlot()
        own = Voice.builtin() if voice is None else None
        self._handle = _lib.habla_session_create((own or voice)._handle, options, error.struct)
        if own:
            own.close()
        if not self._handle:
            raise error.exception()

    def synthesize(self, text: str, **options: object) -> Speech:
        """Speaks a whole text. Text without anything to speak gives no samples."""
        data, position = _c_string(text, "text"), _TextPositions(text)
        chunk = POINTER(_Chunk)()
        with self._lock:
            self._text_number += 1
            status = _lib.habla_session_synthesize(
                self._handle, data, _options(options), ctypes.byref(chunk)
            )
            if status != 0:
                raise self._exception(status)
            if not chunk:
                return Speech(np.zeros(0, dtype=np.float32), 0)
            found = chunk.contents
            return Speech(
                _copy_samples(found),
                found.sample_rate,
                _copy_marks(found, position),
                _copy_skipped(found),
            )

    def stream(self, text: Union[str, Iterable[str]], **options: object) -> Iterator[Chunk]:
        """Speaks a text piece by piece, each as soon as it is computed.

        The text may still be written: an iterable of its pieces, such as the tokens of a language
        model, which is asked for the next piece when there is nothing left to speak without it. A
        sentence is spoken as soon as the words behind it show that it has ended. Positions count
        from the start of the whole text.

        Errors in options and text raise here, others in the loop. Leaving the loop, closing the
        generator and starting another text end the speech; `cancel` raises Cancelled in the loop.
        """
        pieces: Iterator[str] = iter(())
        position = _TextPositions(text if isinstance(text, str) else "")
        if isinstance(text, str):
            data = _c_string(text, "text")
        elif isinstance(text, Iterable) and not isinstance(text, (bytes, bytearray, memoryview)):
            pieces = iter(text)
        else:
            raise TypeError(f"text must be a str or an iterable of str, not {type(text).__name__}")
        with self._lock:
            self._text_number += 1
            number = self._text_number
            if isinstance(text, str):
                status = _lib.habla_session_start(self._handle, data, _options(options))
            else:
                status = _lib.habla_session_start_incremental(self._handle, _options(options))
            if status != 0:
                raise self._exception(status)
        return self._pull(number, position, pieces)

    def _append(self, pieces: Iterator[str], position: _TextPositions) -> None:
        """Takes the next piece of a text that is being written, or finishes it."""
        piece = next(pieces, None)
        if piece is None:
            status = _lib.habla_session_finish(self._handle)
        else:
            status = _lib.habla_session_append(self._handle, _c_string(piece, "a piece of text"))
            position.append(piece)
        # Cancelled: the next call says so.
        if status not in (0, _CANCELLED):
            raise self._exception(status)

    def _pull(
        self, number: int, position: _TextPositions, pieces: Iterator[str]
    ) -> Iterator[Chunk]:
        chunk = POINTER(_Chunk)()
        try:
            while True:
                with self._lock:
                    if number != self._text_number:
                        raise Cancelled("another text was started with this session")
                    status = _lib.habla_session_next(self._handle, ctypes.byref(chunk))
                    if status == _END:
                        return
                    if status == _CHUNK:
                        piece = _copy_chunk(chunk.contents, position)
                    elif status != _NEED_TEXT:
                        raise self._exception(status)
                if status == _CHUNK:
                    yield piece
                else:
                    self._append(pieces, position)
        finally:
            if number == self._text_number:
                self.cancel()

    def push(
        self, text: str, receive: Callable[[Chunk], object], **options: object
    ) -> bool:
        """Speaks a text and hands each piece to `receive`, which returns True to stop.

        Returns whether everything was spoken. What `receive` raises ends the speech and is raised
        again here.
        """
        data, position = _c_string(text, "text"), _TextPositions(text)
        raised: list[BaseException] = []

        def call(_: object, chunk: "ctypes._Pointer[_Chunk]") -> int:
            try:
                return 1 if receive(_copy_chunk(chunk.contents, position)) else 0
            except BaseException as problem:
                raised.append(problem)
                return 1

        with self._lock:
            self._text_number += 1
            status = _lib.habla_session_speak(
                self._handle, data, _options(options), _CHUNK_CALLBACK(call), None
            )
            if raised:
                raise raised[0]
            if status < 0:
                raise self._exception(status)
        return status == _END

    def preload(self) -> None:
        """Readies everything, so that the first text is spoken as fast as the tenth.

        Takes about as long as speaking a sentence, and changes no sample.
        """
        with self._lock:
            self._text_number += 1
            status = _lib.habla_session_preload(self._handle)
            if status != 0:
                raise self._exception(status)

    def cancel(self) -> None:
        """Stops what is being spoken, from any thread."""
        if self._handle:
            _lib.habla_session_cancel(self._handle)

    def close(self) -> None:
        """Frees the session. Further calls do nothing; others raise ArgumentError."""
        handle, self._handle = getattr(self, "_handle", None), None
        if handle:
            _lib.habla_session_free(handle)

    def _exception(self, status: int) -> HablaError:
        if status == _CANCELLED:
            return Cancelled("the synthesis was cancelled")
        return _exception(
            status,
            _lib.habla_session_message(self._handle),
            _lib.habla_session_hint(self._handle),
        )

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()


def _copy_chunk(chunk: _Chunk, position: _TextPositions) -> Chunk:
    return Chunk(
        samples=_copy_samples(chunk),
        sample_rate=chunk.sample_rate,
        sample_position=chunk.sample_position,
        sentence=chunk.sentence,
        text_begin=position(chunk.text_begin),
        text_end=position(chunk.text_end),
        is_sentence_begin=bool(chunk.flags & 1),
        is_sentence_end=bool(chunk.flags & 2),
        marks=_copy_marks(chunk, position),
        skipped=_copy_skipped(chunk),
    )


def _lexicon(given: object) -> bytes:
    """The text of a lexicon given as its text, as its file or as words and pronunciations."""
    if isinstance(given, dict):
        for entry in given.items():
            for part in entry:
                if not isinstance(part, str):
                    raise TypeError(f"lexicon entries must be str, not {type(part).__name__}")
                if "\n" in part or "\r" in part or "=" in entry[0]:
                    raise ArgumentError(f"lexicon: {entry[0]!r} is not one word and one line")
        given = "".join(f"{word} = {spoken}\n" for word, spoken in given.items())
    elif isinstance(given, os.PathLike):
        try:
            given = pathlib.Path(given).read_text("utf-8-sig")
        except UnicodeDecodeError as problem:
            raise FormatError(f"{given}: is not UTF-8 at byte {problem.start}") from None
        except OSError as problem:
            raise FileError(f"{given}: {problem.strerror}") from None
    return _c_string(given, "lexicon")  # type: ignore[arg-type]


def _options(given: dict[str, object]) -> _Options:
    options = _Options()
    preset = given.get("preset") or "default"
    if preset not in _PRESETS:
        raise ArgumentError(f"preset is '{preset}', expected one of {', '.join(_PRESETS)}")
    size = ctypes.sizeof(options)
    if _lib.habla_options_init_preset(options, size, _PRESETS[preset]) != 0:
        raise UnsupportedError(f"this libhabla does not have the preset '{preset}'")
    for name, value in given.items():
        if name == "preset":
            pass
        elif name == "speaker":
            if isinstance(value, str):
                options.speaker = _c_string(value, "speaker")
            elif value is not None:
                # -1 stands for the default speaker, which is not what a caller's -1 means.
                number = int(value)  # type: ignore[call-overload]
                options.speaker_id = number if 0 <= number < 2**31 else -2
        elif name == "language":
            options.language = None if value is None else _c_string(str(value), "language")
        elif name == "lexicon":
            options.lexicon = None if value is None else _lexicon(value)
        elif name == "phonemes":
            options.input = 1 if value else 0
        elif name == "verbatim":
            options.flags = 1 if value else 0
        elif name == "seed":
            seed = int(value)  # type: ignore[call-overload]
            if not 0 <= seed < 2**64:
                raise ArgumentError(f"seed is {seed}, expected 0...2^64 - 1")
            options.seed = seed
        elif name in ("first_chunk_frames", "largest_chunk_frames"):
            setattr(options, name, max(min(int(value), 2**31 - 1), 0))  # type: ignore
        elif name == "output_rate":
            if value is not None:
                # 0 stands for the voice's rate, which is None here.
                rate = int(value)  # type: ignore[call-overload]
                options.output_rate = rate if 0 < rate < 2**31 else -1
        elif name in ("noise_scale", "noise_scale_w", "sdp_ratio"):
            if value is not None:
                scale = float(value)  # type: ignore[arg-type]
                # The number that stands for the voice's own value is not offered here.
                setattr(options, name, -2.0 if scale == _VOICE_DEFAULT else scale)
        elif name in ("speed", "volume", "sentence_silence", "paragraph_silence"):
            if value is not None:
                setattr(options, name, float(value))  # type: ignore[arg-type]
        else:
            raise TypeError(f"there is no option '{name}'")
    return options


# ----------------------------------------------------------------------------------------- log --


class LogLevel(enum.IntEnum):
    """How much is logged."""

    OFF = 0
    ERROR = 1
    WARNING = 2
    INFO = 3
    DEBUG = 4


_log_lock = threading.Lock()
_log_callback: Optional[object] = None


def set_log(
    receive: Optional[Callable[[int, str], None]], level: LogLevel = LogLevel.WARNING
) -> None:
    """Sets who gets Habla's messages, for the whole process; None for nobody.

    `receive(level, message)` runs in the thread that caused the message. It must not wait for
    other threads that use Habla.
    """
    global _log_callback

    def call(_: object, message_level: int, message: bytes) -> None:
        if receive:
            receive(message_level, message.decode("utf-8", "replace"))

    with _log_lock:
        callback = _LOG_CALLBACK(call) if receive else _LOG_CALLBACK()
        if _lib.habla_log_set(callback, None, int(level)) != 0:
            raise ArgumentError(f"level is {level}, expected 0...4")
        # Kept alive until the next one has taken its place.
        _log_callback = callback


# ------------------------------------------------------------------------------------- program --


def main() -> int:
    """python -m habla TEXT -o FILE.wav: speaks a text into a file."""
    parser = argparse.ArgumentParser(prog="python -m habla", description=main.__doc__)
    parser.add_argument("text")
    parser.add_argument("-o", "--output", default="speech.wav")
    parser.add_argument("-v", "--voice", help="a voice file or folder; default: built in")
    parser.add_argument("-s", "--speaker")
    parser.add_argument("-l", "--language")
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--float32", action="store_true", help="32-bit float samples")
    given = parser.parse_args()
    try:
        with Voice(given.voice) if given.voice else Voice.builtin() as voice:
            with Session(voice) as session:
                speech = session.synthesize(
                    given.text,
                    speaker=given.speaker,
                    language=given.language,
                    speed=given.speed,
                    seed=given.seed,
                )
                if len(speech.samples) == 0:
                    raise TextError("there is nothing to speak in the text")
                speech.save(given.output, given.float32)
    except HablaError as error:
        print(f"habla: {error.message}", file=sys.stderr)
        if error.hint:
            print(f"hint: {error.hint}", file=sys.stderr)
        return 1
    print(f"{given.output}: {speech.duration:.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
