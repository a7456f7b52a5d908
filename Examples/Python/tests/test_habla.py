import gc
import os
import pathlib
import resource
import shutil
import threading
import wave

import numpy as np
import pytest

import habla

TEXT = "Hola, ¿qué tal? Son las tres y cuarto. Mañana será otro día."


def samples_of(session, text, **options):
    return session.synthesize(text, **options).samples


def test_voice(voice):
    assert voice.sample_rate > 0 and voice.hop_length > 0 and voice.weight_count > 0
    assert "ES" in voice.languages and len(voice.symbols) > 10
    assert all(0 <= number for number in voice.speakers.values())
    with habla.Voice.builtin() as again:
        assert again._handle == voice._handle


def test_speech_owns_its_samples(session):
    first = session.synthesize(TEXT)
    kept = first.samples.copy()
    session.synthesize("Otra cosa.")
    assert np.array_equal(first.samples, kept)
    assert first.samples.dtype == np.float32 and first.samples.flags.owndata
    assert first.sample_rate == 22050 and first.duration > 0.5
    assert 0.01 < np.abs(first.samples).max() < 2


def test_marks_are_positions_in_the_string(session):
    text = "¿Ñandú? Sí, señor."
    speech = session.synthesize(text)
    words = [m for m in speech.marks if m.kind == habla.MarkKind.WORD]
    spoken = [text[m.text_begin : m.text_end].strip("¿?,. ") for m in words]
    assert spoken == ["Ñandú", "Sí", "señor"]
    for mark in speech.marks:
        assert 0 <= mark.sample_begin <= mark.sample_end <= len(speech.samples)
        if mark.kind == habla.MarkKind.PHONEME:
            assert mark.label
    begins = [m.sample_begin for m in speech.marks]
    assert begins == sorted(begins)


def test_stream_equals_whole(session):
    whole = session.synthesize(TEXT, seed=3)
    chunks = list(session.stream(TEXT, seed=3))
    assert np.array_equal(np.concatenate([c.samples for c in chunks]), whole.samples)
    assert [m for c in chunks for m in c.marks] == whole.marks
    assert len(chunks) > 3
    position = 0
    for chunk in chunks:
        assert len(chunk.samples) > 0 and chunk.sample_position == position
        position += len(chunk.samples)
    assert [c.sentence for c in chunks if c.is_sentence_begin] == [0, 1, 2]
    assert [c.sentence for c in chunks if c.is_sentence_end] == [0, 1, 2]
    assert TEXT[chunks[-1].text_begin : chunks[-1].text_end].strip() == "Mañana será otro día."


def test_push_equals_whole(session):
    pieces = []
    assert session.push(TEXT, lambda c: pieces.append(c.samples), seed=3)
    assert np.array_equal(np.concatenate(pieces), samples_of(session, TEXT, seed=3))
    assert not session.push(TEXT, lambda c: True)
    with pytest.raises(ZeroDivisionError):
        session.push(TEXT, lambda c: 1 / 0)
    assert len(samples_of(session, "Sí.")) > 0


def test_breaking_out_cancels(session):
    for chunk in session.stream(TEXT):
        break
    stream = session.stream(TEXT)
    next(stream)
    stream.close()
    assert np.array_equal(samples_of(session, TEXT), samples_of(session, TEXT))


def test_cancel_raises_in_the_loop(session):
    with pytest.raises(habla.Cancelled):
        for chunk in session.stream(TEXT):
            session.cancel()


def test_cancel_from_another_thread(voice):
    with habla.Session(voice) as session:
        long = TEXT * 200
        timer = threading.Timer(0.2, session.cancel)
        timer.start()
        with pytest.raises(habla.Cancelled):
            session.synthesize(long)
        timer.join()


def test_another_text_ends_the_stream(session):
    stream = session.stream(TEXT)
    next(stream)
    whole = samples_of(session, "Sí.")
    with pytest.raises(habla.Cancelled):
        next(stream)
    assert np.array_equal(whole, samples_of(session, "Sí."))


def test_options_change_the_speech(session):
    base = samples_of(session, TEXT)
    assert np.array_equal(base, samples_of(session, TEXT, seed=0, speed=1.0, speaker=0))
    assert len(samples_of(session, TEXT, speed=2)) < 0.7 * len(base)
    assert not np.array_equal(base, samples_of(session, TEXT, seed=1))
    assert np.allclose(samples_of(session, TEXT, volume=0.5), base * 0.5)
    assert not samples_of(session, TEXT, volume=0).any()
    quiet = samples_of(session, TEXT, sentence_silence=0)
    assert len(quiet) < len(samples_of(session, TEXT, sentence_silence=1)) - 40000
    assert np.array_equal(samples_of(session, "Sí.", language="es"), samples_of(session, "Sí."))


@pytest.mark.parametrize(
    "options, error",
    [
        ({"speed": 0}, habla.ArgumentError),
        ({"speed": float("nan")}, habla.ArgumentError),
        ({"speed": float("inf")}, habla.ArgumentError),
        ({"noise_scale": -1}, habla.ArgumentError),
        ({"noise_scale_w": 1e300}, habla.ArgumentError),
        ({"sdp_ratio": 1.5}, habla.ArgumentError),
        ({"volume": -0.1}, habla.ArgumentError),
        ({"sentence_silence": 1e9}, habla.ArgumentError),
        ({"speaker": "nobody"}, habla.ArgumentError),
        ({"speaker": -1}, habla.ArgumentError),
        ({"speaker": 10**12}, habla.ArgumentError),
        ({"speaker": "a\0b"}, habla.ArgumentError),
        ({"language": "tlh"}, habla.LanguageError),
        ({"seed": -1}, habla.ArgumentError),
        ({"first_chunk_frames": 0}, habla.ArgumentError),
        ({"largest_chunk_frames": -5}, habla.ArgumentError),
        ({"output_rate": 7999}, habla.ArgumentError),
        ({"output_rate": 0}, habla.ArgumentError),
        ({"output_rate": 10**12}, habla.ArgumentError),
        ({"preset": "opera"}, habla.ArgumentError),
        ({"lexicon": "a = b\nno sign"}, habla.FormatError),
        ({"lexicon": {"a b": "c"}}, habla.FormatError),
        ({"lexicon": {"a": ""}}, habla.FormatError),
        ({"lexicon": {"a": "b\nc = d"}}, habla.ArgumentError),
        ({"lexicon": {"a = b": "c"}}, habla.ArgumentError),
        ({"lexicon": "a = b\0"}, habla.ArgumentError),
        ({"lexicon": pathlib.Path("/nowhere")}, habla.FileError),
        ({"lexicon": {"a": 1}}, TypeError),
        ({"lexicon": 5}, TypeError),
        ({"tempo": 1}, TypeError),
    ],
)
def test_bad_options(session, options, error):
    for call in (session.synthesize, session.stream, lambda t, **o: session.push(t, print, **o)):
        with pytest.raises(error) as caught:
            call("Hola.", **options)
        if error is not TypeError:
            assert caught.value.message


@pytest.mark.parametrize("rate", [8000, 16000, 24000, 44100, 48000])
def test_output_rate(session, rate):
    plain = session.synthesize("Hola.")
    speech = session.synthesize("Hola.", output_rate=rate)
    assert speech.sample_rate == rate
    assert abs(len(speech.samples) - len(plain.samples) * rate / plain.sample_rate) <= 0.5
    pieces = list(session.stream(TEXT, output_rate=rate))
    assert all(piece.sample_rate == rate for piece in pieces)
    whole = samples_of(session, TEXT, output_rate=rate)
    assert np.array_equal(np.concatenate([piece.samples for piece in pieces]), whole)


def test_pcm16(session):
    speech = session.synthesize("Hola.", volume=10)
    pcm, clipped = habla.to_pcm16(speech.samples)
    assert pcm.dtype == np.int16 and np.array_equal(pcm, speech.pcm16)
    assert clipped == np.count_nonzero(np.abs(speech.samples) > 1) > 0
    scaled = np.clip(speech.samples.astype(np.float64), -1, 1) * 32767
    assert np.abs(pcm - scaled).max() <= 0.51
    chunks = list(session.stream("Hola.", volume=10))
    assert np.array_equal(np.concatenate([chunk.pcm16 for chunk in chunks]), pcm)
    assert habla.to_pcm16(np.zeros(0, dtype=np.float32))[0].size == 0


def test_assistant_preset(session):
    plain = samples_of(session, TEXT)
    quick = samples_of(session, TEXT, preset="assistant")
    assert len(quick) < 0.85 * len(plain)
    same = {"speed": 1.3, "sentence_silence": 0.08, "paragraph_silence": 0.2}
    assert np.array_equal(quick, samples_of(session, TEXT, **same))
    assert len(samples_of(session, TEXT, speed=2, preset="assistant")) < len(quick)


def test_lexicon(session, tmp_path):
    plain = samples_of(session, "Hola, xyz.")
    spelled = samples_of(session, "Hola, equis y griega.")
    given = {"xyz": "equis y griega"}
    assert not np.array_equal(plain, spelled)
    assert np.array_equal(samples_of(session, "Hola, xyz.", lexicon=given), spelled)
    text = "# palabras\n[es]\nxyz = equis y griega\n"
    assert np.array_equal(samples_of(session, "Hola, xyz.", lexicon=text), spelled)
    file = tmp_path / "lexicon.txt"
    file.write_text("\ufeff" + text, encoding="utf-8")
    assert np.array_equal(samples_of(session, "Hola, xyz.", lexicon=file), spelled)
    assert np.array_equal(samples_of(session, "Hola, xyz.", lexicon=None), plain)
    assert np.array_equal(samples_of(session, "Hola, xyz.", lexicon={}), plain)
    # The words are marked where they stand in the text that was given.
    marks = session.synthesize("Hola, xyz.", lexicon=given).marks
    words = [m for m in marks if m.kind == habla.MarkKind.WORD]
    assert {(m.text_begin, m.text_end) for m in words} == {(0, 4), (6, 9)}
    phonemes = session.synthesize("Hola, xyz.", lexicon={"xyz": "/ˈa/"}).marks
    assert [m.label for m in phonemes if m.kind == habla.MarkKind.PHONEME][-2:] == ["a", "."]
    with pytest.raises(habla.FormatError, match="line 3"):
        session.synthesize("Hola.", lexicon="# a\na = b\nc\n")


def test_dictionary_errors(tmp_path):
    repository = pathlib.Path(__file__).resolve().parents[3]
    spanish = repository / "Tests" / "Fixtures" / "melo-tiny"
    # A copy that speaks English too: its speakers' names say so.
    voice_path = tmp_path / "voice"
    shutil.copytree(spanish, voice_path, ignore=shutil.ignore_patterns("goldens", "units"))
    configuration = voice_path / "config.json"
    configuration.write_text(configuration.read_text().replace('"ES-b"', '"EN-b"'))
    good = tmp_path / "good.dict"
    good.write_text("WATER  W AO1 T ER0\n")
    habla.Voice(voice_path, dictionary=good).close()
    bad = tmp_path / "bad.dict"
    bad.write_text("WATER  W AO1 T ER0\nWORD\n")
    with pytest.raises(habla.FormatError, match="line 2"):
        habla.Voice(voice_path, dictionary=bad)
    with pytest.raises(habla.FileError):
        habla.Voice(voice_path, dictionary=tmp_path / "missing")
    with pytest.raises(habla.UnsupportedError):
        habla.Voice(spanish, dictionary=good)


def test_bad_text(session):
    with pytest.raises(habla.ArgumentError):
        session.synthesize("a\0b")
    with pytest.raises(habla.TextError):
        session.synthesize("a\ud800b")
    with pytest.raises(TypeError):
        session.synthesize(b"bytes")


@pytest.mark.parametrize("text", ["", " \n\t ", "...", "\x01\x7f", "\ufeff"])
def test_nothing_to_speak(session, text):
    assert list(session.stream(text)) == []
    assert len(samples_of(session, text)) == 0


def test_verbatim(session):
    text = "Vive en el 3.º, desde el 3/5/1998."
    written_out = samples_of(session, text)
    assert np.array_equal(written_out, samples_of(session, text, verbatim=False))
    assert not np.array_equal(written_out, samples_of(session, text, verbatim=True))


def test_phonemes(session):
    assert len(samples_of(session, "ola", phonemes=True)) > 1000
    odd = session.synthesize("ola@", phonemes=True)
    assert odd.skipped == ["@"]


def test_bad_voices(tmp_path):
    with pytest.raises(habla.FileError):
        habla.Voice(tmp_path / "none")
    with pytest.raises(habla.UnsupportedError):
        habla.Voice(tmp_path)
    file = tmp_path / "x.habla.safetensors"
    file.write_bytes(b"\xff" * 100)
    with pytest.raises(habla.HablaError):
        habla.Voice(file)
    for data in (b"", b"abc", bytes(1000)):
        with pytest.raises(habla.HablaError):
            habla.Voice.from_bytes(data)
    with pytest.raises(habla.ArgumentError):
        habla.Voice("a\0b")


def test_closed_objects(voice):
    session = habla.Session(voice)
    session.close()
    session.close()
    session.cancel()
    for call in (session.synthesize, session.stream):
        with pytest.raises(habla.ArgumentError):
            call("Hola.")
    with pytest.raises(habla.ArgumentError):
        habla.Session(voice, threads=65)
    own = habla.Voice.builtin()
    with habla.Session(own) as session:
        own.close()
        own.close()
        assert len(samples_of(session, "Hola.")) > 0
    with pytest.raises(habla.ArgumentError):
        habla.Session(own)


def test_wav(session, tmp_path):
    speech = session.synthesize("Hola.")
    path = tmp_path / "hola.wav"
    speech.save(path)
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        assert file.getframerate() == speech.sample_rate
        read = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    assert np.abs(read / 32767 - np.clip(speech.samples, -1, 1)).max() < 1 / 32767
    habla.save_wav(tmp_path / "f.wav", speech.samples, 22050, float32=True)
    data = (tmp_path / "f.wav").read_bytes()
    assert data.endswith(speech.samples.tobytes())
    with pytest.raises(habla.FileError):
        speech.save(tmp_path / "no" / "hola.wav")
    with pytest.raises(habla.ArgumentError):
        habla.save_wav(tmp_path / "g.wav", speech.samples, 0)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["f.wav", "hola.wav"]


def test_log(session):
    lines = []
    habla.set_log(lambda level, message: lines.append((level, message)), habla.LogLevel.DEBUG)
    try:
        with pytest.raises(habla.ArgumentError):
            session.synthesize("Hola.", speed=99)
        session.synthesize("Hola.")
    finally:
        habla.set_log(None)
    assert any(level == 1 and "speed" in message for level, message in lines)
    assert any(level == 4 for level, _ in lines)
    count = len(lines)
    session.synthesize("Hola.")
    assert len(lines) == count


def test_cache():
    with habla.Voice.builtin() as voice, habla.Session(voice) as session:
        voice.set_cache()
        voice.clear_cache()
        start = voice.cache_info()
        assert (start.byte_limit, start.character_limit) == (16 << 20, 50)
        assert (start.bytes, start.entries) == (0, 0)
        first = session.synthesize("Sí, claro.")
        second = session.synthesize("Sí, claro.")
        info = voice.cache_info()
        assert (info.hits, info.misses) == (start.hits + 1, start.misses + 1)
        assert info.entries == 1 and 0 < info.bytes <= info.byte_limit
        assert np.array_equal(first.samples, second.samples) and first.marks == second.marks
        chunks = list(session.stream("Sí, claro."))
        assert voice.cache_info().hits == info.hits + 1 and len(chunks) > 1
        assert np.array_equal(np.concatenate([c.samples for c in chunks]), first.samples)
        # Left before its end: it does not enter.
        next(session.stream("No, gracias."))
        assert voice.cache_info().entries == 1
        voice.set_cache(byte_limit=0)
        assert (voice.cache_info().entries, voice.cache_info().bytes) == (0, 0)
        assert np.array_equal(samples_of(session, "Sí, claro."), first.samples)
        with pytest.raises(habla.ArgumentError):
            voice.set_cache(-1)
        voice.set_cache()
    for call in (voice.set_cache, voice.cache_info, voice.clear_cache):
        with pytest.raises(habla.ArgumentError):
            call()


def test_preload(voice):
    with habla.Session(voice) as session:
        session.preload()
        preloaded = samples_of(session, TEXT)
        stream = session.stream(TEXT)
        next(stream)
        session.preload()
        with pytest.raises(habla.Cancelled):
            next(stream)
    with habla.Session(voice) as session:
        assert np.array_equal(samples_of(session, TEXT), preloaded)
    with pytest.raises(habla.ArgumentError):
        session.preload()


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 1000])
def test_incremental_text_equals_whole(session, size):
    text = "¡Sí! Cuesta 1.234,56 €, Sr. López. Vale... ¿Ñandú? 👍🏽 Fin."
    whole = session.synthesize(text)
    pieces = (text[i : i + size] for i in range(0, len(text), size))
    chunks = list(session.stream(pieces))
    assert np.array_equal(np.concatenate([c.samples for c in chunks]), whole.samples)
    assert [m for c in chunks for m in c.marks] == whole.marks
    words = [m for m in whole.marks if m.kind == habla.MarkKind.WORD]
    assert text[words[0].text_begin : words[0].text_end] == "Sí"


def test_incremental_text_is_spoken_early(session):
    taken = []

    def pieces():
        for piece in ["Hola, ", "¿qué tal", "? ", "Muy ", "bien, ", "gra", "cias", ". ", "¿Y tú?"]:
            taken.append(piece)
            yield piece

    stream = session.stream(pieces())
    first = next(stream)
    assert first.text_begin == 0 and len(taken) == 5  # "Muy bien, " shows that it has ended.
    stream.close()
    with pytest.raises(ZeroDivisionError):
        list(session.stream(1 / 0 if i == 3 else "Hola. " for i in range(5)))
    for bad, error in (([b"x"], TypeError), ([1], TypeError), (["a\0"], habla.ArgumentError)):
        with pytest.raises(error):
            list(session.stream(bad))
    for bad in (b"bytes", 7, None):
        with pytest.raises(TypeError):
            session.stream(bad)
    with pytest.raises(habla.ArgumentError):
        session.stream(["Hola."], speed=99)
    assert list(session.stream([])) == [] and list(session.stream(["", " ", "..."])) == []


@pytest.mark.skipif("HABLA_PACK" not in os.environ, reason="HABLA_PACK names no pack")
def test_pack():
    text = os.environ["HABLA_PACK_TEXT"]
    with habla.Voice.builtin() as voice, habla.Session(voice) as session:
        voice.set_cache(byte_limit=0)
        expected = session.synthesize(text)
        voice.add_pack(os.environ["HABLA_PACK"])
        info = voice.cache_info()
        assert info.packs == 1 and info.pack_phrases == 2
        packed = session.synthesize(text)
        assert np.array_equal(packed.samples, expected.samples)
        assert packed.marks == expected.marks
        session.synthesize(text, speed=1.5)
        after = voice.cache_info()
        assert (after.pack_hits, after.pack_damaged) == (info.pack_hits + 1, 0)
        voice.set_cache()


def test_bad_packs(voice, tmp_path):
    packs = voice.cache_info().packs
    with pytest.raises(habla.FileError):
        voice.add_pack(tmp_path / "none")
    file = tmp_path / "x.habla-pack"
    for data in (b"HABLAPCK", b"<html>", bytes(1000)):
        file.write_bytes(data)
        with pytest.raises(habla.FormatError):
            voice.add_pack(file)
    with pytest.raises(habla.ArgumentError):
        voice.add_pack("a\0b")
    assert voice.cache_info().packs == packs


def test_threads_give_the_same_samples(voice):
    """8 threads x 50 utterances, equal to the sequential results byte for byte."""
    voice.set_cache(byte_limit=0)  # Or they would all be given the first one's.
    texts = [f"Número {i}, por favor." for i in range(50)]
    with habla.Session(voice, threads=1) as session:
        expected = [samples_of(session, text, seed=i).tobytes() for i, text in enumerate(texts)]
    failures = []

    def work():
        with habla.Session(voice, threads=1) as mine:
            for i, text in enumerate(texts):
                if samples_of(mine, text, seed=i).tobytes() != expected[i]:
                    failures.append(text)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    voice.set_cache()


def resident_bytes():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def test_memory_does_not_grow(voice):
    """Resident memory after 1,000 utterances is within 5 % of that after 100."""
    with habla.Session(voice, threads=2) as session:
        for i in range(1000):
            text = f"Frase número {i % 37}." if i % 5 else "Sí, claro: esto es un poco más largo."
            if i % 3:
                session.synthesize(text, seed=i)
            elif i % 2:
                for _ in session.stream(text, seed=i):
                    pass
            else:
                next(session.stream(text, seed=i))
            if i == 99:
                gc.collect()
                early = resident_bytes()
    gc.collect()
    late = resident_bytes()
    print(f"resident: {early / 1e6:.1f} MB after 100, {late / 1e6:.1f} MB after 1,000 utterances")
    assert late < early * 1.05
