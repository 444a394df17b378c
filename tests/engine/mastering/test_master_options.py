"""Intents, presets, references, alternate mixes, tags, lossy files, explanations, and other people's meters."""

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import mutagen.flac
import mutagen.wave
import numpy as np
import pytest
import soundfile

from bridge.audio.kept.read import read_kept
from bridge.audio.reader import AudioReader
from bridge.audio.tags import read_tags
from bridge.engine.mastering.job import plan_masters, run_master, run_masters
from bridge.engine.mastering.plan import NOT_SHAPED
from bridge.engine.threads import ThreadBudget
from bridge.errors import JobError, UsageError
from tests.engine.mastering.mastering import RATE_HZ, request, song

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def mix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("mix") / "Song v3.wav"
    soundfile.write(path, song(), RATE_HZ, subtype="PCM_24")
    return path


def loud(audio: np.ndarray, lufs_shift_db: float) -> np.ndarray:
    return audio * 10 ** (lufs_shift_db / 20)


def test_what_must_be_kept_wins_over_the_target_and_is_said(mix: Path, tmp_path: Path) -> None:
    result = run_master(request(mix, tmp_path, integrated_lufs=-7.0, intent="intimate"))
    assert result.after.integrated_lufs is not None
    assert result.after.integrated_lufs < -7.5
    assert result.contrast_loss_db is not None
    assert result.contrast_loss_db <= 0.5
    assert max(v or 0.0 for v in result.gain_reduction_db.values) <= 4.0 + 0.05  # the intent's cap
    said = next(note for note in result.notes if "instead of -7 LUFS: louder would have" in note)
    assert re.match(r"-\d+\.\d instead of", said)
    assert "--preset loud goes further" in said
    assert f"--lufs {np.floor(result.after.integrated_lufs * 10) / 10:.1f} asks for no more than this" in said


def test_the_choice_that_goes_on_does_and_the_one_that_asks_for_no_more_is_met(mix: Path, tmp_path: Path) -> None:
    def planned(lufs: float, preset: str | None = None) -> tuple[float | None, str]:
        asked = request(mix, tmp_path, integrated_lufs=lufs, intent="intimate", target="club", preset=preset)
        plan = plan_masters([asked])[0]
        return plan.expected_lufs, " ".join(plan.notes)

    stopped, notes = planned(-10.5)
    assert stopped is not None
    assert "--preset loud goes on to -10.5 at that price" in notes
    assert planned(-10.5, "loud")[0] == -10.5
    lower = re.search(r"--lufs (-\d+\.\d) asks for no more", notes)
    assert lower is not None
    assert float(lower[1]) <= stopped
    reached, said = planned(float(lower[1]))
    assert reached == float(lower[1])
    assert "instead of" not in said


def test_a_preset_may_lift_the_caps(mix: Path, tmp_path: Path) -> None:
    result = run_master(request(mix, tmp_path, integrated_lufs=-10.5, preset="loud"))
    assert result.after.integrated_lufs == pytest.approx(-10.5, abs=0.05)
    assert result.after.true_peak_dbtp is not None
    assert result.after.true_peak_dbtp <= result.ceiling_dbtp + 0.01
    assert result.ceiling_dbtp == -2.0  # Spotify asks for more room above -14


def test_the_users_own_preset_sets_stages_by_hand(mix: Path, tmp_path: Path) -> None:
    own = tmp_path / "presets.toml"
    own.write_text(
        '[mine]\ntitle = "Mine"\nside_gain_db = 1.0\nmono_below_hz = 100.0\noff = ["subsonic"]\n'
        '[mine.compressor]\nmax_reduction_db = 1.0\n[[mine.eq]]\nkind = "bell"\nfrequency_hz = 300.0\ngain_db = -2.0\n'
    )
    result = run_master(request(mix, tmp_path, preset="mine", presets_file=str(own)))
    stages = [move.stage for move in result.moves]
    assert stages[:4] == ["eq", "width", "width", "compressor"]
    assert result.moves[0].amount_db == -2.0
    assert result.after.integrated_lufs == pytest.approx(-14.0, abs=0.05)
    half = plan_masters([request(mix, tmp_path, preset="mine", presets_file=str(own), strength_percent=0.0)])[0]
    assert "compressor" not in [move.stage for move in half.moves]


def test_a_bass_that_leads_is_compressed_on_its_own(tmp_path: Path) -> None:
    t = np.arange(12 * RATE_HZ) / RATE_HZ
    hits = np.exp(-((t % 0.5) * 12.0)) * np.sin(2 * np.pi * 55.0 * t)
    voice = 0.1 * np.sin(2 * np.pi * 700.0 * t) * (1 + np.sin(2 * np.pi * 0.4 * t))
    mix, dense = tmp_path / "mix.wav", tmp_path / "dense.wav"
    soundfile.write(mix, 0.4 * np.stack([hits + voice] * 2, axis=1), RATE_HZ, subtype="PCM_24")
    soundfile.write(dense, np.clip(3.0 * np.stack([hits + voice] * 2, axis=1), -0.5, 0.5), RATE_HZ, subtype="PCM_24")
    plan = plan_masters([request(mix, tmp_path, references=(str(dense),), match=("dynamics",), anyway=True)])[0]
    move = next(m for m in plan.moves if m.stage == "compressor")
    assert "below 150 Hz on its own" in move.what
    assert -2.0 <= move.amount_db < 0.0  # the neutral cap
    treble = tmp_path / "treble.wav"
    soundfile.write(treble, 0.4 * np.stack([hits * 0.2 + voice * 3.0] * 2, axis=1), RATE_HZ, subtype="PCM_24")
    plan = plan_masters([request(treble, tmp_path, references=(str(dense),), match=("dynamics",), anyway=True)])[0]
    assert all("on its own" not in m.what for m in plan.moves)


def test_the_preset_sets_the_crossover_and_the_master_is_made(mix: Path, tmp_path: Path) -> None:
    own = tmp_path / "presets.toml"
    own.write_text('[two]\ntitle = "Two"\n[two.compressor]\nmax_reduction_db = 1.5\ncrossover_hz = 120.0\n')
    result = run_master(request(mix, tmp_path, preset="two", presets_file=str(own)))
    assert any("below 120 Hz on its own" in m.what for m in result.moves)
    assert result.after.integrated_lufs == pytest.approx(-14.0, abs=0.05)
    assert result.format.frames == soundfile.info(mix).frames


def test_a_cutter_is_told_where_the_low_end_is(tmp_path: Path) -> None:
    mix = tmp_path / "left.wav"
    soundfile.write(mix, song() * [1.0, 0.3], RATE_HZ, subtype="PCM_24")
    kept, moved = (
        [
            note
            for note in plan_masters([request(mix, tmp_path, target="vinyl", off=off)])[0].notes
            if "The sides held" in note
        ]
        for off in (("width",), ())
    )
    assert ["left there" in note for note in kept] == [True]
    assert ["in the middle now" in note for note in moved] == [True]


def test_shaped_dither_is_for_sixteen_bits_and_keeps_the_ceiling(mix: Path, tmp_path: Path) -> None:
    shaped, plain, fine = (
        run_master(request(mix, tmp_path, target=target, noise_shaping=decisions))
        for target, decisions in (("cd", True), ("cd", False), ("spotify", True))
    )
    assert any("shaped dither" in m.what for m in shaped.moves)
    assert shaped.settings["dither"] == "shaped"
    assert shaped.settings_hash != plain.settings_hash
    assert shaped.after.true_peak_dbtp is not None
    assert shaped.after.true_peak_dbtp <= shaped.ceiling_dbtp + 0.01
    assert fine.settings["dither"] == "triangular"
    assert NOT_SHAPED in fine.notes
    both = run_masters([request(mix, tmp_path, target=target, noise_shaping=True) for target in ("spotify", "cd")])
    assert all(NOT_SHAPED not in result.notes for result in both)  # one of them uses it


def test_weights_say_how_much_each_reference_counts(mix: Path, tmp_path: Path) -> None:
    t = np.arange(6 * RATE_HZ) / RATE_HZ
    rng = np.random.default_rng(6)
    names = []
    for name, tilt in (("dark.wav", -1.2), ("bright.wav", -0.3)):
        lines = (
            np.fft.rfft(rng.standard_normal(t.size)) * np.maximum(np.fft.rfftfreq(t.size, 1 / RATE_HZ), 20.0) ** tilt
        )
        audio = np.fft.irfft(lines)
        path = tmp_path / name
        soundfile.write(path, 0.3 * np.stack([audio] * 2, axis=1) / np.abs(audio).max(), RATE_HZ, subtype="PCM_24")
        names.append(str(path))

    def treble_db(weights: tuple[float, ...]) -> float:
        moves = plan_masters([request(mix, tmp_path, references=tuple(names), reference_weights=weights)])[0].moves
        return sum(m.amount_db for m in moves if m.stage == "eq" and "above" in m.what)

    assert treble_db((9.0, 1.0)) < treble_db((1.0, 9.0))
    with pytest.raises(UsageError, match="Each reference needs a weight"):
        treble_db((1.0,))


EVERY_STAGE = """[all]
title = "All"
side_gain_db = 0.5
mono_below_hz = 90.0
clip_db = 1.5
linear_phase = true
[all.caps]
max_clip_db = 2.0
[all.compressor]
max_reduction_db = 1.0
crossover_hz = 120.0
[[all.eq]]
kind = "bell"
frequency_hz = 300.0
gain_db = -2.0
"""


def test_neither_blocks_nor_threads_change_a_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own, mix = tmp_path / "presets.toml", tmp_path / "mix.wav"
    own.write_text(EVERY_STAGE)
    rng = np.random.default_rng(4)
    soundfile.write(mix, 2.0 * song() + 0.001 * rng.standard_normal(song().shape), RATE_HZ, subtype="FLOAT")
    whole = AudioReader.blocks
    bytes_of = []
    for frames, threads in ((1 << 17, 2), (10_007, 1), (65_536, 4)):
        monkeypatch.setattr(AudioReader, "blocks", lambda self, size=frames: whole(self, size))
        monkeypatch.setattr("bridge.engine.analyse.MOST", threads)
        monkeypatch.setattr("bridge.engine.analyse.budget", ThreadBudget(threads))
        folder = tmp_path / f"{frames}"
        folder.mkdir()
        asked = {"preset": "all", "presets_file": str(own), "rate_hz": 48_000, "integrated_lufs": -11.0}
        result = run_master(request(mix, folder, intent="energetic", **asked))
        stages = {move.stage for move in result.moves}
        assert stages >= {"eq", "width", "compressor", "clipper", "resample", "gain", "limiter", "dither"}
        bytes_of.append(Path(result.output).read_bytes())
    assert bytes_of[0] == bytes_of[1] == bytes_of[2]


def test_energetic_rounds_the_tops(mix: Path, tmp_path: Path) -> None:
    plain, energetic = (
        plan_masters([request(mix, tmp_path, integrated_lufs=-11.0, intent=i)])[0] for i in ("neutral", "energetic")
    )
    assert "clipper" not in [m.stage for m in plain.moves]
    assert "clipper" in [m.stage for m in energetic.moves]


def test_a_plan_writes_nothing_and_comes_true(mix: Path, tmp_path: Path) -> None:
    plan = plan_masters([request(mix, tmp_path)])[0]
    assert list(tmp_path.iterdir()) == []
    result = run_master(request(mix, tmp_path))
    assert result.settings_hash == plan.settings_hash
    assert result.output == plan.output
    assert result.after.integrated_lufs == pytest.approx(plan.expected_lufs, abs=0.05)


def test_an_instrumental_gets_the_same_settings(mix: Path, tmp_path: Path) -> None:
    first = run_master(request(mix, tmp_path, target="cd"))
    instrumental = tmp_path / "Instrumental.wav"
    soundfile.write(instrumental, song() * 0.9, RATE_HZ, subtype="PCM_24")
    second = run_master(request(instrumental, tmp_path, target="cd", like=first.output))
    assert second.settings["gain_db"] == first.settings["gain_db"]
    first_shaping, second_shaping = (dict(each.settings["shaping"]) for each in (first, second))
    offsets = [np.array(shaping.pop("offsets")) for shaping in (first_shaping, second_shaping)]
    assert second_shaping == first_shaping
    assert offsets[1] == pytest.approx(0.9 * offsets[0], rel=1e-3)  # each mix has its own
    assert second.settings["dither"] == "triangular"
    bare = run_master(request(mix, tmp_path, target="cd", off=("dither",)))
    assert run_master(request(instrumental, tmp_path, target="cd", like=bare.output)).settings["dither"] == "none"
    with pytest.raises(UsageError, match="holds no settings"):
        run_master(request(mix, tmp_path, like=str(instrumental)))


@pytest.mark.parametrize("ceiling_dbtp", [-0.3, -4.0])
def test_an_instrumental_is_held_below_the_ceiling_of_its_master(
    mix: Path, tmp_path: Path, ceiling_dbtp: float
) -> None:
    first = run_master(request(mix, tmp_path, integrated_lufs=-11.0, ceiling_dbtp=ceiling_dbtp, preset="loud"))
    instrumental = tmp_path / "Instrumental.wav"
    soundfile.write(instrumental, song() * 0.95, RATE_HZ, subtype="PCM_24")
    second = run_master(request(instrumental, tmp_path, like=first.output))
    assert second.ceiling_dbtp == ceiling_dbtp
    assert second.after.true_peak_dbtp == pytest.approx(ceiling_dbtp, abs=0.01)
    assert any(f"no peak above {ceiling_dbtp:g} dBTP" in move.why for move in second.moves)


def test_references_are_followed_in_what_was_asked(tmp_path: Path) -> None:
    hertz = np.fft.rfftfreq(10 * RATE_HZ, 1 / RATE_HZ)
    rng = np.random.default_rng(5)

    def noise(tilt: float, side: float) -> np.ndarray:
        decisions = np.maximum(hertz, 20.0) ** tilt
        lines = [np.fft.irfft(np.fft.rfft(rng.standard_normal(10 * RATE_HZ)) * decisions) for _ in range(2)]
        both = np.stack([lines[0] + side * lines[1], lines[0] - side * lines[1]], axis=1)
        return 0.3 * both / np.abs(both).max()

    mix, bright = tmp_path / "mix.wav", tmp_path / "bright.wav"
    soundfile.write(mix, noise(-0.9, 0.2), RATE_HZ, subtype="FLOAT")
    soundfile.write(bright, noise(-0.5, 0.5), RATE_HZ, subtype="FLOAT")
    tone = plan_masters([request(mix, tmp_path, references=(str(bright),), off=("limiter",))])[0]
    boosts = [m for m in tone.moves if m.stage == "eq"]
    assert boosts
    assert all(-9.0 <= m.amount_db <= 9.0 for m in boosts)  # the range of what is asked, not of what is corrected
    assert any(re.match(r"Its octaves lay \d\.\d dB from the reference's, \d\.\d dB are left\.", n) for n in tone.notes)
    small = plan_masters([request(mix, tmp_path, references=(str(bright),), intent="strange")])[0]
    assert all(-3.0 <= m.amount_db <= 3.0 for m in small.moves if m.stage == "eq")
    assert any(re.search(r"kHz: \d+\.\d dB more in the reference, \d\.\d taken", note) for note in small.notes)
    assert any("An unusual tone is not a fault" in note for note in small.notes)
    none = plan_masters([request(mix, tmp_path, references=(str(bright),), match_amount_percent=0.0)])[0]
    assert "eq" not in [m.stage for m in none.moves]
    with pytest.raises(UsageError, match=r"match amount of 151 % is asked for; possible are 0 to 150 %"):
        plan_masters([request(mix, tmp_path, references=(str(bright),), match_amount_percent=151.0)])
    assert "width" not in [m.stage for m in tone.moves]
    wide = plan_masters([request(mix, tmp_path, references=(str(bright),), match=("width", "loudness"))])[0]
    assert [m.amount_db for m in wide.moves if m.stage == "width"] == [1.5]  # capped
    assert "eq" not in [m.stage for m in wide.moves] or all(m.amount_db < 0 for m in wide.moves if m.stage == "eq")
    assert wide.integrated_lufs != -14.0
    with pytest.raises(UsageError, match="weight"):
        plan_masters([request(mix, tmp_path, references=(str(bright),), reference_weights=(-1.0,))])


def test_a_silent_reference_is_refused_and_a_lossy_one_warned_about(mix: Path, tmp_path: Path) -> None:
    silent = tmp_path / "silent.wav"
    soundfile.write(silent, np.zeros((RATE_HZ, 2)), RATE_HZ)
    with pytest.raises(JobError, match=r"reference silent.wav is silent"):
        plan_masters([request(mix, tmp_path, references=(str(silent),))])
    lossy = tmp_path / "lossy.mp3"
    soundfile.write(lossy, song(), RATE_HZ, format="MP3")
    assert any("lossy" in note for note in plan_masters([request(mix, tmp_path, references=(str(lossy),))])[0].notes)


@pytest.mark.parametrize("extension", [".mp3", ".ogg", ".opus"])
def test_lossy_files_are_decoded_again_and_made_safe_on_request(mix: Path, tmp_path: Path, extension: str) -> None:
    result = run_master(request(mix, tmp_path, extension=extension))
    assert result.decoded_overshoot_db is not None
    assert "Decoded again" in result.notes[0]
    safe = run_master(request(mix, tmp_path, extension=extension, codec_safe=True, target="club"))
    assert safe.decoded_overshoot_db is not None
    assert safe.decoded_overshoot_db <= 0.0


def test_tags_and_artwork_are_kept_and_the_settings_stored(tmp_path: Path) -> None:
    mix = tmp_path / "mix.flac"
    soundfile.write(mix, song(3.0), RATE_HZ, subtype="PCM_24")
    tagged = mutagen.flac.FLAC(mix)
    tagged["title"], tagged["isrc"] = "Nachtfahrt", "DEA123456789"
    picture = mutagen.flac.Picture()
    picture.mime, picture.type, picture.data = "image/png", 3, b"\x89PNG not really"
    tagged.add_picture(picture)
    tagged.save()
    wav = run_master(request(mix, tmp_path))
    id3 = mutagen.wave.WAVE(wav.output).tags
    assert [str(id3["TIT2"]), str(id3["TSRC"])] == ["Nachtfahrt", "DEA123456789"]
    assert id3.getall("APIC")[0].data == picture.data
    assert wav.settings_hash[:16] in str(id3["TENC"])
    flac = run_master(request(tmp_path / Path(wav.output).name, tmp_path, extension=".flac", anyway=True))
    again = read_kept(Path(flac.output), RATE_HZ)
    assert again.texts["title"] == ["Nachtfahrt"]
    assert again.pictures[0].data == picture.data


def test_a_bext_chunk_is_kept_with_the_masters_loudness(tmp_path: Path) -> None:
    mix = tmp_path / "mix.wav"
    soundfile.write(mix, song(3.0), RATE_HZ, subtype="PCM_24")
    bext = b"A description".ljust(412, b"\0") + b"\x10\x27" * 5 + bytes(180)
    with mix.open("ab") as file:
        file.write(b"bext" + len(bext).to_bytes(4, "little") + bext)
    data = bytearray(mix.read_bytes())
    data[4:8] = (len(data) - 8).to_bytes(4, "little")
    mix.write_bytes(bytes(data))
    result = run_master(request(mix, tmp_path))
    found = read_tags(Path(result.output)).broadcast
    assert found is not None
    assert (found.description, found.version) == ("A description", 2)
    measured = result.after
    for there, told in (
        (measured.integrated_lufs, found.integrated_lufs),
        (measured.range_lu, found.range_lu),
        (measured.true_peak_dbtp, found.true_peak_dbtp),
        (measured.max_momentary_lufs, found.max_momentary_lufs),
        (measured.max_short_term_lufs, found.max_short_term_lufs),
    ):
        # what a file so short has no value for is not set; EBU Tech 3285 v2, 2.3: hundredths
        assert told == (None if there is None else pytest.approx(there, abs=0.0051))
    assert hashlib.sha256(Path(result.output).read_bytes()).hexdigest() == result.output_sha256


def test_two_other_meters_agree(mix: Path, tmp_path: Path) -> None:
    results = run_masters(
        [request(mix, tmp_path, target=target, cross_check=True) for target in ("spotify", "cd", "ebu-r128")]
    )
    for result in results:
        assert result.cross_check_lufs == pytest.approx(result.after.integrated_lufs, abs=0.05)
    if shutil.which("ffmpeg") is None:
        pytest.skip("needs ffmpeg")
    for result in results:
        command = [
            "ffmpeg",
            "-nostats",
            "-hide_banner",
            "-i",
            result.output,
            "-af",
            "ebur128=peak=true",
            "-f",
            "null",
            "-",
        ]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stderr
        lufs, peak = re.findall(r"I:\s+(-?[\d.]+) LUFS", text)[-1], re.findall(r"Peak:\s+(-?[\d.]+) dBFS", text)[-1]
        assert float(lufs) == pytest.approx(result.after.integrated_lufs, abs=0.1)
        assert float(peak) == pytest.approx(result.after.true_peak_dbtp, abs=0.1)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"preset": "nope"}, "no preset"),
        ({"off": ("eq", "magic")}, "no stage magic"),
        ({"strength_percent": 120.0}, "strength of 120"),
        ({"extension": ".mp3", "subtype": "PCM_16"}, "lossy"),
        ({"extension": ".opus", "rate_hz": 44_100}, "48000 Hz"),
        ({"like": "/nowhere/master.wav"}, "no master"),
    ],
)
def test_contradictions_are_refused(mix: Path, tmp_path: Path, changes: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        run_master(request(mix, tmp_path, **changes))
    assert list(tmp_path.iterdir()) == []


def test_a_mix_that_is_already_loud_is_turned_down(tmp_path: Path) -> None:
    mix = tmp_path / "mix.wav"
    soundfile.write(mix, np.clip(song() * 12.0, -1.0, 1.0), RATE_HZ, subtype="PCM_24")  # clipped flat
    with pytest.raises(JobError, match="not ready"):
        run_master(request(mix, tmp_path))
    result = run_master(request(mix, tmp_path, anyway=True))
    assert result.before.integrated_lufs is not None
    assert result.before.integrated_lufs > -8.0
    assert result.after.integrated_lufs == pytest.approx(-14.0, abs=0.05)


def test_a_mix_quieter_than_any_target_can_justify_is_refused(tmp_path: Path) -> None:
    mix = tmp_path / "mix.wav"
    soundfile.write(mix, song() * 0.01, RATE_HZ, subtype="PCM_24")
    with pytest.raises(JobError, match=r"cannot reach -14 LUFS: with 40\.0 dB of gain"):
        run_master(request(mix, tmp_path))
