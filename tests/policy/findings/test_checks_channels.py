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
