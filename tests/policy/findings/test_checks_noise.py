"""What is said of noise that does not belong."""

import msgspec

from bridge.model import Detections, TimeSpan, TimeSpans
from bridge.policy.findings.judge import judge
from tests.policy.findings.test_judge import GOOD, WAV


def test_hum_is_said_with_its_mains_its_level_and_the_second_where_it_lies_open() -> None:
    (finding,) = judge(WAV, msgspec.structs.replace(GOOD, hum_dbfs=-61.2, hum_at_s=83.0, mains_hz=60))
    assert (finding.kind, finding.check) == ("listen", "hum")
    assert "60 Hz and its multiples, -61 dBFS" in finding.message
    assert "1:23" in finding.message
    assert (finding.at_s, finding.length_s) == ((83.0,), (1.0,))
    assert finding.values["mains_hz"] == 60.0


def test_a_whine_is_said_with_its_frequency() -> None:
    found = msgspec.structs.replace(GOOD, whine_hz=15_734.0, whine_dbfs=-61.6, whine_at_s=2.0)
    (finding,) = judge(WAV, found)
    assert (finding.kind, finding.check) == ("listen", "whine")
    assert "15,734 Hz (-62 dBFS)" in finding.message


def test_noise_that_comes_back_points_at_trial_versions() -> None:
    spans = tuple(TimeSpan(start_s=at, length_s=1.0, severity=1.0) for at in (5.0, 15.0, 25.0))
    places = Detections(noise_stretches=TimeSpans(count=3, total_s=3.0, places=3, worst=spans))
    (finding,) = judge(WAV, GOOD, places)
    assert (finding.kind, finding.check) == ("listen", "repeated_noise")
    assert "Noise of 1.0 s comes back 3 times" in finding.message
    assert finding.at_s == (5.0, 15.0, 25.0)


def test_a_head_and_a_tail_of_noise_are_said_with_their_lengths() -> None:
    head, tail = judge(WAV, msgspec.structs.replace(GOOD, head_noise_s=3.0, tail_noise_s=30.0))
    assert (head.check, head.at_s, head.length_s) == ("head_noise", (0.0,), (3.0,))
    assert (tail.check, tail.at_s, tail.length_s) == ("tail_noise", (150.0,), (30.0,))
    assert "30.0 s of nothing but noise lie behind the last sound at 2:30" in tail.message
