"""One verdict per bounce: ready, ready when rested, or fix in the mix first; each reason with its remedy.

Faults refuse a master because they cannot be mended in mastering. A missing sheet and an unfinished rest are asked
about once, in one sentence; whoever goes on goes past both, and that is written down. Everything else is said and
stands in nobody's way.
"""

from collections.abc import Sequence

from bridge.model import BusItem, Finding, Handoff, Readiness, Reason
from bridge.policy.bus.guard import LOUD, bounce_findings
from bridge.policy.bus.guard_texts import name_list, place_of
from bridge.policy.song.rest import Rest, duration


def readiness(
    findings: Sequence[Finding] | None,
    bus: Sequence[BusItem],
    sheet: Handoff | None,
    rest: Rest | None,
    *,
    dry_name: str = "",
) -> Readiness:
    """Return whether a bounce is ready to be mastered.

    Parameters
    ----------
    findings
        Of the analysis; None when the bounce has not been examined yet.
    bus
        What was on the master bus when it was made, as far as a DAW said so.
    sheet, rest
        Its hand-off sheet and its rest, None when it has none.
    dry_name
        Name of the bounce made without the master bus, when there is one.
    """
    if findings is None:
        return Readiness(
            verdict="not-examined",
            headline="Not examined yet.",
            reasons=(
                Reason(
                    kind="fault",
                    text="Nobody has looked for faults yet.",
                    remedy="Wait for the verdict.",
                    blocks=True,
                ),
                *_waiting(sheet, rest),
            ),
        )
    faults = tuple(
        Reason(kind="fault", text=finding.message, remedy=finding.remedy, blocks=True)
        for finding in (*findings, *_new(findings, bounce_findings(bus)))
        if finding.kind == "fault"
    )
    waiting = _waiting(sheet, rest)
    aside = (*_bus(bus, dry_name), *_listens(findings))
    if faults:
        first = faults[0].text
        headline = (
            f"Fix in the mix first: {first}" if len(faults) == 1 else f"Fix in the mix first: {len(faults)} faults."
        )
        return Readiness(verdict="fix-first", headline=headline, reasons=(*faults, *waiting, *aside))
    if waiting:
        return Readiness(
            verdict="ready-when-rested", headline=_waiting_headline(sheet, rest), reasons=(*waiting, *aside)
        )
    return Readiness(verdict="ready", headline="Ready for mastering.", reasons=aside)


def blocking(found: Readiness) -> tuple[Reason, ...]:
    """Return the reasons that only a person's word goes past."""
    return tuple(reason for reason in found.reasons if reason.blocks)


def in_the_way(found: Readiness) -> tuple[Reason, ...]:
    """Return what stands in the way of a master that is asked for now.

    A mix that has not been examined is examined by the master job itself, which refuses faults.
    """
    skipped = "fault" if found.verdict == "not-examined" else ""
    return tuple(reason for reason in blocking(found) if reason.kind != skipped)


def question(song: str, number: int, asked: Sequence[Reason]) -> str:
    """Return the one sentence in which every front end asks before a master that comes early.

    Parameters
    ----------
    song, number
        The bounce, as people name it.
    asked
        Reasons that are asked about, one at least.
    """
    return f"{song}, bounce {number}, {' and '.join(reason.asks for reason in asked)}: master it now?"


def asked_key(reason: Reason) -> str:
    """Return what makes two questions one: a rest stays the same question while its hours pass."""
    return reason.kind if reason.kind == "rest" else reason.asks


def _new(findings: Sequence[Finding], more: Sequence[Finding]) -> tuple[Finding, ...]:
    seen = {finding.check for finding in findings}
    return tuple(finding for finding in more if finding.check not in seen)


def _waiting_headline(sheet: Handoff | None, rest: Rest | None) -> str:
    if sheet is None:
        return "Ready when it has been handed off and rested."
    if rest is not None and not rest.is_over:
        return f"Ready when rested: {duration(rest.left_s)} to go."
    return "Ready when you call it complete."


def _waiting(sheet: Handoff | None, rest: Rest | None) -> tuple[Reason, ...]:
    reasons: list[Reason] = []
    if sheet is None:
        reasons.append(
            Reason(
                kind="sheet",
                text="There is no hand-off sheet: nobody has said what must survive.",
                remedy="Write it: the rest begins with it.",
                blocks=True,
                asks="has no hand-off sheet yet",
            )
        )
    elif not sheet.complete:
        reasons.append(
            Reason(
                kind="sheet",
                text="The sheet does not say that the mix is complete.",
                remedy="Complete, not perfect: say so on the sheet, or go on mixing.",
                blocks=True,
                asks="is not called complete on its sheet",
            )
        )
    if rest is not None and not rest.is_over:
        reasons.append(
            Reason(
                kind="rest",
                text=f"The mix rests for another {duration(rest.left_s)}.",
                remedy="Wait, or go on all the same: it is written down, not held against you.",
                blocks=True,
                asks=f"rests for another {duration(rest.left_s)}",
            )
        )
    return tuple(reasons)


def _bus(bus: Sequence[BusItem], dry_name: str) -> tuple[Reason, ...]:
    items = tuple(item for item in bus if item.purpose in LOUD)
    loud = tuple(dict.fromkeys(item.name for item in items))
    if not loud:
        return ()
    place = place_of([item.strip for item in items])
    remedy = (
        f"{dry_name} was bounced without the master bus: master that one."
        if dry_name
        else "Bounce once more with it bypassed, if it is not part of the sound."
    )
    text = f"{name_list(loud)} {'were' if len(loud) > 1 else 'was'} on {place}: its loudness is printed in."
    return (Reason(kind="bus", text=text, remedy=remedy, blocks=False),)


def _listens(findings: Sequence[Finding]) -> tuple[Reason, ...]:
    return tuple(
        Reason(kind="listen", text=finding.message, remedy=finding.remedy, blocks=False)
        for finding in findings
        if finding.kind == "listen"
    )
