import numpy as np
import pytest

from dsp.compare.null_test import Compared, Comparer

RATE_HZ = 16_000


def noise(seconds: float, seed: int) -> np.ndarray:
    return 0.1 * np.random.default_rng(seed).standard_normal((int(seconds * RATE_HZ), 2))


def tone(hz: float, seconds: float) -> np.ndarray:
    wave = 0.1 * np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE_HZ)) / RATE_HZ)
    return np.repeat(wave[:, None], 2, axis=1)


def compared(a: np.ndarray, b: np.ndarray, cut: int = 1 << 16) -> Compared:
    comparer = Comparer(RATE_HZ, a.shape[1])
    for start in range(0, len(a), cut):
        comparer.process(*(np.ascontiguousarray(x[start : start + cut]) for x in (a, b)))
    return comparer.finish()


def test_a_gain_is_found_and_nothing_is_left() -> None:
    a = noise(3.0, 1)
    found = compared(a, 0.5 * a)
    assert found.null_gain() == pytest.approx(2.0)
    assert found.residual_db(2.0) < -150.0
    assert found.common_gain() == (pytest.approx(2.0), True)
    assert found.residual_db(1.0) == pytest.approx(-6.02, abs=0.01)
    assert found.moved_s(2.0) is None


def test_power_is_the_mean_square() -> None:
    found = compared(tone(1000.0, 4.0), tone(1000.0, 4.0))
    band = int(np.argmin(np.abs(found.centres_hz - 1000.0)))
    assert found.power_a[1, band] == pytest.approx(0.005, rel=0.02)
    assert found.power_a[1].sum() == pytest.approx(found.power_a[1, band], rel=1e-3)


def test_one_element_turned_up_shows_in_its_bands_only() -> None:
    bed, element = noise(6.0, 1), tone(1000.0, 6.0)
    found = compared(bed + element, bed + element * 10 ** (1 / 20))
    gain, agrees = found.common_gain()
    assert agrees
    assert gain == pytest.approx(1.0, abs=0.002)
    difference, spread = found.tone_db(gain)
    band = int(np.argmin(np.abs(found.centres_hz - 1000.0)))
    assert difference[band] == pytest.approx(0.8, abs=0.2)
    others = np.delete(difference, [band - 1, band, band + 1])
    assert np.max(np.abs(others)) < 0.05
    assert np.all(spread >= 0.0)


@pytest.mark.parametrize("moved_s", [0.002, 0.008, 0.02])
def test_something_moved_in_time_is_found_by_its_comb(moved_s: float) -> None:
    bed, rng = noise(8.0, 1), np.random.default_rng(2)
    hits = np.zeros((len(bed), 2))
    for start in range(2000, len(bed) - 4000, 5000):
        hits[start : start + 1500] += (rng.standard_normal(1500) * np.exp(-np.arange(1500) / 300.0))[:, None]
    frames = round(moved_s * RATE_HZ)
    later = np.concatenate([np.zeros((frames, 2)), hits])[: len(bed)]
    found = compared(bed + 0.3 * hits, bed + 0.3 * later)
    assert found.moved_s(1.0) == pytest.approx(moved_s, rel=0.03)


def test_a_replaced_element_is_not_taken_for_a_moved_one() -> None:
    bed = noise(8.0, 1)
    assert compared(bed + noise(8.0, 2), bed + noise(8.0, 3)).moved_s(1.0) is None


def test_where_in_time_they_differ() -> None:
    a = noise(10.0, 1)
    b = a.copy()
    b[5 * RATE_HZ : 6 * RATE_HZ] += noise(1.0, 7)
    cells = compared(a, b).residual_cells_db(1.0)
    assert int(np.argmax(cells)) in {4, 5}
    assert cells[0] < -100.0


def test_width_and_mid() -> None:
    a = noise(3.0, 1)
    mid, side = a.mean(axis=1, keepdims=True), (a[:, :1] - a[:, 1:]) / 2.0
    wide = np.concatenate([mid + 2 * side, mid - 2 * side], axis=1)
    found = compared(a, wide)
    assert found.sides.width_change_db == pytest.approx(6.02, abs=0.01)
    assert found.sides.mid_residual_db(1.0) < -100.0
    assert compared(a, np.repeat(mid, 2, axis=1)).sides.width_change_db == -np.inf
    assert compared(mid, mid).sides.width_change_db == 0.0


def test_cuts_do_not_matter() -> None:
    a, b = noise(2.0, 1), noise(2.0, 2)
    one, other = compared(a, b, 777), compared(a, b)
    assert np.allclose(one.power_a, other.power_a)
    assert np.allclose(one.cross, other.cross)
    assert one.frames == other.frames == len(a)


@pytest.mark.parametrize("frames", [0, 1, 100])
def test_hardly_anything(frames: int) -> None:
    a = noise(1.0, 1)[:frames]
    found = compared(a, a)
    assert found.residual_db(1.0) < -100.0 or found.residual_db(1.0) == -np.inf
    difference, _ = found.tone_db(1.0)
    assert np.all(np.isfinite(difference))


def test_silence_and_nan_give_numbers() -> None:
    a = noise(2.0, 1)
    broken = a.copy()
    broken[100] = np.nan
    for found in (compared(a, 0.0 * a), compared(0.0 * a, a), compared(a, broken)):
        assert np.isfinite(found.null_gain())
        assert np.isfinite(found.common_gain()[0])
        assert not np.any(np.isnan(found.residual_cells_db(1.0)))
        assert np.all(np.isfinite(found.tone_db(1.0)[0]))


def test_unequal_blocks_are_refused() -> None:
    with pytest.raises(ValueError, match="2 and 3 frames"):
        Comparer(RATE_HZ, 1).process(np.zeros((2, 1)), np.zeros((3, 1)))
