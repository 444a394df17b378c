import numpy as np
import pytest

from dsp.tone import ToneMeter, excess_db, smoothed_db

RATE_HZ = 44_100


def tone_of(audio: np.ndarray, block: int = 10_000):
    meter = ToneMeter(RATE_HZ, audio.shape[1])
    for start in range(0, audio.shape[0], block):
        meter.process(audio[start : start + block])
    return meter.finish()


def pink(seconds: float = 8.0, seed: int = 1) -> np.ndarray:
    n = round(seconds * RATE_HZ)
    hertz = np.fft.rfftfreq(n, 1 / RATE_HZ)
    shape = 1 / np.sqrt(np.maximum(hertz, 10.0))
    rng = np.random.default_rng(seed)
    return np.stack([np.fft.irfft(np.fft.rfft(rng.standard_normal(n)) * shape, n) for _ in range(2)], axis=1)


def test_pink_noise_is_level_in_third_octaves_and_has_no_excess() -> None:
    tone = tone_of(pink())
    middle = (tone.frequency_hz > 80) & (tone.frequency_hz < 12_000)
    assert np.abs(smoothed_db(tone)[middle]).max() < 1.0
    assert np.abs(excess_db(tone)).max() < 1.5
    assert tone.side_db == pytest.approx(0.0, abs=0.5)  # independent channels: as much side as middle


def test_a_broad_hump_stands_out_where_it_is_and_a_single_note_does_not() -> None:
    audio = pink()
    n = audio.shape[0]
    hertz = np.fft.rfftfreq(n, 1 / RATE_HZ)
    hump = 1 + 3 * ((hertz > 150) & (hertz < 450))
    tone = tone_of(np.fft.irfft(np.fft.rfft(audio, axis=0) * hump[:, None], n, axis=0))
    assert excess_db(tone).max() > 5.0
    assert 150 < tone.frequency_hz[int(np.argmax(excess_db(tone)))] < 450
    t = np.arange(n) / RATE_HZ
    note = audio + (np.std(audio) * 1.5 * np.sin(2 * np.pi * 250 * t))[:, None]
    assert excess_db(tone_of(note)).max() < 5.0


def test_mono_subsonic_silence_short_and_blocks() -> None:
    audio = pink()
    mono = tone_of(np.repeat(audio[:, :1], 2, axis=1))
    assert mono.side_db == -np.inf
    t = np.arange(audio.shape[0]) / RATE_HZ
    rumble = tone_of(audio + (3 * np.std(audio) * np.sin(2 * np.pi * 8 * t))[:, None])
    assert rumble.subsonic_db > -2.0
    assert tone_of(np.zeros((RATE_HZ, 2))).subsonic_db == -np.inf
    assert np.isfinite(tone_of(audio[:100]).level_db).all()
    assert np.array_equal(tone_of(audio, 999).level_db, tone_of(audio, 50_000).level_db)
