"""Sound: WAV files, resampling, log-mel frames and the pitch of each frame (numpy only)."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from .configuration import FILTER_LENGTH, HOP_LENGTH, MELS, SAMPLE_RATE

MINIMUM_PITCH, MAXIMUM_PITCH = 55.0, 420.0
"""Hz: what the tracker looks for."""
LOG_MEL_FLOOR = 1e-4

_WINDOW = np.hanning(FILTER_LENGTH + 1)[:-1].astype(np.float32)


def read_wav(path: Path) -> tuple[np.ndarray, int]:
    """Samples of a PCM WAV file of 8 to 32 bits (float32, channels averaged), and its rate."""
    with wave.open(str(path), "rb") as file:
        width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
        data = file.readframes(file.getnframes())
    if width == 1:
        values = np.frombuffer(data, np.uint8).astype(np.float32) / 128 - 1
    elif width == 3:
        parts = np.frombuffer(data, np.uint8).reshape(-1, 3)
        padded = np.zeros((len(parts), 4), np.uint8)
        padded[:, 1:] = parts
        values = padded.view("<i4")[:, 0].astype(np.float32) / 2**31
    else:
        kind = {2: "<i2", 4: "<i4"}[width]
        values = np.frombuffer(data, kind).astype(np.float32) / 2.0 ** (8 * width - 1)
    return values.reshape(-1, channels).mean(1), rate


def write_wav(path: Path, samples: np.ndarray, rate: int = SAMPLE_RATE) -> None:
    """Writes float samples as 16-bit PCM; what exceeds full scale is clipped."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(to_int16(samples).tobytes())


def to_int16(samples: np.ndarray) -> np.ndarray:
    return np.clip(np.round(samples * 32767), -32768, 32767).astype(np.int16)


def resample(samples: np.ndarray, rate: int, target: int, zeros: int = 24) -> np.ndarray:
    """Band-limited resampling with a Hann-windowed sinc of `zeros` zero crossings on each side."""
    if rate == target or len(samples) == 0:
        return samples.astype(np.float32)
    cutoff = min(1.0, target / rate)
    reach = int(np.ceil(zeros / cutoff))
    padded = np.pad(samples.astype(np.float64), reach + 1)
    offsets = np.arange(-reach, reach + 1)
    pieces = []
    count = int(len(samples) * target / rate)
    for first in range(0, count, 8192):  # bounds the size of the table of taps
        centre = np.arange(first, min(first + 8192, count)) * (rate / target)
        whole = np.floor(centre).astype(int)
        distance = offsets[None] - (centre - whole)[:, None]
        taps = cutoff * np.sinc(cutoff * distance)
        taps *= 0.5 + 0.5 * np.cos(np.pi * np.clip(distance / (reach + 1), -1, 1))
        pieces.append((padded[whole[:, None] + offsets[None] + reach + 1] * taps).sum(1))
    return np.concatenate(pieces).astype(np.float32)


def mel_filters(rate: int, length: int, bands: int) -> np.ndarray:
    """Triangular filters of equal area on Slaney's mel scale, [bands, length / 2 + 1]."""
    step = np.log(6.4) / 27

    def to_mel(hertz: float) -> float:
        return hertz * 3 / 200 if hertz < 1000 else 15 + np.log(hertz / 1000) / step

    mels = np.linspace(0, to_mel(rate / 2), bands + 2)
    edges = np.where(mels < 15, mels * 200 / 3, 1000 * np.exp(step * (mels - 15)))
    low, centre, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    hertz = np.linspace(0, rate / 2, length // 2 + 1)[None]
    rising, falling = (hertz - low) / (centre - low), (high - hertz) / (high - centre)
    return (np.maximum(0, np.minimum(rising, falling)) * 2 / (high - low)).astype(np.float32)


MEL_FILTERS = mel_filters(SAMPLE_RATE, FILTER_LENGTH, MELS)


def frames(samples: np.ndarray) -> np.ndarray:
    """Overlapping stretches centred on every hop, [samples / HOP_LENGTH, FILTER_LENGTH]."""
    edge = (FILTER_LENGTH - HOP_LENGTH) // 2
    padded = np.pad(samples, (edge, edge), mode="reflect" if len(samples) > edge else "constant")
    return np.lib.stride_tricks.sliding_window_view(padded, FILTER_LENGTH)[::HOP_LENGTH]


def log_mel(samples: np.ndarray) -> np.ndarray:
    """Natural logarithm of the mel spectrum's magnitude, [frames, MELS]."""
    magnitude = np.abs(np.fft.rfft(frames(samples) * _WINDOW, axis=1)).astype(np.float32)
    return np.log(np.maximum(magnitude @ MEL_FILTERS.T, LOG_MEL_FLOOR))


def pitch(samples: np.ndarray) -> np.ndarray:
    """F0 of each frame in Hz, 0 where unvoiced, from the normalized autocorrelation.

    The shortest lag that is nearly as good as the best one counts: longer ones are its multiples.
    """
    windowed = frames(samples)
    windowed = (windowed - windowed.mean(1, keepdims=True)) * _WINDOW
    size, half = 2 * FILTER_LENGTH, FILTER_LENGTH // 2
    power = np.abs(np.fft.rfft(windowed, size, axis=1)) ** 2
    correlation = np.fft.irfft(power, axis=1)[:, :half]
    of_window = np.fft.irfft(np.abs(np.fft.rfft(_WINDOW, size)) ** 2)[:half]
    energy = correlation[:, :1] + 1e-9
    ratio = correlation / energy / (of_window / of_window[0])
    low, high = int(SAMPLE_RATE / MAXIMUM_PITCH), int(SAMPLE_RATE / MINIMUM_PITCH)
    part = ratio[:, low:high]
    is_peak = (part[:, 1:-1] >= part[:, :-2]) & (part[:, 1:-1] >= part[:, 2:])
    peaks = np.where(is_peak, part[:, 1:-1], -1)
    best = peaks.max(1)
    lag = np.argmax(peaks >= (best - 0.06)[:, None], axis=1) + 1 + low
    row = np.arange(len(lag))
    before, at, after = ratio[row, lag - 1], ratio[row, lag], ratio[row, lag + 1]
    curve = before - 2 * at + after
    shift = 0.5 * (before - after) / np.where(np.abs(curve) < 1e-9, 1e-9, curve)
    hertz = SAMPLE_RATE / (lag + np.clip(shift, -1, 1))
    return _without_outliers(np.where((best > 0.55) & (energy[:, 0] > 1e-2), hertz, 0.0))


def _without_outliers(hertz: np.ndarray) -> np.ndarray:
    """Drops single voiced frames, evens single ones that jump away from both neighbours, and gives
    the first or last frame of a stretch that jumps away the pitch of its neighbour."""
    result = hertz.copy()

    def is_jump(t: int, other: int, size: float = 0.25) -> bool:
        return abs(np.log(result[t] / result[other])) > size

    for t in range(1, len(result) - 1):
        left, right = result[t - 1], result[t + 1]
        if result[t] > 0 and left == 0 and right == 0:
            result[t] = 0
        elif result[t] > 0 and left > 0 and right > 0:
            if not is_jump(t - 1, t + 1, 0.15) and is_jump(t, t - 1):
                result[t] = (left + right) / 2
    padded = np.concatenate([[0.0], result, [0.0]])
    for step, edges in ((1, padded[:-2] == 0), (-1, padded[2:] == 0)):
        for t in np.nonzero(edges & (result > 0))[0]:
            inner = [t + step, t + 2 * step]
            if not 0 <= inner[1] < len(result) or (result[inner] == 0).any():
                continue
            if is_jump(t, inner[0]) and not is_jump(*inner):
                result[t] = result[inner[0]]
    return result


def log_pitch(hertz: np.ndarray, fallback: float = 120.0) -> np.ndarray:
    """log F0 with unvoiced stretches filled by straight lines."""
    voiced = hertz > 0
    if not voiced.any():
        return np.full(len(hertz), np.log(fallback), np.float32)
    place = np.arange(len(hertz))
    return np.interp(place, place[voiced], np.log(hertz[voiced])).astype(np.float32)
