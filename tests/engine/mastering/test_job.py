"""The master job: levels, ceilings, names, bytes, refusals, and what is left behind."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from bridge.engine.mastering.job import run_master, run_masters
from bridge.engine.mastering.render import render
from bridge.errors import AudioFileError, JobCancelledError, JobError, UsageError
from bridge.model import Progress
from dsp.mastering.limiter.gain_curve import LimiterSettings
from dsp.mastering.limiter.solver import Solution, solve
from tests.engine.mastering.mastering import RATE_HZ, request, song

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def mix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("mix") / "Song v3.wav"
    soundfile.write(path, song(), RATE_HZ, subtype="PCM_24")
    return path


def test_level_and_ceiling_are_those_promised(mix: Path, tmp_path: Path) -> None:
    seen: list[Progress] = []
    result = run_master(request(mix, tmp_path, song="Song", revision=3), progress=seen.append)
    assert result.output == str(tmp_path / "Song – master b3 spotify 24-44.1.wav")
    assert [p.name for p in tmp_path.iterdir()] == [Path(result.output).name]
    assert result.after.integrated_lufs == pytest.approx(-14.0, abs=0.05)
    assert result.after.true_peak_dbtp is not None
    assert result.after.true_peak_dbtp <= -1.0 + 0.01
    assert result.format.subtype == "PCM_24"
    assert [m.stage for m in result.moves][-3:] == ["gain", "limiter", "dither"]
    assert max(v or 0.0 for v in result.gain_reduction_db.values) == pytest.approx(
        -result.moves[-2].amount_db, abs=0.01
    )
    assert result.drawn is not None  # of the file on the disk: what it sounds like over time
    assert max(v for v in result.drawn.curves.short_term_lufs.values if v is not None) == pytest.approx(
        result.after.max_short_term_lufs, abs=0.02
    )
    fractions = [p.fraction for p in seen]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_several_targets_of_one_mix(mix: Path, tmp_path: Path) -> None:
    results = run_masters([request(mix, tmp_path, target=t) for t in ("cd", "ebu-r128", "vinyl")])
    cd, broadcast, vinyl = results
    assert (cd.format.subtype, cd.format.rate_hz) == ("PCM_16", 44_100)
    assert broadcast.format.rate_hz == 48_000
    assert broadcast.after.integrated_lufs == pytest.approx(-23.0, abs=0.05)
    assert vinyl.after.true_peak_dbtp == pytest.approx(-3.0, abs=0.01)
    assert "limiter" not in [m.stage for m in vinyl.moves]
    assert len(list(tmp_path.iterdir())) == 3


def test_targets_that_want_the_same_bytes_share_them(mix: Path, tmp_path: Path) -> None:
    spotify, tidal = run_masters([request(mix, tmp_path, target=t) for t in ("spotify", "tidal")])
    assert Path(spotify.output).read_bytes() == Path(tidal.output).read_bytes()
    assert tidal.output_sha256 == spotify.output_sha256
    assert any("Tidal" in note for note in tidal.notes)
    assert len(list(tmp_path.iterdir())) == 2


def test_one_chain_is_rendered_once_and_gives_the_bytes_it_gives_alone(
    mix: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = {}
    for target, extension in (("spotify", ".wav"), ("cd", ".wav"), ("cd", ".flac"), ("ebu-r128", ".wav")):
        folder = tmp_path / f"{target}{extension}"
        folder.mkdir()
        result = run_master(request(mix, folder, target=target, extension=extension))
        alone[target, extension] = Path(result.output).read_bytes()
    rendered: list[int] = []
    monkeypatch.setattr(
        "bridge.engine.mastering.job.render",
        lambda a, outputs, *rest: rendered.append(len(outputs)) or render(a, outputs, *rest),
    )
    seen: list[float] = []
    (tmp_path / "all").mkdir()
    results = run_masters(
        [request(mix, tmp_path / "all", target=target, extension=extension) for target, extension in alone],
        progress=lambda p: seen.append(p.fraction),
    )
    assert rendered == [3, 1]
    assert [Path(r.output).read_bytes() for r in results] == list(alone.values())
    assert seen == sorted(seen)


def test_a_master_that_is_made_again_is_made_once(mix: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The encoder's first attempt is over the ceiling; what is turned down for it is one file, and the other stays."""
    rendered: list[list[str]] = []

    def counted(analysis: Any, outputs: Any, *rest: Any) -> Any:
        rendered.append([writer.path.suffix for _, writer in outputs])
        return render(analysis, outputs, *rest)

    for module in ("job", "deliver"):
        monkeypatch.setattr(f"bridge.engine.mastering.{module}.render", counted)
    asked = ((".wav", False), (".ogg", True))
    results = run_masters(
        [request(mix, tmp_path, target="club", extension=kind, codec_safe=safe) for kind, safe in asked]
    )
    assert rendered == [[".wav", ".ogg"], [".ogg"]]
    assert "Turned down by" in results[1].notes[0]
    assert sorted(tmp_path.iterdir()) == sorted(Path(result.output) for result in results)


def misled(off_db: float) -> Callable[..., Solution]:
    """Return a solver that is wrong by so much."""

    def solver(*args: Any) -> Solution:
        solution = solve(*args)
        return replace(solution, chosen=replace(solution.chosen, gain_db=solution.chosen.gain_db + off_db))

    return solver


@pytest.mark.parametrize("off_db", [-0.4, 0.4])
def test_a_level_that_was_missed_is_met_by_rendering_again(
    mix: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, off_db: float
) -> None:
    again: list[int] = []
    monkeypatch.setattr("bridge.engine.mastering.plan.solve", misled(off_db))
    monkeypatch.setattr("bridge.engine.mastering.deliver.render", lambda *args: again.append(1) or render(*args))
    result = run_master(request(mix, tmp_path, off=("subsonic",)))
    assert result.after.integrated_lufs == pytest.approx(-14.0, abs=0.05)
    assert again == [1]


def test_a_master_that_misses_its_promise_is_not_kept(
    mix: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("bridge.engine.mastering.plan.solve", misled(0.4))
        patched.setattr("bridge.engine.mastering.deliver._NEAR_LU", 1.0)
        with pytest.raises(JobError, match=r"measured -13\.6\d LUFS on the disk instead of -14\.00; it was not kept"):
            run_master(request(mix, tmp_path))
    with monkeypatch.context() as patched:
        patched.setattr("bridge.engine.mastering.spec.MasterSpec.limiter", LimiterSettings(ceiling_dbtp=-0.9))
        with pytest.raises(JobError, match=r"measured -0\.90 dBTP on the disk, above -1; it was not kept"):
            run_master(request(mix, tmp_path, integrated_lufs=-12.0, ceiling_dbtp=-1.0))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("off", [(), ("limiter",)])
@pytest.mark.parametrize("shaped", [False, True])
def test_the_lowest_ceiling_is_held_also_after_the_rounding(
    mix: Path, tmp_path: Path, off: tuple[str, ...], shaped: bool
) -> None:
    lufs = None if off else -33.0
    asked = {"integrated_lufs": lufs, "ceiling_dbtp": -24.0, "off": off, "noise_shaping": shaped}
    result = run_master(request(mix, tmp_path, target="cd", **asked))
    assert result.after.true_peak_dbtp is not None
    assert -25.0 < result.after.true_peak_dbtp <= -24.0


@pytest.mark.parametrize("off", [(), ("limiter",)])
def test_a_mix_far_above_full_scale_is_refused(tmp_path: Path, off: tuple[str, ...]) -> None:
    wild = tmp_path / "wild.wav"
    soundfile.write(wild, song(3.0) * 1e5, RATE_HZ, subtype="FLOAT")
    with pytest.raises(JobError, match="far above full scale"):
        run_master(request(wild, tmp_path, off=off, anyway=True))
    assert list(tmp_path.iterdir()) == [wild]


@pytest.mark.parametrize(("extension", "subtype"), [(".wav", "FLOAT"), (".flac", "PCM_24"), (".wav", "PCM_16")])
def test_same_input_same_bytes(mix: Path, tmp_path: Path, extension: str, subtype: str) -> None:
    outputs = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        result = run_master(request(mix, tmp_path / name, extension=extension, subtype=subtype))
        outputs.append(Path(result.output).read_bytes())
    assert outputs[0] == outputs[1]


def test_a_reserved_name_is_used_and_the_same_bytes_are_adopted(mix: Path, tmp_path: Path) -> None:
    name = tmp_path / "reserved.wav"
    first = run_master(request(mix, tmp_path, output_path=str(name)))
    assert run_master(request(mix, tmp_path, output_path=str(name))) == first
    assert [p.name for p in tmp_path.iterdir()] == ["reserved.wav"]


def test_mono_and_other_rates(tmp_path: Path) -> None:
    for rate_hz, channels in ((8_000, 1), (96_000, 2)):
        mix = tmp_path / f"{rate_hz}.wav"
        soundfile.write(mix, song(3.0, rate_hz, channels), rate_hz, subtype="FLOAT")
        result = run_master(request(mix, tmp_path, target="cd"))
        assert (result.format.rate_hz, result.format.channels) == (44_100, channels)
        assert result.after.integrated_lufs == pytest.approx(-14.0 if channels == 2 else -17.01, abs=0.05)
        assert result.after.true_peak_dbtp is not None
        assert result.after.true_peak_dbtp <= -1.0 + 0.01


@pytest.mark.parametrize("after_calls", [0, 1, 3, 5, 8])
def test_cancel_leaves_nothing(mix: Path, tmp_path: Path, after_calls: int) -> None:
    calls = iter(range(1_000))
    with pytest.raises(JobCancelledError):
        run_master(request(mix, tmp_path), cancelled=lambda: next(calls) >= after_calls)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("audio", "words"),
    [
        (np.zeros((RATE_HZ, 2)), "silent"),
        (np.full((1, 2), 0.5), "0.4 s"),
        (np.full((RATE_HZ, 2), 0.25), "DC offset"),
        (0.1 * np.ones((RATE_HZ, 6)) * np.sin(np.arange(RATE_HZ) / 9)[:, None], "6 channels"),
        (np.where(np.arange(RATE_HZ) == 99, np.nan, np.sin(np.arange(RATE_HZ) / 9))[:, None], "holds no number"),
    ],
)
def test_what_cannot_be_mastered_is_refused(tmp_path: Path, audio: np.ndarray, words: str) -> None:
    mix = tmp_path / "mix.wav"
    soundfile.write(mix, audio, RATE_HZ, subtype="FLOAT")
    with pytest.raises(JobError, match=words):
        run_master(request(mix, tmp_path))
    assert [p.name for p in tmp_path.iterdir()] == ["mix.wav"]


def test_anyway_proceeds_and_records_it(tmp_path: Path) -> None:
    mix = tmp_path / "mix.wav"
    sound = song(3.0)
    sound[:, 1] = -sound[:, 0]
    soundfile.write(mix, sound, RATE_HZ, subtype="FLOAT")
    with pytest.raises(JobError, match="opposite polarity"):
        run_master(request(mix, tmp_path))
    result = run_master(request(mix, tmp_path, anyway=True))
    assert any("opposite polarity" in note for note in result.notes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"target": "nowhere"}, "no target"),
        ({"ceiling_dbtp": 0.5}, "ceiling of 0.5"),
        ({"integrated_lufs": 3.0}, "loudness of 3"),
        ({"integrated_lufs": float("nan")}, "loudness of nan"),
        ({"rate_hz": 1_000}, "1000 Hz"),
        ({"subtype": "PCM_U8"}, "PCM_U8"),
        ({"extension": ".doc"}, "doc"),
        ({"extension": "wav"}, "dot"),
    ],
)
def test_impossible_orders_are_refused(mix: Path, tmp_path: Path, changes: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        run_master(request(mix, tmp_path, **changes))
    assert list(tmp_path.iterdir()) == []


def test_the_same_master_asked_twice_at_once_is_one_file(mix: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(run_master, request(mix, tmp_path)) for _ in range(2)]
        one, other = (future.result() for future in asked)
    assert one.output_sha256 == other.output_sha256
    assert one.output == other.output
    assert [p.name for p in tmp_path.iterdir()] == [Path(one.output).name]


def test_a_folder_that_is_not_there_or_is_full_of_rules_is_named(mix: Path, tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match="does not exist"):
        run_master(request(mix, tmp_path / "gone"))
    taken = tmp_path / "file"
    taken.write_text("no folder")
    with pytest.raises(AudioFileError, match="file"):
        run_master(request(mix, taken))
    assert taken.read_text() == "no folder"
