"""The verdict: facts first, in words, and one order for everybody."""

import pytest

from bridge.model import AudioFormat, Finding, FindingKind, Measurement
from bridge.policy.findings.judge import judge
from bridge.policy.findings.verdict import in_a_line, in_order, verdict_of


def findings(*kinds: FindingKind) -> tuple[Finding, ...]:
    return tuple(Finding(kind=kind, check=f"{n}", message=f"{kind} {n}.") for n, kind in enumerate(kinds))


def test_faults_stand_before_what_to_listen_to_and_notes_last_equals_as_they_came() -> None:
    ordered = in_order(findings("note", "listen", "fault", "listen", "fault"))
    assert [finding.message for finding in ordered] == ["fault 2.", "fault 4.", "listen 1.", "listen 3.", "note 0."]


@pytest.mark.parametrize(
    ("kinds", "verdict", "line"),
    [
        ((), "fine", "No faults found."),
        (("note",), "fine", "No faults found."),
        (("listen", "note"), "listen", "No faults. 1 thing to listen to. listen 0."),
        (("fault", "listen", "listen"), "fault", "1 fault to mend before mastering. fault 0."),
    ],
)
def test_the_heaviest_finding_decides_and_is_named(kinds: tuple[FindingKind, ...], verdict: str, line: str) -> None:
    found = findings(*kinds)
    assert verdict_of(found).kind == verdict
    assert in_a_line(found) == line


def test_a_fault_says_what_else_there_is() -> None:
    assert verdict_of(findings("listen", "fault", "listen")).explanation.endswith("2 things to listen to as well.")


def test_what_was_on_the_bus_is_put_in_order_with_what_was_measured() -> None:
    wav = AudioFormat(rate_hz=48_000, channels=2, frames=48_000, subtype="PCM_24", container="WAV", duration_s=1.0)
    silent = judge(wav, Measurement(), more=findings("note", "fault"))
    assert [finding.check for finding in silent] == ["1", "silence", "0"]
