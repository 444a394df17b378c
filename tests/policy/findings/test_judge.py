"""The judge alone: thresholds decide, and nothing else."""

from importlib import resources

import msgspec
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
        ({"crest_db": 7.9, "plr_db": 8.9, "peaks_at_ceiling": 0.15}, "printed_loudness"),
        ({"sustained_balance_db": -1.1}, "imbalance"),
        ({"mono_loss_db": 3.6}, "mono_loss"),
        ({"rumble_share_db": -15.0}, "rumble"),
        ({"first_sample_dbfs": -39.0}, "cut_attack"),
        ({"end_peak_dbfs": -59.0}, "cut_tail"),
        ({"head_silence_s": 2.1}, "head_silence"),
        ({"tail_silence_s": 10.1}, "tail_silence"),
        ({"real_bits": 20}, "bit_depth"),
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
        {"real_bits": 21},
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


def test_faults_come_first_and_an_offset_grows_into_one() -> None:
    found = judge(WAV, msgspec.structs.replace(GOOD, dc_dbfs=-30.0, rumble_share_db=-5.0))
    assert [(f.kind, f.check) for f in found] == [("fault", "dc"), ("listen", "rumble")]


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
