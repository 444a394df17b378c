"""Checks that point at something unusual, with its number: it may be meant, a person's ear decides."""

from collections.abc import Iterator
from math import log10

from bridge.model import AudioFormat, Detections, Finding, Measurement
from bridge.policy.findings.checks_faults import SAME_LEVEL_DB
from bridge.policy.findings.places import at_places, turned_over, without
from bridge.policy.findings.thresholds import Thresholds
from bridge.policy.findings.wording import where
from bridge.text import clock

STEADY_CREST_DB = 4.5  # ours: below are steady tones and square waves, which no limiter made
STEADY_LU = 1.0  # ours: what never changes its level needs no limiter to stand at one ceiling
STRETCH_S = 15.0  # ours: a verse and more
MISSING_S = 0.15  # ours: an end that would have been gone so soon is missed by nobody
GONE_DBFS = -60.0  # ours: a room's tail is followed by the ear about this far down


def check_listen(
    audio_format: AudioFormat, measurement: Measurement, places: Detections, limits: Thresholds
) -> Iterator[Finding]:
    """Yield everything worth listening to."""
    if audio_format.duration_s < limits.shortest_s:
        return
    yield from _printed_loudness(measurement, limits)
    yield from _square_like(measurement)
    yield from _stereo(measurement, places, limits, audio_format.duration_s)
    yield from _rumble(measurement, places, limits)
    yield from _edges(audio_format, measurement, limits)
    yield from _silences(places, limits)


def _printed_loudness(m: Measurement, limits: Thresholds) -> Iterator[Finding]:
    if m.crest_db is None or m.plr_db is None or m.peaks_at_ceiling is None:
        return
    if (
        STEADY_CREST_DB < m.crest_db < limits.printed_crest_db
        and m.plr_db < limits.printed_plr_db
        and m.peaks_at_ceiling >= limits.printed_ceiling_share
        and (m.range_lu is None or m.range_lu >= STEADY_LU)
    ):
        yield Finding(
            kind="listen",
            check="printed_loudness",
            message=f"Loudness processing seems to be printed in: crest {m.crest_db:.1f} dB, peak to loudness "
            f"{m.plr_db:.1f} dB, and {100 * m.peaks_at_ceiling:.0f} % of the time the peaks stand at one ceiling.",
            remedy="If a limiter, maximiser or clipper is on the master bus, switch it off for this bounce.",
            values={"crest_db": m.crest_db, "plr_db": m.plr_db, "peaks_at_ceiling": m.peaks_at_ceiling},
        )


def _square_like(m: Measurement) -> Iterator[Finding]:
    if m.square_like_s >= 1.0 and m.crest_db is not None and m.crest_db < 1.0:
        yield Finding(
            kind="listen",
            check="square_like",
            message="The waveform lies flat at its maximum almost all the time: a square wave, or very hard clipping.",
            remedy="If this is not a square-wave sound on its own, look for a stage that is driven far too hard.",
            values={"square_like_s": m.square_like_s, "crest_db": m.crest_db},
        )


def _stereo(m: Measurement, places: Detections, limits: Thresholds, duration_s: float) -> Iterator[Finding]:
    if m.identical_channels:
        yield Finding(
            kind="listen",
            check="mono_in_stereo",
            message="Left and right are identical, sample for sample: this is a mono mix in a stereo file.",
            remedy="If the mix has stereo in it, look for a mono switch on the master or monitor bus.",
        )
        return
    if m.inverted_channels or m.correlation is None:
        return
    balance = m.sustained_balance_db
    if balance is not None and abs(balance) > limits.balance_listen_db:
        yield Finding(
            kind="listen",
            check="imbalance",
            message=f"The mix leans to the {'left' if balance > 0 else 'right'}: at least {abs(balance):.1f} dB "
            "louder there for most of the song. It may be meant.",
            remedy="If not, look at the pan and level of the loudest tracks, and at the master bus balance.",
            values={"sustained_balance_db": balance},
        )
    if m.channel_delay_frames:
        return  # what a delay does in mono is said with the delay
    apart = without(places.out_of_phase, turned_over(places))
    longest_s = max((p.length_s for p in apart.worst), default=0.0)
    if apart.count and (apart.total_s >= limits.correlation_listen_share * duration_s or longest_s >= STRETCH_S):
        yield at_places(
            "listen",
            "correlation",
            f"Left and right work against each other (correlation below {limits.correlation_listen:g}) for "
            f"{clock(apart.total_s)} of {clock(duration_s)}, {where(apart, ())}. In mono much of it is lost.",
            "Switch to mono there and listen for what goes missing: a widener, a doubled track or a flipped polarity.",
            apart,
            **({} if m.correlation_min is None else {"correlation_min": m.correlation_min}),
        )
    if m.mono_loss_db is not None and m.mono_loss_hz is not None and m.mono_loss_db > limits.mono_loss_listen_db:
        yield Finding(
            kind="listen",
            check="mono_loss",
            message=f"In mono the range around {m.mono_loss_hz:.0f} Hz loses {m.mono_loss_db:.1f} dB.",
            remedy="Find the part that lives there; make it less wide, or check its two sides for opposite polarity.",
            values={"mono_loss_db": m.mono_loss_db, "mono_loss_hz": m.mono_loss_hz},
        )


def _rumble(m: Measurement, places: Detections, limits: Thresholds) -> Iterator[Finding]:
    """Yield what goes on below hearing whatever is played; drums and bass notes bring and take their own."""
    steady = places.infrasound
    if not steady.count or m.rms_dbfs is None:
        return
    powers = [p.length_s * 10 ** (p.severity / 10) for p in steady.worst]
    level_dbfs = 10 * log10(sum(powers) / sum(p.length_s for p in steady.worst))
    share_db = level_dbfs - m.rms_dbfs
    # An offset that comes and goes is rumble, too: one cause, which is told as the offset.
    if share_db <= limits.rumble_listen_db or (m.dc_dbfs is not None and m.dc_dbfs > level_dbfs):
        return
    percent = 100 * 10 ** (min(share_db, 0.0) / 10)
    yield at_places(
        "listen",
        "rumble",
        f"Steady rumble below hearing ({level_dbfs:.0f} dBFS at 4 to 18 Hz, {percent:.0f} % of the song's energy) "
        f"lies under the music {where(steady, ())}.",
        "Mute tracks there and watch the meter: wind, a stand, a turntable, a drifting synthesiser; "
        "put a high-pass filter at 20 Hz on that track.",
        steady,
        rumble_dbfs=level_dbfs,
    )


def _edges(audio_format: AudioFormat, m: Measurement, limits: Thresholds) -> Iterator[Finding]:
    first_dbfs = m.first_sample_dbfs
    if first_dbfs is not None and first_dbfs > limits.first_sample_listen_dbfs and not _is_offset(m, first_dbfs):
        yield Finding(
            kind="listen",
            check="cut_attack",
            message=f"The file starts in mid-sound: its first sample is at {first_dbfs:.0f} dBFS.",
            remedy="Start the bounce a moment earlier.",
            at_s=(0.0,),
            values={"first_sample_dbfs": first_dbfs},
        )
    if m.end_peak_dbfs is not None and _is_cut(m, m.end_peak_dbfs, limits):
        yield Finding(
            kind="listen",
            check="cut_tail",
            message=f"The file ends while it still sounds, at {m.end_peak_dbfs:.0f} dBFS.",
            remedy="Let the bounce run on until the last reverb is gone, or fade it out.",
            at_s=(max(audio_format.duration_s - 0.01, 0.0),),
            values={"end_peak_dbfs": m.end_peak_dbfs},
        )
    if m.head_silence_s is not None and m.head_silence_s > limits.head_silence_listen_s:
        yield Finding(
            kind="listen",
            check="head_silence",
            message=f"{m.head_silence_s:.1f} s of silence come before the first sound.",
            remedy="Check where the bounce range starts.",
            at_s=(0.0,),
            length_s=(m.head_silence_s,),
            values={"head_silence_s": m.head_silence_s},
        )
    if m.tail_silence_s is not None and m.tail_silence_s > limits.tail_silence_listen_s:
        start_s = audio_format.duration_s - m.tail_silence_s
        yield Finding(
            kind="listen",
            check="tail_silence",
            message=f"{m.tail_silence_s:.1f} s of silence follow the last sound at {clock(start_s, 1)}.",
            remedy="Check where the bounce range ends.",
            at_s=(start_s,),
            length_s=(m.tail_silence_s,),
            values={"tail_silence_s": m.tail_silence_s},
        )


def _is_cut(m: Measurement, end_dbfs: float, limits: Thresholds) -> bool:
    """Tell whether an end is cut: it sounds, by more than its offset, and would have gone on for a while."""
    fall = m.end_fall_db_per_s or 0.0
    missing = fall * MISSING_S < end_dbfs - GONE_DBFS
    return end_dbfs > limits.tail_listen_dbfs and missing and not _is_offset(m, end_dbfs)


def _is_offset(m: Measurement, level_dbfs: float) -> bool:
    return m.dc_dbfs is not None and abs(level_dbfs - m.dc_dbfs) < SAME_LEVEL_DB


def _silences(places: Detections, limits: Thresholds) -> Iterator[Finding]:
    longest_s = max((p.length_s for p in places.silences.worst), default=0.0)
    if longest_s >= limits.silence_listen_s:
        yield at_places(
            "listen",
            "silence_inside",
            f"The song falls silent for up to {longest_s:.1f} s {where(places.silences, ())}.",
            "If no rest is written there, look for a muted or missing clip.",
            places.silences,
            longest_s=longest_s,
        )
