"""What is said of clipping: a fact where it is cut flat, something to listen to where it only looks so."""

from bridge.model import AudioFormat, Detections, TimeSpan, TimeSpans
from bridge.policy.findings.checks_clipping import check_clipping

FORMAT = AudioFormat(container="WAV", subtype="PCM_24", rate_hz=44_100, channels=2, frames=4_410_000, duration_s=100.0)
PLACES = TimeSpans(
    count=12, places=1, worst=(TimeSpan(start_s=41.0, length_s=0.2, channels=(0,), severity=9.0, count=12),)
)


def test_tops_that_look_cut_are_something_to_listen_to_with_their_place() -> None:
    (finding,) = check_clipping(FORMAT, Detections(cut_tops=PLACES))
    assert (finding.kind, finding.check, finding.at_s) == ("listen", "cut_tops", (41.0,))
    assert finding.message.startswith("Tops look cut off 12 times at 0:41.0 (left)")


def test_flat_tops_are_a_fault() -> None:
    (finding,) = check_clipping(FORMAT, Detections(clipping=PLACES))
    assert (finding.kind, finding.check, finding.values) == ("fault", "clipping", {"longest_frames": 9.0})


def test_nothing_found_says_nothing() -> None:
    assert list(check_clipping(FORMAT, Detections())) == []
