"""What lies below hearing: an offset costs no headroom and turns no phase, bass is no infrasound."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy.signal import butter, sosfiltfilt

from bridge.engine.analyse import run_analysis
from bridge.engine.mastering.decisions import Decisions, decide
from bridge.engine.mastering.job import run_master
from bridge.engine.mastering.spec import make_spec
from bridge.errors import JobError
from dsp.mastering.chain import Shaping
from tests.engine.mastering.mastering import RATE_HZ, request, song

pytestmark = pytest.mark.slow

DC = 10 ** (-54 / 20)


def decided(folder: Path, audio: np.ndarray, **asked: object) -> Decisions:
    mix = folder / "mix.wav"
    soundfile.write(mix, audio, RATE_HZ, subtype="FLOAT")
    heard = run_analysis(mix, with_series=False)
    return decide(make_spec(request(mix, folder, **asked), heard.format), heard, None)


def shaped(audio: np.ndarray, decisions: Decisions) -> np.ndarray:
    shaping = Shaping(RATE_HZ, audio.shape[1], decisions.settings)
    return np.concatenate([shaping.process(audio), shaping.finish()])


def above_30_hz(audio: np.ndarray) -> np.ndarray:
    return np.asarray(sosfiltfilt(butter(4, 30.0, "highpass", fs=RATE_HZ, output="sos"), audio, axis=0))


def level_db(audio: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(audio**2) + 1e-30))


@pytest.mark.parametrize("offset", [(DC, DC), (DC, -DC), (0.0, 10 * DC)])
def test_an_offset_costs_no_headroom_and_turns_no_phase(tmp_path: Path, offset: tuple[float, float]) -> None:
    clean = song() - song().mean(axis=0)  # the hits have an offset of their own
    decisions = decided(tmp_path, clean + np.array(offset), off=("eq",))
    assert [m.what.startswith("Subtracted an offset of") for m in decisions.moves] == [True]
    out = shaped(clean + np.array(offset), decisions)
    assert abs(20 * np.log10(np.abs(out).max() / np.abs(clean).max())) <= 0.05
    assert level_db(above_30_hz(out - clean)[RATE_HZ:-RATE_HZ]) - level_db(clean) < -100.0
    assert np.abs(out.mean(axis=0) - clean.mean(axis=0)).max() < DC / 5


def test_bass_is_no_infrasound_and_a_rumble_is_filtered_without_turning_the_rest(tmp_path: Path) -> None:
    clean = song(12.0) - song(12.0).mean(axis=0)
    assert decided(tmp_path, clean, off=("eq",)).moves == ()
    t = np.arange(len(clean)) / RATE_HZ
    rumble = 0.06 * np.sin(2 * np.pi * 7.0 * t)[:, None]
    decisions = decided(tmp_path, clean + rumble, off=("eq",))
    assert [m.where for m in decisions.moves] == ["below 16 Hz"]
    out = shaped(clean + rumble, decisions)
    inner = slice(2 * RATE_HZ, -2 * RATE_HZ)
    assert level_db(above_30_hz(out - clean)[inner]) - level_db(clean[inner]) < -40.0
    crests = [20 * np.log10(np.abs(a[inner]).max()) - level_db(a[inner]) for a in map(above_30_hz, (out, clean))]
    assert crests[0] == pytest.approx(crests[1], abs=0.02)
    assert decided(tmp_path, clean + rumble, off=("eq", "subsonic")).moves == ()


def test_an_instrumental_has_an_offset_of_its_own(tmp_path: Path) -> None:
    names = []
    for name, offset in (("Song.wav", DC), ("Instrumental.wav", -2 * DC), ("Clean.wav", 0.0)):
        soundfile.write(tmp_path / name, 0.9 * (song(4.0) - song(4.0).mean(axis=0)) + offset, RATE_HZ, subtype="PCM_24")
        names.append(tmp_path / name)
    first = run_master(request(names[0], tmp_path))
    assert first.settings["shaping"]["offsets"] == pytest.approx((DC, DC), abs=DC / 10)
    like = {"like": first.output}
    second, third = (run_master(request(name, tmp_path, **like)) for name in names[1:])
    assert second.settings["shaping"]["offsets"] == pytest.approx((-2 * DC, -2 * DC), abs=DC / 5)
    assert third.settings["shaping"]["offsets"] == ()


@pytest.mark.parametrize("target", ["spotify", "vinyl"])
def test_a_mix_that_is_all_offset_is_refused(tmp_path: Path, target: str) -> None:
    soundfile.write(tmp_path / "mix.wav", np.full((4 * RATE_HZ, 2), 0.1), RATE_HZ, subtype="PCM_24")
    with pytest.raises(JobError, match="silent but for an offset"):
        run_master(request(tmp_path / "mix.wav", tmp_path, target=target, anyway=True))


def test_behind_silence_the_whole_offset_is_subtracted(tmp_path: Path) -> None:
    clean = song(4.0) - song(4.0).mean(axis=0)
    audio = np.concatenate([np.zeros_like(clean), clean + 10 * DC])
    out = shaped(audio, decided(tmp_path, audio, off=("eq",)))
    assert np.abs(out[len(clean) :].mean(axis=0)).max() < DC
    assert not out[: len(clean)].any()
