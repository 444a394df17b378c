"""Whether a fault can be heard: the ear model's own figures, and faults that are put in as they say."""

import numpy as np
import pytest

from bench.faults.kinds.clicks import Click, Edit, GainStep, Pop
from bench.faults.kinds.kind import Put
from bench.faults.masking import _bands, _spectra, noise_to_mask_db

pytestmark = pytest.mark.slow

RATE_HZ = 48_000
AT = 3 * RATE_HZ


def tone(level_dbfs: float, frames: int = 7 * RATE_HZ, rate_hz: int = RATE_HZ) -> np.ndarray:
    n = np.arange(frames)
    one = 10 ** (level_dbfs / 20) * np.sin(2 * np.pi * 1019.5 * n / rate_hz)
    return np.stack([one, one], axis=1).astype(np.float32)


def test_the_bands_and_the_playback_level_are_those_of_the_recommendation() -> None:
    bands, centres = _bands()
    assert len(centres) == 109
    assert centres[[0, -1]] == pytest.approx([91.708, 17_690.045], abs=0.01)  # BS.1387-2, Annex 2, table 6
    assert bands.sum() == pytest.approx((18_000 - 80) * 2048 / RATE_HZ, rel=1e-9)
    loudest_db = 20 * np.log10(_spectra(tone(0.0)[:, 0].astype(np.float64)).max())
    ear_db = -2.184 * 1.0195**-0.8 + 6.5 * np.exp(-0.6 * (1.0195 - 3.3) ** 2)
    assert loudest_db == pytest.approx(92.0 + ear_db, abs=0.15)


def test_equal_versions_have_no_noise() -> None:
    audio = tone(-20.0)
    assert noise_to_mask_db(audio, audio, AT, AT + 1, RATE_HZ) == -np.inf


@pytest.mark.parametrize("rate_hz", [22_050, 44_100, 48_000])
def test_noise_that_is_10_db_louder_stands_out_10_db_more_and_louder_music_hides_it(rate_hz: int) -> None:
    ratios = {}
    noise = np.random.default_rng(1).standard_normal((8 * rate_hz, 1)).astype(np.float32)
    for song_db in (-70.0, -20.0):
        clean = noise * np.float32(10 ** (song_db / 20))
        for click_db in (-40.0, -30.0):
            faulty = clean.copy()
            faulty[3 * rate_hz : 3 * rate_hz + 30] += 10 ** (click_db / 20)
            ratios[song_db, click_db] = noise_to_mask_db(clean, faulty, 3 * rate_hz, 3 * rate_hz + 30, rate_hz)
    assert ratios[-70.0, -30.0] - ratios[-70.0, -40.0] == pytest.approx(10.0, abs=1.0)
    assert ratios[-70.0, -40.0] > ratios[-20.0, -40.0] + 10.0


@pytest.mark.parametrize(
    ("put", "largest"), [(Click(1, -20.0), 0.1), (Click(3, -20.0), 0.1), (Pop(-20.0), 0.1), (GainStep(6.0), 0.1)]
)
def test_what_is_put_in_starts_at_its_place_and_the_song_goes_on_behind_it(put: Click | Pop, largest: float) -> None:
    clean, audio = tone(-14.0), tone(-14.0)
    where = put(audio, RATE_HZ, AT, np.random.default_rng(1))
    changed = np.flatnonzero(np.any(audio != clean, axis=1))
    assert isinstance(where, Put)
    assert AT <= where.start < AT + 256
    assert abs(int(changed[0]) - where.start) <= 1
    assert changed[-1] < AT + 3 * RATE_HZ
    assert np.abs(audio - clean).max() == pytest.approx(largest, rel=0.05)


def test_an_edit_in_mid_wave_stands_out_and_one_of_whole_periods_does_not() -> None:
    stands_out = []
    for periods in (10, 10.5):
        n = np.arange(8 * RATE_HZ)
        audio = np.repeat(0.3 * np.sin(2 * np.pi * 500 * n / RATE_HZ), 2).reshape(-1, 2).astype(np.float32)
        stands_out.append(Edit(periods / 500)(audio, RATE_HZ, AT, np.random.default_rng(1)).stands_out)
    assert stands_out == [False, True]
