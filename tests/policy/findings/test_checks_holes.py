"""Holes: each kind is a fault or a place to listen to, with its time and what to do."""

import pytest

from bridge.model import Detections, TimeSpan, TimeSpans
from bridge.policy.findings.checks_holes import check_holes

STEREO = ("FL", "FR")


def spans(start_s: float, length_s: float, channels: tuple[int, ...] = (0, 1)) -> TimeSpans:
    place = TimeSpan(start_s=start_s, length_s=length_s, channels=channels, severity=length_s)
    return TimeSpans(count=1, total_s=length_s, places=1, worst=(place,))


@pytest.mark.parametrize(
    ("places", "kind", "check", "words"),
    [
        (Detections(dropouts=spans(61.0, 0.0123)), "fault", "dropout", "drops out once for up to 12.3 ms at 1:01.0"),
        (Detections(repeats=spans(5.0, 0.01)), "fault", "repeated_buffer", "played again, sample for sample"),
        (Detections(lost=spans(5.0, 9.0, (1,))), "fault", "channel_dies", "The right channel dies at 0:05.0"),
        (Detections(ended=spans(5.0, 9.0, (0,))), "listen", "channel_ends", "The left channel stops at 0:05.0"),
        (Detections(mutes=spans(5.0, 0.5)), "listen", "demo_mutes", "demo versions of plug-ins"),
        (Detections(gaps=spans(5.0, 0.5)), "listen", "hole", "gone once for up to 0.5 s"),
        (Detections(stutters=spans(5.0, 0.2)), "listen", "repeated_buffer", "may be an effect"),
        (Detections(cut_ends=spans(6.0, 4.0)), "listen", "cut_tail", "cut off at 0:06.0"),
        (Detections(cut_starts=spans(0.0, 1.0)), "listen", "cut_attack", "begins in mid-wave at 0:01.0"),
    ],
)
def test_every_kind_of_hole_has_its_finding(places: Detections, kind: str, check: str, words: str) -> None:
    (finding,) = check_holes(places, STEREO)
    assert (finding.kind, finding.check) == (kind, check)
    assert words in finding.message
    assert finding.remedy.endswith(".")


def test_nothing_is_said_of_nothing() -> None:
    assert list(check_holes(Detections(), STEREO)) == []
