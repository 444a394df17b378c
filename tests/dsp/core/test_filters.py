import numpy as np
import pytest

from dsp.core.filters import Cascade, bell, high_pass, high_shelf, low_shelf, response_db

RATE_HZ = 48_000


@pytest.mark.parametrize("gain_db", [-6.0, 3.0])
def test_designs_do_what_they_say(gain_db: float) -> None:
    def at(row: tuple[float, ...], hertz: float) -> float:
        return float(response_db(np.array([row]), np.array([hertz]), RATE_HZ)[0])

    shelf = low_shelf(100.0, gain_db, 0.707, RATE_HZ)
    assert at(shelf, 5.0) == pytest.approx(gain_db, abs=0.05)
    assert at(shelf, 100.0) == pytest.approx(gain_db / 2, abs=0.01)
    assert at(shelf, 5_000.0) == pytest.approx(0.0, abs=0.01)
    shelf = high_shelf(5_000.0, gain_db, 0.707, RATE_HZ)
    assert at(shelf, 20.0) == pytest.approx(0.0, abs=0.01)
    assert at(shelf, 23_000.0) == pytest.approx(gain_db, abs=0.05)
    assert at(bell(1_000.0, gain_db, 1.0, RATE_HZ), 1_000.0) == pytest.approx(gain_db, abs=1e-9)
    assert at(high_pass(100.0, 0.7071, RATE_HZ), 100.0) == pytest.approx(-3.01, abs=0.01)


def test_cascade_has_the_response_of_its_design_and_no_seams() -> None:
    rows = np.array([bell(1_000.0, 6.0, 1.0, RATE_HZ), low_shelf(100.0, -4.0, 0.7, RATE_HZ)])
    impulse = np.zeros((RATE_HZ, 2))
    impulse[0] = 1.0
    whole = Cascade(rows, 2).process(impulse)
    cascade = Cascade(rows, 2)
    parts = np.concatenate([cascade.process(impulse[a:b]) for a, b in ((0, 1), (1, 1), (1, 999), (999, RATE_HZ))])
    assert np.array_equal(whole, parts)
    hertz = np.array([50.0, 500.0, 1_000.0, 10_000.0])
    measured = 20 * np.log10(np.abs(np.fft.rfft(whole[:, 1]))[hertz.astype(int)])
    assert measured == pytest.approx(response_db(rows, hertz, RATE_HZ), abs=0.001)


def test_a_frequency_beyond_the_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="frequency_hz is 30000"):
        bell(30_000.0, 1.0, 1.0, RATE_HZ)
