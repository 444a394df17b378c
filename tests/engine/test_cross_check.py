"""The other meter is asked where it is right, at any rate of the master."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.engine.analyse import run_analysis
from bridge.engine.cross_check import cross_check
from bridge.errors import JobError

pytestmark = pytest.mark.slow


def sound(rate_hz: int) -> np.ndarray:
    t = np.arange(4 * rate_hz) / rate_hz
    tones = sum(a * np.sin(2 * np.pi * f * t + f) for f, a in ((110, 0.5), (220, 0.3), (880, 0.2), (2500, 0.1)))
    return np.stack([0.2 * tones, 0.16 * tones], axis=1)


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 22_050, 44_100, 48_000, 96_000, 352_800])
def test_two_meters_agree_at_every_rate(tmp_path: Path, rate_hz: int) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, sound(rate_hz), rate_hz, subtype="PCM_24")
    ours = run_analysis(path)
    assert cross_check(path, ours) == pytest.approx(ours.measurement.integrated_lufs, abs=0.02)


def test_a_disagreement_is_told_in_two_digits(tmp_path: Path) -> None:
    one, other = tmp_path / "a.wav", tmp_path / "b.wav"
    soundfile.write(one, sound(48_000), 48_000, subtype="PCM_24")
    soundfile.write(other, 0.9 * sound(48_000), 48_000, subtype="PCM_24")
    with pytest.raises(JobError, match=r": -\d\d\.\d\d LUFS \(ours\), -\d\d\.\d\d \(pyloudnorm\); not kept"):
        cross_check(other, run_analysis(one))
