import numpy as np
import pytest

from dsp.mastering.clipper import Clipper, ClipperSettings
from dsp.meters.true_peak import true_peak

RATE_HZ = 44_100


def run(audio: np.ndarray, settings: ClipperSettings, cuts: tuple[int, ...] = ()) -> np.ndarray:
    clipper = Clipper(RATE_HZ, audio.shape[1], settings)
    return np.concatenate([*(clipper.process(piece) for piece in np.split(audio, cuts)), clipper.finish()])


def test_what_is_below_the_knee_passes_bit_for_bit() -> None:
    audio = 0.3 * np.random.default_rng(1).uniform(-1, 1, (100_000, 2))
    assert np.array_equal(run(audio, ClipperSettings(-1.0)), audio)


def test_tops_are_rounded_and_blocks_do_not_matter() -> None:
    t = np.arange(3 * RATE_HZ) / RATE_HZ
    audio = (1.3 * np.sin(2 * np.pi * 300 * t) * np.exp(-((t % 0.5) * 8)))[:, None]
    y = run(audio, ClipperSettings(-3.0))
    assert y.shape == audio.shape
    assert true_peak(y, RATE_HZ).true_peak_dbtp < -2.8
    assert np.array_equal(run(audio, ClipperSettings(-3.0), (1, 70_000, 100_001)), y)


def test_nothing_folds_back_below_the_tone() -> None:
    # a third harmonic of 13 kHz lies at 39 kHz; folded back it would lie at 5.1 kHz
    t = np.arange(2 * RATE_HZ) / RATE_HZ
    y = run(np.sin(2 * np.pi * 13_000 * t)[:, None], ClipperSettings(-2.0))[RATE_HZ // 2 : -RATE_HZ // 2, 0]
    spectrum = np.abs(np.fft.rfft(y * np.hanning(y.size)))
    hertz = np.fft.rfftfreq(y.size, 1 / RATE_HZ)
    folded = spectrum[(hertz > 4_000) & (hertz < 6_000)].max()
    assert 20 * np.log10(folded / spectrum.max()) < -90.0


@pytest.mark.parametrize("frames", [0, 1, 50])
def test_short_signals_keep_their_length(frames: int) -> None:
    assert run(np.full((frames, 1), 0.1), ClipperSettings(-1.0)).shape == (frames, 1)
