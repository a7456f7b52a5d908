import json
import subprocess
import sys

import numpy as np
import pytest

import habla
from melo_tts_dropin import MeloTTSEngine


def test_engine():
    engine = MeloTTSEngine(language="ES", speaker="ES", device="cpu", speed=1.0, preload=True)
    samples = engine.synthesize("Son las tres y cuarto.")
    assert samples.dtype == np.float32 and samples.ndim == 1 and len(samples) > 5000
    assert engine.get_sample_rate() == 22050
    with habla.Session() as session:
        assert np.array_equal(samples, session.synthesize("Son las tres y cuarto.").samples)
    assert np.array_equal(samples, np.concatenate(list(engine.stream("Son las tres y cuarto."))))


def test_cache_key_is_complete():
    engine = MeloTTSEngine(preload=True)
    engine.clear_cache()
    start = engine.cache_info
    first = engine.synthesize("Hola.")
    kept = first.copy()
    first[:] = 0  # The caller's array is not the cached one.
    assert np.array_equal(engine.synthesize("Hola."), kept)
    assert (engine.cache_info.hits, engine.cache_info.misses) == (start.hits + 1, start.misses + 1)
    seen = {engine.synthesize("Hola.").tobytes()}
    engine.speed = 1.3
    seen.add(engine.synthesize("Hola.").tobytes())
    engine.seed = 5
    seen.add(engine.synthesize("Hola.").tobytes())
    engine.noise_scale = 0.1
    seen.add(engine.synthesize("Hola.").tobytes())
    engine.speaker = "F"
    seen.add(engine.synthesize("Hola.").tobytes())
    assert len(seen) == 5
    engine.synthesize("HOLA.")
    assert engine.cache_info.misses == start.misses + 6


def test_cache_is_bounded():
    engine = MeloTTSEngine(cache_bytes=400_000)
    engine.preload()
    engine.clear_cache()
    misses = engine.cache_info.misses
    for i in range(20):
        engine.synthesize(f"Número {i}.")
        assert 0 < engine.cache_info.bytes <= 400_000
    assert 0 < engine.cache_info.entries < 20
    engine.synthesize("Una frase de bastante más de cincuenta caracteres de largo.")
    assert engine.cache_info.misses == misses + 20
    off = MeloTTSEngine(cache_bytes=0)
    off.synthesize("Hola.")
    hits = off.cache_info.hits
    off.synthesize("Hola.")
    assert off.cache_info.hits == hits and off.cache_info.bytes == 0


def test_errors_raise():
    with pytest.raises(ValueError):
        MeloTTSEngine(device="cuda:0")
    with pytest.raises(habla.HablaError):
        MeloTTSEngine(speaker="nobody").synthesize("Hola.")
    with pytest.raises(habla.LanguageError):
        MeloTTSEngine(language="tlh", speaker="tlh").synthesize("Hola.")
    with pytest.raises(habla.FileError):
        MeloTTSEngine(voice="/nonexistent", preload=True)
    engine = MeloTTSEngine()
    engine.close()
    assert len(engine.synthesize("Hola.")) > 0


def test_benchmark_of_the_engine(tmp_path):
    import bench_dropin

    report = tmp_path / "report.json"
    program = [sys.executable, bench_dropin.__file__]
    done = subprocess.run(
        [*program, "--runs", "2", "--cold-runs", "1", "--threads", "1", "--json", str(report)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    rows = [line for line in done.stdout.splitlines() if line.startswith("|")]
    assert len(rows) == 9 and all(line.count("|") == 7 for line in rows)
    found = json.loads(report.read_text())
    assert len(found["cold"]) == len(found["preloaded"]) == 1
    assert len(found["short"]) == len(found["long"]) == len(found["repeated"]) == 2
    for run in found["short"] + found["long"]:
        assert 0 < run["first_audio"] and 0 < run["whole"] and run["audio"] > 0.3
    assert max(run["whole"] for run in found["repeated"]) < min(
        run["whole"] for run in found["short"]
    )
    assert found["memory"] > 1_000_000
