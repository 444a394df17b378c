"""Sides that work against each other: left as they were mixed unless somebody or the delivery asks."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.engine.analyse import run_analysis
from bridge.engine.mastering.decisions import decide
from bridge.engine.mastering.job import run_master
from bridge.engine.mastering.sides import mending, note_on_sides
from bridge.engine.mastering.spec import make_spec
from bridge.model import Analysis
from tests.engine.mastering.mastering import RATE_HZ, request

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write 24 s whose sides outweigh the middle by 4.1 dB from 10 to 16 s, and nowhere else."""
    rng = np.random.default_rng(8)
    ending_at_8_khz = np.hanning(12) / 4  # up to half the rate, meters do not agree on the true peak
    lines = (0.1 * rng.standard_normal(24 * RATE_HZ) for _ in range(2))
    middle, side = (np.convolve(line, ending_at_8_khz, "same") for line in lines)
    seconds = np.arange(middle.size) / RATE_HZ
    side *= np.interp(np.abs(seconds - 13.0), [2.95, 3.05], [1.6, 0.4])  # a jump would be a fault
    path = tmp_path_factory.mktemp("wide") / "wide.wav"
    soundfile.write(path, np.stack([middle + side, middle - side], axis=1), RATE_HZ, subtype="PCM_24")
    return path


@pytest.fixture(scope="module")
def heard(wide: Path) -> Analysis:
    return run_analysis(wide, with_series=False)


def widths(heard: Analysis, **asked: object) -> tuple[list[float], str]:
    """Return what would be done to the sides, and what would be said of them."""
    mix = Path(heard.file)
    spec = make_spec(request(mix, mix.parent, **asked), heard.format)
    moves = decide(spec, heard, None).moves
    return [move.amount_db for move in moves if move.stage == "width"], note_on_sides(spec, heard)


@pytest.mark.parametrize("intent", ["neutral", "intimate", "energetic", "strange"])
def test_nothing_is_narrowed_unasked_and_the_seconds_are_said(heard: Analysis, intent: str) -> None:
    moves, note = widths(heard, intent=intent)
    assert moves == []
    assert "for 7 s (0:10 to 0:16)" in note
    assert "--mend-phase" in note


def test_on_request_the_sides_are_lowered_by_what_they_outweigh_the_middle(heard: Analysis) -> None:
    moves, note = widths(heard, mend_phase=True)
    assert moves == [pytest.approx(-20 * np.log10(1.6), abs=0.3)]
    assert note == ""
    assert widths(heard, mend_phase=True, off=("width",))[0] == []
    assert widths(heard, mend_phase=True, strength_percent=50.0)[0] == [pytest.approx(moves[0] / 2, abs=0.01)]


def test_a_delivery_that_needs_it_is_held_to_the_cap_and_never_works_against_references(heard: Analysis) -> None:
    assert widths(heard, target="vinyl")[0] == [-1.5, 0.0]  # the neutral cap, then the low end
    followed = make_spec(
        request(Path(heard.file), Path(heard.file).parent, target="club-mono", references=("a",), match=("width",)),
        heard.format,
    )
    assert mending(followed, heard) is None


def test_sides_are_mended_in_the_seconds_where_it_hurts(wide: Path, tmp_path: Path) -> None:
    asked = request(wide, tmp_path, mend_phase=True, off=("limiter", "dither", "eq"), subtype="FLOAT")
    result = run_master(asked)
    before, after = soundfile.read(wide)[0], soundfile.read(result.output)[0]
    after /= 10 ** (result.settings["gain_db"] / 20)

    def correlation(audio: np.ndarray) -> float:
        return float(np.corrcoef(audio[round(10.5 * RATE_HZ) : round(15.5 * RATE_HZ)].T)[0, 1])

    assert correlation(before) < -0.4
    assert correlation(after) == pytest.approx(0.0, abs=0.05)
    assert np.allclose(before.sum(axis=1), after.sum(axis=1), atol=1e-6)  # in mono nothing changes
    far = np.r_[0 : round(9.0 * RATE_HZ), round(17.0 * RATE_HZ) : len(before)]
    assert np.allclose(before[far], after[far], atol=1e-6)


def test_what_stands_in_the_way_of_a_request_is_said(heard: Analysis) -> None:
    assert widths(heard, mend_phase=True, off=("width",))[1].endswith("as they were mixed: the stage width is off.")
    assert widths(heard, off=("width",))[1].endswith("as they were mixed: the stage width is off.")
    assert "at a strength of 0 % nobody" in widths(heard, mend_phase=True, strength_percent=0.0)[1]
    assert "at a strength of 0 % nobody" in widths(heard, mend_phase=True, strength_percent=0.0, target="vinyl")[1]


@pytest.mark.parametrize(
    ("right", "words"),
    [(-1.0, "One side has the opposite polarity"), (1.0, "Nowhere do left"), (None, "The mix is mono")],
)
def test_why_there_is_nothing_to_mend_is_said(tmp_path: Path, right: float | None, words: str) -> None:
    left = 0.1 * np.random.default_rng(2).standard_normal(6 * RATE_HZ)
    audio = left if right is None else np.stack([left, right * left], axis=1)
    soundfile.write(tmp_path / "mix.wav", audio, RATE_HZ, subtype="PCM_24")
    moves, note = widths(run_analysis(tmp_path / "mix.wav", with_series=False), mend_phase=True)
    assert moves == []
    assert note.startswith(words)
