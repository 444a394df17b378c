"""What is said of two sides that do not fit together."""

import msgspec
import pytest

from bridge.model import Detections, TimeSpan, TimeSpans
from bridge.policy.findings.judge import judge
from tests.policy.findings.test_judge import GOOD, WAV


@pytest.mark.parametrize(
    ("frames", "inverted", "says", "does"),
    [
        (24, False, "The right channel is late by 24 samples (0.50 ms):", "move the right channel 24 samples earlier."),
        (-1, False, "The left channel is late by 1 sample (0.02 ms):", "move the left channel 1 sample earlier."),
        (4800, True, "4,800 samples (100.00 ms), and in opposite polarity:", "earlier and turn its polarity."),
    ],
)
def test_a_delay_is_said_in_samples_and_milliseconds(frames: int, inverted: bool, says: str, does: str) -> None:
    found = msgspec.structs.replace(GOOD, channel_delay_frames=frames, channel_delay_inverted=inverted)
    (finding,) = judge(WAV, found)
    assert (finding.kind, finding.check) == ("listen", "channel_delay")
    assert says in finding.message
    assert does in finding.remedy
    assert finding.channels == ((1,) if frames > 0 else (0,))
    assert finding.values["delay_frames"] == frames


def test_what_a_delay_does_in_mono_is_no_finding_of_its_own() -> None:
    apart = TimeSpan(start_s=0.0, length_s=120.0, channels=(0, 1), severity=120.0)
    places = Detections(out_of_phase=TimeSpans(count=1, total_s=120.0, places=1, worst=(apart,)))
    lossy = msgspec.structs.replace(GOOD, mono_loss_db=9.0, correlation_min=-0.5)
    assert {f.check for f in judge(WAV, lossy, places)} == {"correlation", "mono_loss"}
    late = msgspec.structs.replace(lossy, channel_delay_frames=24)
    assert [f.check for f in judge(WAV, late, places)] == ["channel_delay"]


def spans(*places: tuple[float, float, tuple[int, ...], float]) -> TimeSpans:
    worst = tuple(TimeSpan(start_s=a, length_s=n, channels=c, severity=s) for a, n, c, s in places)
    return TimeSpans(count=len(worst), total_s=sum(p.length_s for p in worst), places=len(worst), worst=worst)


MOMENT_S = 1 / 44_100


@pytest.mark.parametrize(
    ("places", "check", "says"),
    [
        (
            Detections(swapped_sides=spans((62.3, 11.7, (0, 1), 0.0))),
            "sides_swapped",
            "From 1:02.3 to 1:14.0 the sides are swapped.",
        ),
        (
            Detections(swapped_sides=spans((1.0, 2.0, (0, 1), 0.0), (62.3, MOMENT_S, (0, 1), 0.0))),
            "sides_swapped",
            "From 0:01.0 to 0:03.0 the sides are swapped and at 1:02.3 the sides change places.",
        ),
        (
            Detections(inverted_side=spans((62.3, 11.7, (1,), 0.0))),
            "side_inverted",
            "From 1:02.3 to 1:14.0 the right channel is inverted. In mono, what both sides share cancels.",
        ),
        (
            Detections(side_levels=spans((62.3, MOMENT_S, (0,), -6.02))),
            "side_level",
            "At 1:02.3 the left channel becomes 6.0 dB quieter at once.",
        ),
        (
            Detections(side_levels=spans((62.3, 11.7, (1,), 3.5))),
            "side_level",
            "From 1:02.3 to 1:14.0 the right channel is 3.5 dB louder.",
        ),
    ],
)
def test_a_change_of_the_sides_is_something_to_listen_to_at_its_place(
    places: Detections, check: str, says: str
) -> None:
    (finding,) = judge(WAV, GOOD, places)
    assert (finding.kind, finding.check, finding.message) == ("listen", check, says)
    assert finding.remedy.startswith("Look there for ")
    assert len(finding.at_s) == len(finding.length_s) == finding.count


def test_of_several_levels_the_largest_change_is_kept() -> None:
    places = Detections(side_levels=spans((1.0, 2.0, (0,), -6.0), (5.0, MOMENT_S, (1,), 4.0)))
    (finding,) = judge(WAV, GOOD, places)
    assert finding.values == {"gain_db": -6.0}
    assert finding.channels == (0, 1)


CLICK = (62.3005, MOMENT_S, (1,), 30.0)


@pytest.mark.parametrize(
    ("places", "check"),
    [
        (Detections(swapped_sides=spans((50.0, 12.3, (0, 1), 0.0)), clicks=spans(CLICK)), "sides_swapped"),
        (Detections(inverted_side=spans((62.3, MOMENT_S, (1,), 0.0)), clicks=spans(CLICK)), "side_inverted"),
        (Detections(side_levels=spans((62.3, 3.0, (1,), -6.0)), clicks=spans(CLICK)), "side_level"),
    ],
)
def test_a_switch_that_clicks_is_one_fault_and_the_click_is_not_told_again(places: Detections, check: str) -> None:
    (finding,) = judge(WAV, GOOD, places)
    assert (finding.kind, finding.check) == ("fault", check)


def test_a_click_elsewhere_is_told_beside_a_switch() -> None:
    elsewhere = (70.0, MOMENT_S, (1,), 30.0)
    places = Detections(inverted_side=spans((50.0, 12.3, (1,), 0.0)), clicks=spans(CLICK, elsewhere))
    click, inverted = judge(WAV, GOOD, places)
    assert (click.check, click.at_s, click.count) == ("click", (70.0,), 1)
    assert (inverted.kind, inverted.check) == ("fault", "side_inverted")


def test_a_stretch_out_of_phase_that_begins_where_a_side_is_inverted_is_not_told_again() -> None:
    apart = spans((50.2, 12.0, (0, 1), 12.0), (100.0, 30.0, (0, 1), 30.0))
    inverted = spans((50.0, 12.3, (1,), 0.0))
    lossy = msgspec.structs.replace(GOOD, correlation_min=-0.5)
    told = {f.check: f for f in judge(WAV, lossy, Detections(out_of_phase=apart, inverted_side=inverted))}
    assert told["correlation"].at_s == (100.0,)
    first = spans((50.2, 12.0, (0, 1), 12.0))
    assert [f.check for f in judge(WAV, lossy, Detections(out_of_phase=first, inverted_side=inverted))] == [
        "side_inverted"
    ]
