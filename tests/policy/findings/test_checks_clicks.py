"""Breaks of the waveform: a certain one is a fault, one that may be meant is to be heard, each with its place."""

from bridge.model import AudioFormat, Detections, TimeSpan, TimeSpans
from bridge.policy.findings.checks_clicks import check_clicks

WAV = AudioFormat(rate_hz=48_000, channels=2, frames=48_000 * 180, subtype="PCM_24", container="WAV", duration_s=180.0)
ONE = TimeSpans(count=1, places=1, worst=(TimeSpan(start_s=41.2, length_s=0.0, channels=(0,), severity=30.0),))


def test_a_certain_break_is_a_fault_and_a_likely_one_is_to_be_heard() -> None:
    fault, listen = check_clicks(WAV, Detections(clicks=ONE, likely_clicks=ONE))
    assert (fault.kind, fault.check, listen.kind, listen.check) == ("fault", "click", "listen", "jump")
    assert fault.message == "1 click or jump in the waveform at 0:41.2 (left)."
    assert listen.message.startswith("The waveform breaks for an instant at 0:41.2 (left): ")
    assert fault.at_s == listen.at_s == (41.2,)
    assert fault.values == listen.values == {"loudest_db": 30.0}


def test_nothing_is_said_where_nothing_breaks() -> None:
    assert list(check_clicks(WAV, Detections())) == []
