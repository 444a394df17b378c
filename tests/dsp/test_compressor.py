import numpy as np
import pytest

from dsp.compressor import Compressor, CompressorSettings

RATE_HZ = 44_100


def level_db(audio: np.ndarray) -> float:
    return float(10 * np.log10((audio**2).mean()))


def tone(amplitude: float) -> np.ndarray:
    return amplitude * np.sin(2 * np.pi * 500.0 * np.arange(2 * RATE_HZ) / RATE_HZ)[:, None]


def test_static_curve_and_cap() -> None:
    settings = CompressorSettings(threshold_dbfs=-20.0, ratio=2.0, knee_db=0.0, max_reduction_db=20.0)
    loud = tone(10 ** (-10 / 20) * np.sqrt(2))  # -10 dBFS root mean square: 10 dB over, 5 of them taken
    y = Compressor(RATE_HZ, 1, settings).process(loud)[RATE_HZ:]
    assert level_db(y) == pytest.approx(-15.0, abs=0.3)
    capped = CompressorSettings(threshold_dbfs=-20.0, ratio=2.0, knee_db=0.0, max_reduction_db=1.0)
    y = Compressor(RATE_HZ, 1, capped).process(loud)[RATE_HZ:]
    assert level_db(y) == pytest.approx(-11.0, abs=0.05)


def test_below_the_threshold_nothing_happens() -> None:
    quiet = tone(0.01)
    assert np.array_equal(Compressor(RATE_HZ, 1, CompressorSettings(threshold_dbfs=-20.0)).process(quiet), quiet)


def test_channels_keep_their_balance_and_blocks_do_not_matter() -> None:
    rng = np.random.default_rng(1)
    audio = rng.standard_normal((RATE_HZ, 2)) * np.array([0.5, 0.1])
    settings = CompressorSettings(threshold_dbfs=-30.0, ratio=3.0, max_reduction_db=6.0)
    whole = Compressor(RATE_HZ, 2, settings)
    y = whole.process(audio)
    assert whole.max_reduction_db > 3.0
    assert np.allclose(y[:, 0] / audio[:, 0], y[:, 1] / audio[:, 1])
    cut = Compressor(RATE_HZ, 2, settings)
    parts = [cut.process(piece) for piece in np.split(audio, (7, 30_000))]
    assert np.array_equal(np.concatenate(parts), y)


def test_silence_stays_silent_and_bad_settings_are_refused() -> None:
    assert not Compressor(RATE_HZ, 2, CompressorSettings(threshold_dbfs=-20.0)).process(np.zeros((1_000, 2))).any()
    with pytest.raises(ValueError, match="ratio is"):
        CompressorSettings(threshold_dbfs=-20.0, ratio=0.5)
