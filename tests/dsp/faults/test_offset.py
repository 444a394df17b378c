"""DC offset: that of the sound, whatever silence lies around it."""

import numpy as np
import pytest

from dsp.faults.offset import OffsetDetector

RATE_HZ = 16_000


@pytest.mark.parametrize("silence_s", [0.0, 1.0, 7.3])
def test_digital_silence_makes_no_offset_smaller(silence_s: float) -> None:
    sound = 0.1 * np.random.default_rng(4).standard_normal((8 * RATE_HZ, 2)) + [0.03, -0.02]
    silence = np.zeros((round(silence_s * RATE_HZ), 2))
    for parts in ((silence, sound), (sound, silence), (sound[: 4 * RATE_HZ], silence, sound[4 * RATE_HZ :])):
        found = OffsetDetector.find(np.concatenate(parts).astype(np.float32), RATE_HZ)
        assert found == pytest.approx((0.03, -0.02), abs=0.002)


def test_silence_has_no_offset() -> None:
    assert OffsetDetector.find(np.zeros((3 * RATE_HZ, 2), np.float32), RATE_HZ) == (0.0, 0.0)
