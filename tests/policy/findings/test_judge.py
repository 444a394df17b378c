"""The judge alone: thresholds decide, and nothing else."""

import ast
from importlib import resources
from pathlib import Path

import msgspec
import numpy as np
import pytest

from bridge.model import AudioFormat, Detections, Measurement, TimeSpan, TimeSpans
from bridge.policy.findings.judge import judge
from bridge.policy.findings.thresholds import Thresholds
from bridge.policy.findings.wording import channel_names, counted, times, where
from bridge.text import clock

STEREO = ("FL", "FR")
FIVE_ONE = ("FL", "FR", "FC", "LFE", "BL", "BR")
WAV = AudioFormat(rate_hz=48_000, channels=2, frames=48_000 * 180, subtype="PCM_24", container="WAV", duration_s=180.0)
GOOD = Measurement(
    integrated_lufs=-18.0,
    sample_peak_dbfs=-6.0,
    sample_peak_channels_dbfs=(-6.0, -6.5),
    crest_db=14.0,
    plr_db=12.0,
    dc_dbfs=-90.0,
    peaks_at_ceiling=0.01,
    correlation=0.6,
    sustained_balance_db=0.2,
    mono_loss_db=1.5,
    mono_loss_hz=8000.0,
    rumble_share_db=-40.0,
    first_sample_dbfs=-80.0,
    end_peak_dbfs=-75.0,
    head_silence_s=0.1,
    tail_silence_s=1.0,
    real_bits=24,
)


def checks(measurement: Measurement, places: Detections | None = None, **limits: float) -> list[str]:
    return [f.check for f in judge(WAV, measurement, places, Thresholds(**limits))]


def test_good_numbers_say_nothing() -> None:
    assert checks(GOOD) == []


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ({"dc_dbfs": -59.0}, "dc"),
        ({"crest_db": 7.9, "plr_db": 8.9, "peaks_at_ceiling": 0.5}, "printed_loudness"),
        ({"sustained_balance_db": -1.6}, "imbalance"),
        ({"mono_loss_db": 5.1}, "mono_loss"),
        ({"first_sample_dbfs": -39.0}, "cut_attack"),
        ({"end_peak_dbfs": -47.0}, "cut_tail"),
        ({"head_silence_s": 2.1}, "head_silence"),
        ({"tail_silence_s": 10.1}, "tail_silence"),
        ({"real_bits": 20}, "bit_depth"),
        ({"lattice_bits": 16.55}, "bit_depth"),
        ({"codec": "MP3", "codec_zeros": 0.08, "codec_zeros_elsewhere": 0.02}, "lossy_source"),
        ({"identical_channels": True}, "mono_in_stereo"),
        ({"inverted_channels": True}, "inverted_channel"),
        ({"sample_peak_channels_dbfs": (-6.0, None)}, "dead_channel"),
        ({"sample_peak_channels_dbfs": (-70.0, -6.0)}, "dead_channel"),
    ],
)
def test_each_threshold(change: dict[str, object], check: str) -> None:
    assert checks(msgspec.structs.replace(GOOD, **change)) == [check]


@pytest.mark.parametrize(
    "change",
    [
        {"crest_db": 7.0, "plr_db": 8.0},
        {"crest_db": 7.0, "peaks_at_ceiling": 0.5},
        {"plr_db": 8.0, "peaks_at_ceiling": 0.5},
        {"crest_db": 3.0, "plr_db": 3.0, "peaks_at_ceiling": 1.0},
        {"crest_db": 8.0, "plr_db": 8.0, "peaks_at_ceiling": 1.0, "range_lu": 0.4},
        {"end_peak_dbfs": -47.0, "end_fall_db_per_s": 100.0},
        {"real_bits": 21},
        {"lattice_bits": 20.1},
        {"real_bits": 1},
        {"sample_peak_channels_dbfs": (-6.0, -40.0)},
        {"integrated_lufs": -7.0, "sample_peak_dbfs": 0.0, "true_peak_dbtp": 1.0},
    ],
)
def test_one_sign_alone_says_nothing(change: dict[str, object]) -> None:
    assert checks(msgspec.structs.replace(GOOD, **change)) == []


def test_thresholds_are_the_person_s() -> None:
    assert checks(msgspec.structs.replace(GOOD, sustained_balance_db=1.5), balance_listen_db=2.0) == []


def test_every_threshold_stands_in_the_configuration_s_template() -> None:
    text = resources.files("bridge.settings").joinpath("config_template.toml").read_text(encoding="utf-8")
    shown = text.partition("[thresholds]")[2]
    for name, value in msgspec.to_builtins(Thresholds()).items():
        assert f"\n# {name} = {value}\n" in shown


def test_faults_come_first_then_what_to_listen_to_then_notes() -> None:
    measured = msgspec.structs.replace(GOOD, dc_dbfs=-50.0, inverted_channels=True, rms_dbfs=-20.0)
    found = judge(WAV, measured, rumble(-25.0))
    assert [(f.kind, f.check) for f in found] == [
        ("fault", "inverted_channel"),
        ("listen", "rumble"),
        ("note", "dc"),
    ]


@pytest.mark.parametrize(
    ("offset", "change", "kind"),
    [
        (0.004, {}, "note"),
        (0.02, {}, "note"),  # a third of a decibel
        (0.06, {}, "listen"),  # 1.1 dB of headroom
        (-0.06, {}, "listen"),
        (0.02, {"first_sample_dbfs": -34.0}, "listen"),  # it clicks where the file starts
        (0.004, {"first_sample_dbfs": -48.0}, "note"),
    ],
)
def test_an_offset_is_a_note_unless_it_costs_headroom_or_clicks(
    offset: float, change: dict[str, object], kind: str
) -> None:
    level = 20 * np.log10(abs(offset))
    measurement = msgspec.structs.replace(GOOD, dc_dbfs=level, dc_channels=(offset, 0.0), **change)
    (found,) = judge(WAV, measurement)
    assert (found.kind, found.check) == (kind, "dc")
    (fault,) = judge(WAV, measurement, thresholds=Thresholds(dc_fault_dbfs=-60.0))
    assert fault.kind == "fault"


def rumble(level_dbfs: float) -> Detections:
    """Return steady infrasound over a minute."""
    span = TimeSpan(start_s=20.0, length_s=60.0, severity=level_dbfs)
    return Detections(infrasound=TimeSpans(count=12, total_s=60.0, places=1, worst=(span,)))


def test_steady_infrasound_is_rumble_where_it_is_a_fortieth_of_the_song() -> None:
    song = msgspec.structs.replace(GOOD, rms_dbfs=-20.0)
    (found,) = judge(WAV, song, rumble(-30.0))
    assert (found.kind, found.check, found.at_s, found.length_s) == ("listen", "rumble", (20.0,), (60.0,))
    assert "-30 dBFS at 4 to 18 Hz, 10 % of the song's energy" in found.message
    assert checks(song, rumble(-37.0)) == []
    assert checks(song, rumble(-37.0), rumble_listen_db=-20.0) == ["rumble"]


def test_infrasound_that_comes_with_the_drums_is_no_rumble() -> None:
    assert checks(msgspec.structs.replace(GOOD, rumble_share_db=-5.0)) == []


def test_an_offset_that_moves_is_one_finding_not_two() -> None:
    moving = msgspec.structs.replace(GOOD, rms_dbfs=-20.0, dc_dbfs=-30.0, dc_channels=(0.03,))
    assert checks(moving, rumble(-32.0)) == ["dc"]
    assert sorted(checks(msgspec.structs.replace(moving, dc_dbfs=-34.0), rumble(-32.0))) == ["dc", "rumble"]


def test_an_offset_is_no_cut_end() -> None:
    sits_off = msgspec.structs.replace(GOOD, end_peak_dbfs=-40.0, dc_dbfs=-41.0, dc_channels=(0.009, 0.0))
    assert checks(sits_off) == ["dc"]


@pytest.mark.parametrize(
    ("lengths_s", "said"),
    [
        ((3.0,), []),
        ((8.0, 9.0), []),
        ((8.0, 11.0), ["correlation"]),  # a tenth of three minutes
        ((15.0,), ["correlation"]),
        ((14.0,), []),
    ],
)
def test_a_short_passage_may_be_out_of_phase(lengths_s: tuple[float, ...], said: list[str]) -> None:
    worst = tuple(TimeSpan(start_s=30.0 * i, length_s=s, severity=s) for i, s in enumerate(lengths_s))
    apart = TimeSpans(count=len(worst), total_s=sum(lengths_s), places=len(worst), worst=worst)
    assert checks(GOOD, Detections(out_of_phase=apart)) == said


@pytest.mark.parametrize(("peak_dbfs", "said"), [(-96.0, ["silence"]), (-73.0, ["silence"]), (-70.0, [])])
def test_nothing_but_dither_is_nothing(peak_dbfs: float, said: list[str]) -> None:
    faint = msgspec.structs.replace(GOOD, sample_peak_dbfs=peak_dbfs, sample_peak_channels_dbfs=(peak_dbfs, peak_dbfs))
    assert [f.check for f in judge(WAV, faint) if f.check != "dead_channel"] == said


def test_every_remedy_is_one_sentence() -> None:
    """It is read in passing: what is wrong, then the one thing to do."""
    folder = Path(str(resources.files("bridge.policy.findings")))
    calls = [
        call
        for path in sorted(folder.glob("*.py"))
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
    ]
    given = [word.value for call in calls for word in call.keywords if word.arg == "remedy"]
    given += [c.args[3] for c in calls if isinstance(c.func, ast.Name) and c.func.id == "at_places"]
    parts = [one.values if isinstance(one, ast.JoinedStr) else [one] for one in given]
    texts = [[str(p.value) for p in some if isinstance(p, ast.Constant)] for some in parts]
    remedies = ["".join(text) for text in texts if text]
    assert len(remedies) > 15
    assert [r for r in remedies if ". " in r or not r.endswith(".")] == []


def test_short_files_are_samples_not_songs() -> None:
    short = msgspec.structs.replace(WAV, frames=4_800, duration_s=0.1)
    assert judge(short, msgspec.structs.replace(GOOD, end_peak_dbfs=-3.0, dc_dbfs=-20.0)) == ()


def test_words_for_places() -> None:
    assert clock(62.34, 1) == "1:02.3"
    assert clock(59.96, 1) == "1:00.0"
    assert counted(1, "place") == "1 place"
    assert counted(1200, "place") == "1,200 places"
    assert channel_names((0,), STEREO) == "left"
    assert channel_names((0, 1), STEREO) == "both channels"
    assert channel_names((1, 3), FIVE_ONE) == "right and LFE"
    assert channel_names((0, 2, 4), FIVE_ONE) == "left, centre and left surround"
    assert channel_names((0, 1, 2, 3, 4, 5), FIVE_ONE) == "all channels"
    assert channel_names((0, 2), ("FC", "", "")) == "centre and channel 3"
    assert channel_names((1, 2), ("", "", "", "")) == "channels 2 and 3"
    assert channel_names((0,), ("FC",)) == ""
    assert times(1) == "once"
    assert times(3) == "3 times"
    worst = tuple(TimeSpan(start_s=float(i), length_s=0.1 if i else 2.0, channels=(1,)) for i in range(7))
    assert where(TimeSpans(count=30, places=9, worst=worst), STEREO) == (
        "at 0:00.0–0:02.0, 0:01.0, 0:02.0, 0:03.0, 0:04.0 and 4 more places (right)"
    )


def test_sixteen_bits_after_a_gain_are_told_with_the_gain() -> None:
    for bits, words in ((16.548, "turned down by 3.3 dB"), (15.668, "turned up by 2.0 dB"), (16.0, "left as it is")):
        (finding,) = judge(WAV, msgspec.structs.replace(GOOD, lattice_bits=bits))
        assert words in finding.message
        assert finding.values["real_bits"] == 16.0
