"""What a hole is: a fault where it cannot be meant, a place to listen to where it may be, music where it is the style.

Music that pauses fades, or starts anew at another level, or keeps time. A fault cuts the wave in all channels at one
frame, or in one while the others play on, and the sound goes on behind it as if nothing had been. A hole of a
sample or a loop comes again each time that is played, and the sound on both sides of it with it: that is part of the
sound, told as a place to listen to where it would have been a fault, and not at all where it might have been meant.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dsp.faults.events import FaultEventGroup, group, merge_frames
from dsp.faults.holes.holes import FEW_BEATS, Hole, in_rhythm
from dsp.faults.holes.sides import CLEAR, CUT, FADED, QUIET

SHORT_S = 0.05  # ours: audio buffers are shorter; the rests of fast electronic music are longer
STYLE = 12  # ours: a song with more rests than this that could be holes is played in rests
FEW, OFTEN_HZ = 3, 0.5  # ours: in a short file fewer show that
BUFFER_SHARE = 0.15  # ours: a gate that is shut for less of its beat is no effect anybody hears
SHARED = 0.5  # ours: a channel that carried half of what the other carries has not ended when that goes on
SAME = 0.8  # ours: where it did not stop within a sample, a note of the same pitch could be what is shared
LOUD = 10 ** (-46 / 20)  # ours: what ends or stays away below this had died away already
SHORTEST_END_S = 0.02  # what ends in silence of less is told as the file's own end
MUTES, MUTE_S, MUTE_STEP_S, MUTE_JITTER_S = 3, 0.1, 2.0, 0.03  # ours: demos mute every few seconds or more


@dataclass(frozen=True, slots=True)
class Holes:
    """Where the sound is gone; severities are seconds.

    ``dropouts``: faults. ``gaps``: may be meant. ``mutes``: of one length at one distance, seconds apart, as demo
    versions of plug-ins make them. ``lost``: channels that die while another plays on, to the end of the file: faults;
    ``ended``: the same where it may be a part that ends. ``cut_ends``: sound that is cut off, with silence to the end
    behind it; ``cut_starts``: sound that begins in mid-wave, with silence from the beginning before it. ``repeats``:
    buffers that are played again once or twice, faults; ``stutters``: more often.
    """

    dropouts: FaultEventGroup = field(default_factory=lambda: FaultEventGroup("s"))
    gaps: FaultEventGroup = field(default_factory=lambda: FaultEventGroup("s"))
    mutes: FaultEventGroup = field(default_factory=lambda: FaultEventGroup("s"))
    lost: FaultEventGroup = field(default_factory=lambda: FaultEventGroup("s"))
    ended: FaultEventGroup = field(default_factory=lambda: FaultEventGroup("s"))
    cut_ends: FaultEventGroup = field(default_factory=lambda: FaultEventGroup("s"))
    cut_starts: FaultEventGroup = field(default_factory=lambda: FaultEventGroup("s"))
    repeats: FaultEventGroup = field(default_factory=lambda: FaultEventGroup("s"))
    stutters: FaultEventGroup = field(default_factory=lambda: FaultEventGroup("s"))


def judge(holes: Sequence[Hole], rate_hz: int, frames: int) -> Holes:
    """Return what holes in order of time are.

    Parameters
    ----------
    holes : sequence of Hole
        All that were found in a signal.
    rate_hz, frames : int
        Its sample rate in Hz and its length.

    Returns
    -------
    Holes
        Each hole in one group at most.
    """
    inside = [h for h in holes if h.before is not None and h.after is not None]
    together = [h for h in inside if not h.lone]
    faults, open_ones = _parted(together, rate_hz)
    most = min(STYLE, max(FEW, round(OFTEN_HZ * frames / rate_hz)))
    mutes = _mutes([h for h in open_ones if h.length >= MUTE_S * rate_hz], rate_hz)
    gaps = [h for h in open_ones if h not in mutes]
    # A dozen rests that could be holes are how the song is played; the next one is no news.
    gaps = gaps if len(gaps) <= max(most, len(faults)) else []
    for channel in sorted({h.channels for h in inside if h.lone}):
        alone, maybe = _parted([h for h in inside if h.lone and h.channels == channel], rate_hz)
        faults += alone
        gaps += maybe if len(maybe) <= max(most, len(alone)) else []
    at_end = [h for h in holes if h.after is None and h.length >= SHORTEST_END_S * rate_hz]
    lost = [h for h in at_end if h.lone and _dies(h)]
    ended = [h for h in at_end if h.lone and (h.before or 0) >= FADED and h not in lost]
    cut_ends = [h for h in at_end if not h.lone and (h.before or 0) >= CUT and h.level >= LOUD]
    cut_starts = [h for h in holes if h.before is None and h.after == CLEAR and not h.lone]
    return Holes(
        dropouts=_grouped(faults, rate_hz),
        gaps=_grouped(gaps, rate_hz),
        mutes=_grouped(mutes, rate_hz),
        lost=_grouped(lost, rate_hz),
        ended=_grouped(ended, rate_hz),
        cut_ends=_grouped(cut_ends, rate_hz),
        cut_starts=_grouped(cut_starts, rate_hz),
    )


def _grouped(holes: Sequence[Hole], rate_hz: int) -> FaultEventGroup:
    return group([h.event(rate_hz) for h in holes], merge_frames(rate_hz), "s")


def _parted(holes: list[Hole], rate_hz: int) -> tuple[list[Hole], list[Hole]]:
    """Part holes of the same channels into faults and what may be meant; what is neither is left out."""
    rhythmic = in_rhythm(holes, rate_hz)
    loosely = in_rhythm(holes, rate_hz, FEW_BEATS, MUTE_STEP_S)
    buffers = rhythmic & _of_buffers(holes, rhythmic)
    stepped = sum(h.frozen for h in holes) > STYLE
    faults, maybe = list[Hole](), list[Hole]()
    for hole, gate, beat, buffer in zip(holes, rhythmic, loosely, buffers, strict=True):
        if hole.frozen and (stepped or (hole.grade < FADED and not (hole.heard and hole.alike))):
            continue
        short = hole.length <= SHORT_S * rate_hz
        possible = short or (hole.lone and hole.shared >= SHARED)
        if buffer or (possible and _certain(hole) and not gate and not (beat and hole.grade < CLEAR)):
            # A fault strikes another piece of the music each time: what comes again with its sound belongs to that.
            (maybe if hole.recurs else faults).append(hole)
        elif not beat and not hole.recurs and _may_be_heard(hole):
            maybe.append(hole)
    return faults, maybe


def _certain(hole: Hole) -> bool:
    """Say whether a hole is cut on both sides, and the sound as loud behind it as before or cut clearly."""
    if not hole.heard:
        return False
    if hole.frozen:
        # The wave stops where it is; that it goes on somewhere else shows that it did not stand.
        return hole.alike and hole.grade >= FADED and (hole.after or 0) >= CUT
    if hole.lone and hole.shared >= SHARED and hole.alike:
        return hole.grade >= FADED and max(hole.before or 0, hole.after or 0) >= CUT
    return hole.grade >= CLEAR or (hole.grade >= CUT and hole.alike)


def _may_be_heard(hole: Hole) -> bool:
    """Say whether the sound stops within milliseconds and comes back so, or was cut while it was loud."""
    return hole.grade >= FADED or ((hole.before or 0) >= CUT and (hole.after != QUIET or hole.level >= LOUD))


def _dies(hole: Hole) -> bool:
    """Say whether a channel stops for good although what it carried goes on in another."""
    before = hole.before or 0
    return (before >= CUT and hole.shared >= SHARED) or (before >= FADED and hole.shared >= SAME)


def _of_buffers(holes: Sequence[Hole], rhythmic: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Say which holes in rhythm are lost buffers: cut without a ramp, of powers of two or a small share of a beat."""
    if not rhythmic.any():
        return rhythmic
    steps = np.diff([h.start for h in holes], append=holes[-1].start)
    steps[-1] = steps[-2]
    lengths = np.array([h.length for h in holes])
    cut = np.array([h.grade >= CUT for h in holes])
    whole = _near_power_of_two(lengths) & _near_power_of_two(steps)
    hard = cut.sum() >= 0.5 * rhythmic.sum()
    lost: NDArray[np.bool_] = ((lengths <= BUFFER_SHARE * steps) | whole) & rhythmic
    return lost if hard else lost & False


def _near_power_of_two(frames: NDArray[np.int64]) -> NDArray[np.bool_]:
    nearest = 2.0 ** np.round(np.log2(np.maximum(frames, 1)))
    near: NDArray[np.bool_] = np.abs(frames - nearest) <= 4
    return near


def _mutes(holes: list[Hole], rate_hz: int) -> list[Hole]:
    """Return the holes of one length at one distance, seconds apart."""
    jitter = MUTE_JITTER_S * rate_hz
    found: list[Hole] = []
    for i, first in enumerate(holes):
        like = [h for h in holes[i:] if abs(h.length - first.length) <= jitter]
        for second in like[1:]:
            step = second.start - first.start
            if step < MUTE_STEP_S * rate_hz:
                continue
            row, at = [first], first.start
            while (hole := next((h for h in like if abs(h.start - at - step) <= jitter), None)) is not None:
                row.append(hole)
                at = hole.start
            if len(row) >= MUTES:
                found += [h for h in row if h not in found]
    return sorted(found, key=lambda h: h.start)
