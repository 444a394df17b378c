"""Section contrast: sections where they were put, contrast kept by gain and lost by compression."""

import numpy as np
import pytest

from dsp.meters.loudness import Loudness, loudness
from dsp.meters.sections import find_sections

RATE = 16_000


def song(levels_db: list[float], lengths_s: list[float], seed: int = 1) -> np.ndarray:
    """Return noise with beats in it, at the given level in each section."""
    rng = np.random.default_rng(seed)
    parts = []
    for level, length in zip(levels_db, lengths_s, strict=True):
        n = round(length * RATE)
        beat = 0.3 + np.exp(-((np.arange(n) / RATE * 2.0) % 1.0) * 5.0)
        parts.append(10 ** (level / 20) * beat * rng.standard_normal(n))
    return 0.3 * np.concatenate(parts)[:, None]


@pytest.fixture(scope="module")
def arranged() -> Loudness:
    return loudness(song([-18, -10, -18, -8, -30], [20, 15, 10, 30, 6]), RATE)


@pytest.mark.slow
def test_sections_are_found_where_they_were_put(arranged: Loudness) -> None:
    found = find_sections(arranged)
    assert [s.start_s for s in found.sections] == pytest.approx([0, 20, 35, 45, 75], abs=1.0)
    assert found.sections[-1].end_s == 81.0
    levels = [s.level_lufs for s in found.sections]
    assert np.diff(levels) == pytest.approx([8, -8, 10, -22], abs=0.7)
    assert found.contrast_lu == pytest.approx(22, abs=0.7)


@pytest.mark.slow
def test_a_steady_song_is_one_section() -> None:
    for seed in range(5):
        found = find_sections(loudness(song([-12], [60], seed), RATE))
        assert len(found.sections) == 1
        assert (found.contrast_lu, found.spread_lu, found.slope_lu_per_min) == (0.0, 0.0, 0.0)


@pytest.mark.slow
def test_a_crescendo_has_a_slope() -> None:
    ramp = 10 ** (np.linspace(-30, -6, 120 * RATE) / 20)[:, None]
    found = find_sections(loudness(song([0], [120]) * ramp, RATE))
    assert found.slope_lu_per_min == pytest.approx(12.0, abs=1.5)


def test_silence_and_short_files_have_no_sections() -> None:
    for frames in (0, 100, RATE // 2, RATE * 20):
        assert find_sections(loudness(np.zeros((frames, 1)), RATE)).sections == ()
