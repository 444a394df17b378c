"""Everything that was found at certain times: from frames to seconds, each severity in the unit it was found with."""

from bridge.model import Detections, TimeSpan, TimeSpans
from dsp.faults.events import FaultEvent, FaultEventGroup
from dsp.meters.meter import Measures
from dsp.meters.stereo import Stereo

WORST = 10  # places a person reads
NEAR_S = 0.002  # ours: a break so near to a hole is its edge


def detected_of(measures: Measures, correlation_below: float = 0.0) -> Detections:
    """Return everything that was found at certain times; nothing of stages that did not run."""
    faults, rate_hz = measures.faults, measures.rate_hz
    out_of_phase = TimeSpans() if measures.stereo is None else _out_of_phase(measures.stereo, correlation_below)
    if faults is None:
        return Detections(out_of_phase=out_of_phase)
    holes = [e for group in (faults.dropouts, faults.holes.gaps, faults.holes.mutes) for e in group.events]
    return Detections(
        clipping=_places(faults.clipping, rate_hz),
        cut_tops=_places(faults.cut_tops, rate_hz),
        over_full_scale=_places(faults.over_full_scale, rate_hz),
        clicks=_places(_apart(faults.clicks, holes, rate_hz), rate_hz),
        likely_clicks=_places(_apart(faults.likely_clicks, holes + faults.switches.moments, rate_hz), rate_hz),
        dropouts=_places(faults.dropouts, rate_hz),
        not_finite=_places(faults.not_finite, rate_hz),
        gaps=_places(faults.holes.gaps, rate_hz),
        mutes=_places(faults.holes.mutes, rate_hz),
        lost=_places(faults.holes.lost, rate_hz),
        ended=_places(faults.holes.ended, rate_hz),
        cut_ends=_places(faults.holes.cut_ends, rate_hz),
        cut_starts=_places(faults.holes.cut_starts, rate_hz),
        repeats=_places(faults.holes.repeats, rate_hz),
        stutters=_places(faults.holes.stutters, rate_hz),
        silences=_places(faults.edges.silences, rate_hz),
        out_of_phase=out_of_phase,
        noise_stretches=_places(faults.noise.repeated, rate_hz),
        swapped_sides=_places(faults.switches.swapped, rate_hz),
        inverted_side=_places(faults.switches.inverted, rate_hz),
        side_levels=_places(faults.switches.levels, rate_hz),
        infrasound=_places(faults.infrasound, rate_hz),
    )


def _out_of_phase(stereo: Stereo, correlation_below: float) -> TimeSpans:
    stretches = stereo.out_of_phase(correlation_below)
    places = [TimeSpan(start_s=a, length_s=length, channels=(0, 1), severity=length) for a, length in stretches]
    worst = sorted(sorted(places, key=lambda p: -p.severity)[:WORST], key=lambda p: p.start_s)
    total_s = sum(p.length_s for p in places)
    return TimeSpans(count=len(places), total_s=total_s, places=len(places), worst=tuple(worst))


def _apart(breaks: FaultEventGroup, holes: list[FaultEvent], rate_hz: int) -> FaultEventGroup:
    """Return the breaks that are not the edges of holes or switches: those have their own names."""
    near = round(NEAR_S * rate_hz)
    edges = [(hole.start_frame - near, hole.end_frame + near) for hole in holes]
    kept = tuple(e for e in breaks.events if all(e.end_frame <= a or e.start_frame >= b for a, b in edges))
    return FaultEventGroup(breaks.unit, sum(e.count for e in kept), sum(e.length_frames for e in kept), kept)


def _places(group: FaultEventGroup, rate_hz: int) -> TimeSpans:
    def place(event: FaultEvent) -> TimeSpan:
        return TimeSpan(
            start_s=event.start_frame / rate_hz,
            length_s=event.length_frames / rate_hz,
            channels=event.channels,
            severity=event.severity,
            count=event.count,
        )

    worst = tuple(place(e) for e in group.worst(WORST))
    return TimeSpans(count=group.count, total_s=group.frames / rate_hz, places=len(group.events), worst=worst)
