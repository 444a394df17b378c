"""Checks whose outcome is a fact: something is broken, with the time it happens."""

from collections.abc import Iterator
from math import log10

from bridge.model import AudioFormat, Detections, Finding, FindingKind, Measurement, Speakers, TimeSpans
from bridge.policy.findings.checks_holes import check_holes
from bridge.policy.findings.places import at_places
from bridge.policy.findings.thresholds import Thresholds
from bridge.policy.findings.wording import channel_names, counted, speakers_of, where

SAME_LEVEL_DB = 3.0  # ours
DEAD_DB = 60.0  # ours: this far under the other channel, and under -60 dBFS, is crosstalk or noise


def check_faults(
    audio_format: AudioFormat, measurement: Measurement, places: Detections, limits: Thresholds
) -> Iterator[Finding]:
    """Yield every fault, and the two findings that are milder forms of one (overs in a float file, a small offset)."""
    speakers = speakers_of(audio_format)
    yield from _not_finite(places.not_finite, speakers)
    yield from check_holes(places, speakers)
    yield from _dead_channels(measurement, speakers)
    if measurement.inverted_channels:
        yield Finding(
            kind="fault",
            check="inverted_channel",
            message="Left and right are the same signal with opposite polarity: on a mono speaker the song is gone.",
            remedy="Look for a polarity (Ø) switch or a reversed cable on one side of the master bus.",
            channels=(0, 1),
        )
    yield from _over_full_scale(places.over_full_scale, speakers)
    yield from _dc(audio_format, measurement, limits)


def _not_finite(places: TimeSpans, speakers: Speakers) -> Iterator[Finding]:
    if places.count:
        yield at_places(
            "fault",
            "not_finite",
            f"{counted(places.count, 'sample')} {'holds' if places.count == 1 else 'hold'} no number "
            f"(NaN, infinity or far beyond any sound) {where(places, speakers)}. "
            "Players answer with silence or full-scale noise.",
            "A plug-in broke down there: bypass the plug-ins of that passage one by one until it is gone, then bounce.",
            places,
        )


def _dead_channels(measurement: Measurement, speakers: Speakers) -> Iterator[Finding]:
    peaks = measurement.sample_peak_channels_dbfs
    if len(speakers) < 2 or len(peaks) != len(speakers):
        return
    loudest = max((p for p in peaks if p is not None), default=None)
    if loudest is None:
        return
    dead = tuple(i for i, p in enumerate(peaks) if p is None or (p < -60.0 and p < loudest - DEAD_DB))
    if not dead:
        return
    names = channel_names(dead, speakers)
    yield Finding(
        # With more than two channels an empty one may be meant: LFE, centre.
        kind="fault" if len(speakers) == 2 else "listen",
        check="dead_channel",
        message=f"Nothing is on {'the ' + names + ' channel' if len(speakers) == 2 else names}.",
        remedy="Check pan, routing and mutes of the master bus, and whether the bounce was set to the right channels.",
        channels=dead,
    )


def _over_full_scale(places: TimeSpans, speakers: Speakers) -> Iterator[Finding]:
    if places.count:
        over_db = max(p.severity for p in places.worst)
        yield at_places(
            "listen",
            "over_full_scale",
            f"{counted(places.count, 'sample')} {'lies' if places.count == 1 else 'lie'} over full scale, "
            f"by up to {over_db:.1f} dB, "
            f"{where(places, speakers)}. This file keeps them; every 16- or 24-bit copy will cut them off.",
            f"Turn the master fader down by {over_db + 1.0:.1f} dB and bounce again.",
            places,
            over_db=over_db,
        )


def _dc(audio_format: AudioFormat, measurement: Measurement, limits: Thresholds) -> Iterator[Finding]:
    dc_dbfs = measurement.dc_dbfs
    if dc_dbfs is None or dc_dbfs <= limits.dc_note_dbfs or audio_format.duration_s < limits.shortest_s:
        return
    offset = f"The waveform sits off the centre line: a DC offset of {dc_dbfs:.0f} dBFS"
    cost_db = headroom_lost_db(measurement)
    kind: FindingKind = "note"
    message, remedy = f"{offset}.", "A master takes it out; in the mix, a high-pass filter at 20 Hz on its track does."
    if cost_db >= limits.dc_headroom_listen_db:
        kind, message = "listen", f"{offset}, which costs {cost_db:.1f} dB of headroom."
    elif starts_at_offset(measurement, limits.first_sample_listen_dbfs):
        kind, message = "listen", f"{offset}, which clicks where the file starts."
    if dc_dbfs > limits.dc_fault_dbfs:
        kind = "fault"
    if kind != "note":
        remedy = "Find the track that carries it and put a high-pass filter at 20 Hz on it."
    values = {"dc_dbfs": dc_dbfs, "headroom_lost_db": cost_db}
    yield Finding(kind=kind, check="dc", message=message, remedy=remedy, values=values)


def headroom_lost_db(m: Measurement) -> float:
    """Return by how much the highest peak of a channel could be lower without its offset, at most, in dB."""
    lost_db = 0.0
    for offset, peak_dbfs in zip(m.dc_channels, m.sample_peak_channels_dbfs, strict=False):
        share = abs(offset) / 10 ** (peak_dbfs / 20) if peak_dbfs is not None else 0.0
        lost_db = max(lost_db, -20 * log10(1 - min(share, 0.99)))
    return lost_db


def starts_at_offset(m: Measurement, heard_dbfs: float) -> bool:
    """Tell whether the file jumps to its offset with its first sample, so far that it is heard."""
    first_dbfs, dc_dbfs = m.first_sample_dbfs, m.dc_dbfs
    if first_dbfs is None or dc_dbfs is None or dc_dbfs <= heard_dbfs:
        return False
    return abs(first_dbfs - dc_dbfs) < SAME_LEVEL_DB
