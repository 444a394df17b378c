"""The verdict on a bounce: decided from its findings, in words; facts first, never a score."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bridge.model import Finding, FindingKind, Verdict
from bridge.policy.findings.wording import counted

_WEIGHTS: dict[FindingKind, int] = {"fault": 0, "listen": 1, "note": 2}


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict and the words for it: one line that says it, one that says what to make of it."""

    kind: Verdict
    headline: str
    explanation: str


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings by their weight: faults, then what to listen to, then notes; equals stay as they came."""
    return tuple(sorted(findings, key=lambda finding: _WEIGHTS[finding.kind]))


def verdict_of(findings: Sequence[Finding]) -> Judgement:
    """Return the verdict on a bounce with these findings, in any order."""
    faults = sum(finding.kind == "fault" for finding in findings)
    listens = sum(finding.kind == "listen" for finding in findings)
    if faults:
        also = f" {counted(listens, 'thing')} to listen to as well." if listens else ""
        return Judgement(
            "fault",
            f"{counted(faults, 'fault')} to mend before mastering.",
            f"A fault is a fact, not an opinion. Mend it in the mix and bounce again.{also}",
        )
    if listens:
        return Judgement(
            "listen",
            f"No faults. {counted(listens, 'thing')} to listen to.",
            "Nothing is broken. What is unusual may be exactly what you meant: your ears decide.",
        )
    return Judgement(
        "fine",
        "No faults found.",
        "Nothing is broken or unusual. Whether it moves anyone, no number can say.",
    )


def in_a_line(findings: Sequence[Finding]) -> str:
    """Return the verdict in one line: its headline, and what weighs most of findings that are in order."""
    weighty = [finding.message for finding in findings if finding.kind != "note"]
    return " ".join([verdict_of(findings).headline, *weighty[:1]])
