import numpy as np
import pytest

from dsp.mastering.chain import Shaping, ShapingSettings
from dsp.mastering.offset import SILENT_FRAMES, OffsetRemoval

RATE_HZ = 44_100


def run(audio: np.ndarray, offsets: tuple[float, ...], cuts: tuple[int, ...] = ()) -> np.ndarray:
    stage = OffsetRemoval(audio.shape[1], offsets)
    return np.concatenate([*(stage.process(part) for part in np.split(audio, cuts)), stage.finish()])


def test_the_constant_is_gone_and_nothing_else_whatever_the_blocks() -> None:
    clean = 0.1 * np.random.default_rng(1).standard_normal((5_000, 2))
    clean[2_000:2_020] = [-0.002, 0.001]  # with the offset exact zeros, too few to be silence
    offset = np.array([0.002, -0.001])
    whole = run(clean + offset, (0.002, -0.001))
    assert np.abs(whole - clean).max() < 1e-15
    for cuts in ((1, 2_005, 2_019, 4_999), (2_000,), (2_020,), tuple(range(1_990, 2_030))):
        assert np.array_equal(whole, run(clean + offset, (0.002, -0.001), cuts))


def test_digital_silence_stays_silence_before_within_and_behind() -> None:
    audio = np.full((3_000, 1), 0.3)
    for first, last in ((0, 500), (1_000, 1_000 + SILENT_FRAMES), (2_990, 3_000)):
        audio[first:last] = 0.0
    whole = run(audio, (0.01,))
    assert np.array_equal(whole == 0.0, audio == 0.0)
    assert np.allclose(whole[audio != 0.0], 0.29)
    for cuts in ((100, 490, 1_010, 1_050, 2_995), tuple(range(990, 1_080))):
        assert np.array_equal(whole, run(audio, (0.01,), cuts))


def test_each_channel_has_its_offset() -> None:
    with pytest.raises(ValueError, match="offsets has 1 values"):
        OffsetRemoval(2, (0.1,))
    with pytest.raises(ValueError, match=r"offsets is 1\.5"):
        OffsetRemoval(1, (1.5,))


def test_the_filter_for_infrasound_keeps_the_phase_of_what_is_heard() -> None:
    impulse = np.zeros((4 * RATE_HZ, 1))
    impulse[2 * RATE_HZ] = 1.0
    settings = ShapingSettings(RATE_HZ, subsonic_hz=16.0, subsonic_linear_phase=True)
    parts = []
    for cuts in ((), (3, 100_000)):
        shaping = Shaping(RATE_HZ, 1, settings)
        parts.append(np.concatenate([*(shaping.process(p) for p in np.split(impulse, cuts)), shaping.finish()]))
    assert np.array_equal(parts[0], parts[1])
    found = np.fft.rfft(parts[0][:, 0]) / np.fft.rfft(impulse[:, 0])
    hertz = np.fft.rfftfreq(len(impulse), 1 / RATE_HZ)
    butterworth = 1 / np.sqrt(1 + (16.0 / np.maximum(hertz, 0.1)) ** 8)
    heard = hertz >= 30.0
    assert np.abs(np.angle(found[heard])).max() < 1e-6
    assert np.abs(np.abs(found) - butterworth)[hertz >= 8.0].max() < 0.02
    assert abs(found[0]) < 1e-3
