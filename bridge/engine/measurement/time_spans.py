"""Everything that was found at certain times: from frames and samples to seconds."""

from bridge.model import Detections, TimeSpan, TimeSpans
from dsp.faults.events import FaultEvent, FaultEventGroup
from dsp.meters.meter import Measures

WORST = 10  # places a person reads


def detected_of(measures: Measures, correlation_below: float = 0.0) -> Detections:
    """Return everything that was found at certain times."""
    found: dict[str, TimeSpans] = {}
    if measures.faults is not None:
        faults, rate_hz = measures.faults, measures.rate_hz
        for name in ("clipping", "over_full_scale", "clicks", "not_finite"):
            found[name] = _places(getattr(faults, name), rate_hz)
        found["dropouts"] = _places(faults.dropouts, rate_hz, severity_scale=1 / rate_hz)
        silences = faults.edges.silences
        group = FaultEventGroup(len(silences), sum(e.length_frames for e in silences), silences)
        found["silences"] = _places(group, rate_hz)
    if measures.stereo is not None:
        stretches = measures.stereo.out_of_phase(correlation_below)
        places = [TimeSpan(start_s=a, length_s=length, channels=(0, 1), severity=length) for a, length in stretches]
        worst = sorted(sorted(places, key=lambda p: -p.severity)[:WORST], key=lambda p: p.start_s)
        total_s = sum(p.length_s for p in places)
        found["out_of_phase"] = TimeSpans(count=len(places), total_s=total_s, places=len(places), worst=tuple(worst))
    return Detections(**found)


def _places(group: FaultEventGroup, rate_hz: int, severity_scale: float = 1.0) -> TimeSpans:
    def place(event: FaultEvent) -> TimeSpan:
        return TimeSpan(
            start_s=event.start_frame / rate_hz,
            length_s=event.length_frames / rate_hz,
            channels=event.channels,
            severity=event.severity * severity_scale,
            count=event.count,
        )

    worst = tuple(place(e) for e in group.worst(WORST))
    return TimeSpans(count=group.count, total_s=group.frames / rate_hz, places=len(group.events), worst=worst)
