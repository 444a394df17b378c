"""Faults in time: single events, merged with their neighbours into a list a person can read."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

MERGE_S = 0.25  # ours: nearer than this is one place in the song to go and listen to
TOGETHER_S = 0.001  # ours: what begins this near to each other in two channels is one event

Unit = Literal["samples", "dB", "s"]


@dataclass(frozen=True, slots=True)
class FaultEvent:
    """One place where something is wrong.

    ``severity`` is in the ``unit`` of the group it comes in and comparable within one check only.
    """

    start_frame: int
    length_frames: int
    channels: tuple[int, ...]
    severity: float
    count: int = 1

    @property
    def end_frame(self) -> int:
        """First frame after the event."""
        return self.start_frame + self.length_frames


@dataclass(frozen=True, slots=True)
class FaultEventGroup:
    """All events of one check: how many there were, how many frames the merged places cover, and these.

    ``unit`` is that of their severities, from the detector to whoever reads them.
    """

    unit: Unit
    count: int = 0
    frames: int = 0
    events: tuple[FaultEvent, ...] = ()

    def worst(self, number: int = 10) -> tuple[FaultEvent, ...]:
        """Return the most severe places, in order of time."""
        ranked = sorted(self.events, key=lambda e: (-e.severity, e.start_frame))[:number]
        return tuple(sorted(ranked, key=lambda e: e.start_frame))

    @property
    def channels(self) -> tuple[int, ...]:
        """Every channel that is touched."""
        return tuple(sorted({c for e in self.events for c in e.channels}))


def merge_frames(rate_hz: int) -> int:
    """Return how near to each other, in frames, two events are one place."""
    return round(MERGE_S * rate_hz)


def group(events: Iterable[FaultEvent], within_frames: int, unit: Unit) -> FaultEventGroup:
    """Merge events nearer than ``within_frames`` to each other, across channels; severity is that of the worst.

    Parameters
    ----------
    events : iterable of FaultEvent
        In any order.
    within_frames : int
        How far apart, in frames, two may be and still be one.
    unit : Unit
        Unit of their severity.

    Returns
    -------
    FaultEventGroup
        The merged events in order of time, how many there were, and how many frames they cover.
    """
    merged: list[FaultEvent] = []
    count = 0
    for event in sorted(events, key=lambda e: (e.start_frame, e.channels)):
        count += event.count
        if merged and event.start_frame - merged[-1].end_frame <= within_frames:
            merged[-1] = _join(merged[-1], event)
        else:
            merged.append(event)
    return FaultEventGroup(unit, count, sum(e.length_frames for e in merged), tuple(merged))


def across_channels(events: Iterable[FaultEvent], within_frames: int) -> list[FaultEvent]:
    """Join events that begin together in different channels: one dropout of both channels is one dropout.

    Parameters
    ----------
    events : iterable of FaultEvent
        In any order.
    within_frames : int
        How far apart, in frames, their beginnings may be.

    Returns
    -------
    list of FaultEvent
        The joined events in order of time.
    """
    joined: list[FaultEvent] = []
    for event in sorted(events, key=lambda e: (e.start_frame, e.channels)):
        last = joined[-1] if joined else None
        if (
            last is not None
            and event.start_frame - last.start_frame <= within_frames
            and not set(event.channels) & set(last.channels)
        ):
            end = max(last.end_frame, event.end_frame)
            joined[-1] = FaultEvent(
                last.start_frame,
                end - last.start_frame,
                tuple(sorted({*last.channels, *event.channels})),
                max(last.severity, event.severity),
                max(last.count, event.count),
            )
        else:
            joined.append(event)
    return joined


def _join(a: FaultEvent, b: FaultEvent) -> FaultEvent:
    end = max(a.end_frame, b.end_frame)
    channels = tuple(sorted({*a.channels, *b.channels}))
    return FaultEvent(a.start_frame, end - a.start_frame, channels, max(a.severity, b.severity), a.count + b.count)
