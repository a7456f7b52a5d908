"""A stand-in for an engine class that an assistant wrote around MeloTTS.

    # from my_assistant.tts import MeloTTSEngine
    from melo_tts_dropin import MeloTTSEngine

    engine = MeloTTSEngine(language="ES", speaker="ES", device="cpu", speed=1.3, preload=True)
    samples = engine.synthesize("Son las tres y cuarto.")     # numpy float32
    play(samples, engine.get_sample_rate())

It speaks with the voice inside Habla; give `voice="path/to/MeloTTS-Spanish"` (the folder with
checkpoint.pth and config.json), or set the environment variable HABLA_VOICE, for another one.

What differs from wrapping the Python package: what cannot be spoken raises habla.HablaError
instead of giving half a second of silence; nothing is written to disk; a cached answer is one to
exactly the same question.
"""

from __future__ import annotations

import os
import threading
from typing import Iterator, Optional

import numpy as np

import habla

__all__ = ["MeloTTSEngine"]


class MeloTTSEngine:
    """Text to float32 samples.

    Threads: an engine may be shared; synthesis is one at a time. What `synthesize` returns is the
    caller's to change.
    """

    def __init__(
        self,
        language: str = "ES",
        speaker: str = "ES",
        device: str = "cpu",
        speed: float = 1.0,
        preload: bool = False,
        *,
        voice: Optional[str] = None,
        threads: int = 0,
        seed: int = 0,
        noise_scale: Optional[float] = None,
        noise_scale_w: Optional[float] = None,
        sdp_ratio: Optional[float] = None,
        cache_bytes: int = 32 << 20,
        cache_text_length: int = 50,
    ) -> None:
        """Sets up an engine; `preload` opens and readies the voice now, not at first use.

        Texts of fewer than `cache_text_length` characters are kept in the voice's cache, up to
        `cache_bytes` bytes, the longest unused leaving first. 0 bytes switch that off. Engines that
        use the voice inside Habla use one voice, and the limits of the one opened last.
        """
        if device not in ("cpu", "auto"):
            raise ValueError(f"device is '{device}', and Habla runs on the CPU: give 'cpu'")
        self.language = language
        self.speaker = speaker
        self.speed = speed
        self.seed = seed
        self.noise_scale = noise_scale
        self.noise_scale_w = noise_scale_w
        self.sdp_ratio = sdp_ratio
        self._voice_path = voice if voice is not None else os.environ.get("HABLA_VOICE") or None
        self._threads = threads
        self._voice: Optional[habla.Voice] = None
        self._session: Optional[habla.Session] = None
        self._lock = threading.RLock()
        self._cache_bytes = cache_bytes
        self._cache_text_length = cache_text_length
        if preload:
            self.preload()

    def preload(self) -> None:
        """Opens and readies the voice, so that the first answer is as fast as the tenth."""
        with self._lock:
            self._options()
            self._open().preload()

    def synthesize(self, text: str) -> np.ndarray:
        """The text's samples, float32, one channel. Raises habla.HablaError."""
        with self._lock:
            return self._open().synthesize(text, **self._options()).samples

    def stream(self, text: str) -> Iterator[np.ndarray]:
        """The text's samples piece by piece, each as soon as it is computed."""
        with self._lock:
            chunks = self._open().stream(text, **self._options())
        for chunk in chunks:
            yield chunk.samples

    def get_sample_rate(self) -> int:
        """Samples per second."""
        with self._lock:
            self._open()
            return self._voice.sample_rate if self._voice else 0

    @property
    def cache_info(self) -> habla.CacheInfo:
        """What the voice's cache holds and has done: hits, misses, bytes and so on."""
        with self._lock:
            self._open()
            assert self._voice
            return self._voice.cache_info()

    def clear_cache(self) -> None:
        """Forgets all cached answers."""
        with self._lock:
            if self._voice:
                self._voice.clear_cache()

    def close(self) -> None:
        """Frees voice, session and cache; the engine opens them again when it is used."""
        with self._lock:
            self.clear_cache()
            if self._session:
                self._session.close()
            if self._voice:
                self._voice.close()
            self._session = self._voice = None

    def _open(self) -> habla.Session:
        if self._session is None:
            voice = habla.Voice(self._voice_path) if self._voice_path else habla.Voice.builtin()
            voice.set_cache(self._cache_bytes, self._cache_text_length)
            self._session = habla.Session(voice, threads=self._threads)
            self._voice = voice
        return self._session

    def _options(self) -> dict:
        """Everything beside text and voice that shapes the samples."""
        self._open()
        return {
            "language": self.language,
            "speaker": self._known_speaker(),
            "speed": float(self.speed),
            "seed": self.seed,
            "noise_scale": self.noise_scale,
            "noise_scale_w": self.noise_scale_w,
            "sdp_ratio": self.sdp_ratio,
        }

    def _known_speaker(self) -> Optional[str]:
        """MeloTTS names speakers after languages ("ES", "EN-US"); other voices do not."""
        names = self._voice.speakers if self._voice else {}
        if self.speaker in names:
            return self.speaker
        if self.speaker.split("-")[0].upper() == self.language.split("-")[0].upper():
            return None
        return self.speaker
