"""`--match dynamics`: peak to loudness as the references have it, measured in the written file, or told why not."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.engine.analyse import run_analysis
from bridge.engine.mastering.job import plan_masters, run_master
from bridge.model import MasterRequest
from bridge.pathtext import to_text

RATE_HZ = 44_100


def song(hit: float, seconds: float = 8.0) -> np.ndarray:
    """Return noise in two sections 4 dB apart, with hits that stand out of it by their level."""
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    rng = np.random.default_rng(3)
    body = np.convolve(rng.standard_normal(t.size), np.hanning(12) / 4, "same") * np.where(t % 6.0 < 3.0, 0.05, 0.08)
    hits = hit * np.exp(-(t % 0.5) * 60.0) * np.sin(2 * np.pi * 180.0 * t)
    return np.stack([body + hits, 0.9 * body + hits], axis=1)


def request(folder: Path, audio: np.ndarray, reference: np.ndarray, **asked: object) -> MasterRequest:
    for name, sound in (("mix.wav", audio), ("reference.wav", reference)):
        soundfile.write(folder / name, sound, RATE_HZ, subtype="PCM_24")
    return MasterRequest(
        input_path=to_text(folder / "mix.wav"),
        output_folder=to_text(folder),
        references=(to_text(folder / "reference.wav"),),
        match=("dynamics",),
        anyway=True,
        **asked,  # type: ignore[arg-type]
    )


@pytest.mark.slow
@pytest.mark.parametrize(("hit", "reference_hit", "lufs"), [(0.6, 0.15, -18.0)])
def test_the_ratio_of_the_references_is_met_at_the_targets_loudness(
    tmp_path: Path, hit: float, reference_hit: float, lufs: float
) -> None:
    asked = request(tmp_path, song(hit), song(reference_hit), integrated_lufs=lufs)
    result = run_master(asked)
    wanted_db = run_analysis(tmp_path / "reference.wav").measurement.plr_db
    assert wanted_db is not None
    assert result.before.plr_db is not None
    assert result.before.plr_db > wanted_db + 2.0
    assert result.after.plr_db == pytest.approx(wanted_db, abs=1.0)
    assert result.after.integrated_lufs == pytest.approx(lufs, abs=0.05)
    assert any(note.startswith(f"Peak to loudness {wanted_db:.1f} dB") for note in result.notes)
    if result.after.range_lu is not None and result.before.range_lu is not None:
        assert result.after.range_lu <= result.before.range_lu + 1.0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("hit", "reference_hit", "lufs", "words"),
    [
        (0.3, 0.7, -20.0, "are more open"),
        (0.6, 0.5, -9.0, "leave 7.0 dB from loudness to peak"),
    ],
)
def test_where_it_cannot_be_met_the_reason_is_said(
    tmp_path: Path, hit: float, reference_hit: float, lufs: float, words: str
) -> None:
    asked = request(tmp_path, song(hit, 6.0), song(reference_hit, 6.0), integrated_lufs=lufs)
    assert any(words in note for note in plan_masters([asked])[0].notes)


@pytest.mark.slow
def test_a_cap_that_stands_in_the_way_is_named(tmp_path: Path) -> None:
    own = tmp_path / "presets.toml"
    own.write_text('[own]\ntitle = "Own"\n[own.caps]\nmax_reduction_db = 1.5\n')
    chosen = {"preset": "own", "presets_file": to_text(own), "integrated_lufs": -22.0}
    notes = plan_masters([request(tmp_path, song(0.6, 6.0), song(0.1, 6.0), **chosen)])[0].notes
    assert any("of the references: denser would have held single hits back too far" in note for note in notes), notes


@pytest.mark.slow
def test_without_a_limiter_it_says_so(tmp_path: Path) -> None:
    asked = request(tmp_path, song(0.6, 6.0), song(0.3, 6.0), off=("limiter",))
    assert any("nothing holds peaks here" in note for note in plan_masters([asked])[0].notes)
