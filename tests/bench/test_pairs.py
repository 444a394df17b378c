from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bench.mastering.pairs import Paired, distance_db

RATE_HZ = 44_100
ROW = Paired("a, b", 4.0, 1.0, 1.2, 13.0, 10.0, 10.4, False, 5.0, 5.1, 6.0)


def test_one_octave_raised_is_that_far_away_and_level_is_not(tmp_path: Path) -> None:
    noise = np.random.default_rng(2).standard_normal(4 * RATE_HZ) * 0.05
    lines, hertz = np.fft.rfft(noise), np.fft.rfftfreq(noise.size, 1 / RATE_HZ)
    lines[(hertz >= 1_000 / 2**0.5) & (hertz < 1_000 * 2**0.5)] *= 10 ** (6 / 20)
    for name, audio in (("a", noise), ("b", 0.3 * noise), ("c", np.fft.irfft(lines, noise.size))):
        soundfile.write(tmp_path / f"{name}.wav", audio, RATE_HZ, subtype="FLOAT")
    assert distance_db(tmp_path / "a.wav", tmp_path / "b.wav") == pytest.approx(0.0, abs=1e-3)
    # one of nine differs by 6: rms around the mean is 6 * sqrt(8) / 9
    assert distance_db(tmp_path / "a.wav", tmp_path / "c.wav") == pytest.approx(6 * 8**0.5 / 9, abs=0.02)


def test_a_row_says_what_was_closed_and_whether_a_miss_was_told() -> None:
    assert ROW.cells == ["a, b", "4.0", "1.0 (75 %)", "1.2 (70 %)", "13.0, 10.0, 10.4", "5.0, 5.1, 6.0"]
    missed = replace(ROW, plr_met_db=12.0, matchering_db=None, lra_matchering_lu=None)
    assert missed.cells[3:] == ["-", "13.0, 10.0, 12.0 (!)", "5.0, 5.1"]
    assert replace(missed, is_told=True).cells[4] == "13.0, 10.0, 12.0 (told)"
