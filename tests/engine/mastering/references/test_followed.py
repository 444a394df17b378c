"""The page's word about the references and the master's move are one comparison: they agree on the same song."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.engine.mastering.job import plan_masters
from bridge.engine.references import run_reference
from bridge.model import MasterMove, MasterRequest, ReferenceComparison
from bridge.pathtext import to_text
from bridge.report.reference_view import band_sentence
from tests.dsp.fault_music import clip_of

RATE_HZ = 44_100
NOTHING = "No band differs by more than such music varies by itself."


def write(path: Path, audio: np.ndarray) -> Path:
    soundfile.write(path, 0.5 * audio / np.abs(audio).max(), RATE_HZ, subtype="PCM_24")
    return path


def shaped(audio: np.ndarray, low_hz: float, high_hz: float, gain_db: float) -> np.ndarray:
    lines = np.fft.rfft(audio, axis=0)
    hertz = np.fft.rfftfreq(len(audio), 1 / RATE_HZ)
    lines[(hertz > low_hz) & (hertz < high_hz)] *= 10 ** (gain_db / 20)
    return np.fft.irfft(lines, len(audio), axis=0)


def both(mix: Path, references: list[Path]) -> tuple[ReferenceComparison, list[MasterMove]]:
    """Return what the page says of a mix beside its references, and the moves of a master that follows them."""
    request = MasterRequest(
        input_path=to_text(mix),
        target="spotify",
        output_folder=to_text(mix.parent),
        references=tuple(to_text(path) for path in references),
        anyway=True,
    )
    moves = [move for move in plan_masters([request])[0].moves if move.stage == "eq"]
    return run_reference(mix, references), moves


@pytest.mark.slow
@pytest.mark.parametrize(("low_hz", "high_hz", "gain_db"), [(5_000, 20_000, 8.0), (20, 160, 8.0), (1_500, 6_000, -9.0)])
def test_where_the_page_says_the_mix_differs_the_master_moves_back(
    tmp_path: Path, low_hz: float, high_hz: float, gain_db: float
) -> None:
    song = clip_of("rock", 2, 8.0)
    mix = write(tmp_path / "mix.wav", shaped(song, low_hz, high_hz, gain_db))
    comparison, moves = both(mix, [write(tmp_path / "reference.wav", song)])
    standing = [band for band in comparison.bands if band.stands_out]
    assert standing
    assert all(np.sign(band.difference_db) == np.sign(gain_db) for band in standing)
    assert all(low_hz / 1.5 < band.centre_hz < high_hz * 1.5 for band in standing)
    assert moves
    largest = max(moves, key=lambda move: abs(move.amount_db))
    assert np.sign(largest.amount_db) == -np.sign(gain_db)
    assert all("towards the tone of 1 reference" in move.why for move in moves)


@pytest.mark.slow
def test_where_the_page_says_nothing_differs_the_master_leaves_the_tone_alone(tmp_path: Path) -> None:
    song = clip_of("rock", 2, 8.0)
    mix = write(tmp_path / "mix.wav", song)
    references = [write(tmp_path / "a.wav", 0.4 * song), write(tmp_path / "b.wav", shaped(song, 5_000, 20_000, 0.8))]
    comparison, moves = both(mix, references)
    assert band_sentence(comparison.bands) == NOTHING
    assert moves == []
