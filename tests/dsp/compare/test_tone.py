import numpy as np
import pytest

from dsp.compare.tone import excess_db, share_below_db, smoothed_db, tone_of
from dsp.meters.bands import third_octave_levels_db, third_octaves_hz
from dsp.meters.spectrum import SpectrumStage

RATE_HZ = 44_100


def tone_of_audio(audio: np.ndarray):
    stage = SpectrumStage(RATE_HZ, audio.shape[1])
    stage.process(audio)
    return tone_of(third_octaves_hz(RATE_HZ), third_octave_levels_db(stage.finish()))


def pink(seconds: float = 8.0, seed: int = 1) -> np.ndarray:
    n = round(seconds * RATE_HZ)
    hertz = np.fft.rfftfreq(n, 1 / RATE_HZ)
    shape = 1 / np.sqrt(np.maximum(hertz, 10.0))
    rng = np.random.default_rng(seed)
    return np.stack([np.fft.irfft(np.fft.rfft(rng.standard_normal(n)) * shape, n) for _ in range(2)], axis=1)


def test_pink_noise_is_level_in_third_octaves_and_has_no_excess() -> None:
    tone = tone_of_audio(pink())
    middle = (tone.frequency_hz > 80) & (tone.frequency_hz < 12_000)
    assert np.abs(smoothed_db(tone)[middle]).max() < 1.0
    assert np.abs(excess_db(tone)).max() < 1.5


@pytest.mark.slow
def test_a_broad_hump_stands_out_where_it_is_and_a_single_note_does_not() -> None:
    audio = pink()
    n = audio.shape[0]
    hertz = np.fft.rfftfreq(n, 1 / RATE_HZ)
    hump = 1 + 3 * ((hertz > 150) & (hertz < 450))
    tone = tone_of_audio(np.fft.irfft(np.fft.rfft(audio, axis=0) * hump[:, None], n, axis=0))
    assert excess_db(tone).max() > 5.0
    assert 150 < tone.frequency_hz[int(np.argmax(excess_db(tone)))] < 450
    t = np.arange(n) / RATE_HZ
    note = audio + (np.std(audio) * 1.5 * np.sin(2 * np.pi * 250 * t))[:, None]
    assert excess_db(tone_of_audio(note)).max() < 5.0


def test_shares_silence_and_short_files() -> None:
    audio = pink()
    half = share_below_db(tone_of_audio(audio), 707.0)  # half of nine octaves of pink noise
    assert half == pytest.approx(-3.0, abs=0.5)
    silent = tone_of_audio(np.zeros((RATE_HZ, 2)))
    assert share_below_db(silent, 150.0) == -np.inf
    assert not excess_db(silent).any()
    assert np.isfinite(tone_of_audio(audio[:100]).level_db).all()
    nothing = tone_of((), ())
    assert excess_db(nothing).size == 0
    assert share_below_db(nothing, 150.0) == -np.inf
    with pytest.raises(ValueError, match="level_db has 1 bands"):
        tone_of((100.0, 125.0), (0.0,))
