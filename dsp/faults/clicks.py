"""Clicks, pops, hard edits and jumps of the gain: a lonely break of the waveform that no music around it explains.

Whatever breaks a wave breaks its prediction. Over everything runs a short filter, fitted anew to each chunk; where its
largest error in a piece towers over everything within 50 ms on both sides, the place is looked at closely (`bursts`).
Waves that jump by nature (saw, square) jump again within 50 ms; a drum's attack is followed by more that is new; a note
that is cut off is followed by less; and an instrument that breaks the wave each time it plays does so all song long: of
a crowd of breaks only those are certain that tower over the crowd, and what comes again with its sound is that sound
(`BreakWaves`).
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from dsp.core.arrays import F32, I64
from dsp.core.kernels import kernel
from dsp.faults.bursts import FAR, REACH_FRAMES, BreakWaves, Burst, burst_at
from dsp.faults.bursts import LOOK_S as BURST_LOOK_S
from dsp.faults.chunks import CELL_S, LOOK_S, PIECE, Chunk, ChunkDetector, Geometry
from dsp.faults.events import TOGETHER_S, FaultEvent, FaultEventGroup, across_channels, group, merge_frames
from dsp.faults.prediction import ORDER, autocorrelation, error_filter, error_peaks
from dsp.faults.sides.switches import Switches, SwitchWatch

SMALLEST_NUMBER = float(np.finfo(np.float32).tiny)
RATIO = 2.0  # ours: 6 dB above everything around is worth a closer look
BEND_RATIO = 5.0  # ours: so is a second difference of 14 dB, where the chunk's filter is not the music's just there
MOST = 16  # ours: closer looks in a channel of a chunk of 1.5 s; the strongest
WINDOW = 1024  # frames
WINDOWS_PER_S = 5.4  # ours: what a chunk's filter is fitted to, eight of 1.5 s
WINDOWS_LEAST = 3
SMALLEST = 1e-3  # ours: -60 dBFS
LIKELY_OF_RMS = 0.07  # ours: below, the music covers it nearly everywhere
SURE_OF_RMS = 0.25  # ours: below, a note that is plucked over others may break the wave as much
WEAK_DB, SURE_DB = 12.0, 20.0  # ours: over every error within 45 ms; less comes by chance
LIKELY_DB = 18.0  # ours: over those within 5 ms; what stands less far out of them is covered by them
SURE_EDGE_DB = 16.0  # ours: with its first two frames
ERROR_RISE_DB = 8.0  # ours: a gain of 6 dB is a fault; a new sound brings more that is new
LEVEL_DB = 2.5  # ours: more than this between before and after is an onset
STEP_DB = 12.0  # ours: or a jump of the gain, of 6 dB and what music may do besides,
PULSE_DB = 20.0  # ours: where it is quite gone without its first samples, the music goes on as it likes
PULSE_RISE_DB = 4.0  # ours: but one that does not tower and leaves more new than there was begins a sound
GAIN_DB = 12.0  # ours: where the burst is nearly gone once what was before it is turned up as well
SURE_GAIN_DB = 18.0  # ours: limited plucks came to 10 dB by chance
FALL_DB = 15.0  # ours: more is the end of a sound
ALONE_DB = 26.0  # ours: a break so far over everything on both sides has not begun what is new after it
CROWD, CROWD_LIKELY = 16, 5  # ours: so many breaks, or likely or recurring ones, in a song are its sound, and so is
CRACKLE_S, CRACKLE = 0.5, 12  # ours: more pulses within half a second on both sides are a crackle,
CRACKLE_OF, PULSE_OF = 0.2, 2.0  # ours: so large beside the break, and over what is just beside them
BEATS, BEATS_SHARE = 4, 0.8  # ours: so many gaps between breaks, and so large a share of them, keep time where
BEAT_S, BEAT_JITTER = 0.05, 0.02  # ours: they are multiples of the shortest; by chance one in twenty-five is
CROWD_DB = 8.0  # ours: one that is not at least so far above them


@dataclass(frozen=True, slots=True)
class Clicks:
    """Lonely breaks of the wave; severity: the largest prediction error over those around, in dB."""

    certain: FaultEventGroup
    likely: FaultEventGroup  # may be part of the sound
    switches: Switches  # where the sides change


class ClickDetector(ChunkDetector[Clicks]):
    """Finds lonely breaks of the wave."""

    VERSION: ClassVar[int] = 6

    def __init__(self, rate_hz: int, channels: int) -> None:
        super().__init__(rate_hz, channels)
        self._reach = -(-round(LOOK_S * rate_hz) // PIECE)  # pieces
        cut = Geometry.of(rate_hz)
        self._kept = cut.history // PIECE
        self._windows = max(WINDOWS_LEAST, round(WINDOWS_PER_S * cut.chunk / rate_hz))
        self._errors = np.zeros((channels, self._kept + cut.chunk // PIECE), np.float32)
        self._cell = cut.cell
        self._cells: list[F32] = []  # the largest error of any channel in every cell
        self._waves = BreakWaves(rate_hz)
        self._switches = SwitchWatch(rate_hz)
        self._sure: list[FaultEvent] = []
        self._likely: list[FaultEvent] = []
        self._weak: list[FaultEvent] = []  # that nobody hears, but that show what the song is made of
        self._found = np.empty(4096, np.int64)

    @property
    def look_frames(self) -> int:
        """Frames needed on either side of a piece that is judged."""
        burst = REACH_FRAMES + FAR + round(BURST_LOOK_S * self.rate_hz)
        return max((self._reach + 2) * PIECE, burst, FAR + PIECE + self._waves.reach_frames)

    def read(self, chunk: Chunk) -> None:
        """Look at the next chunk; piece p begins at column ``p * PIECE``."""
        self._errors[:, : self._kept] = self._errors[:, -self._kept :].copy()
        end = chunk.start + chunk.filled  # of the signal, so far
        for channel in range(self.channels):
            signal, errors = chunk.x[channel], self._errors[channel]
            if end > chunk.start:
                error_peaks(signal, chunk.start, _filter(signal, chunk.start, end, self._windows), errors[self._kept :])
            else:
                errors[self._kept :] = 0.0
            if chunk.until > chunk.first:
                self._look(chunk.x[:, : max(end, 0)], errors, chunk, channel)
        loudest = self._errors[:, self._kept :].max(axis=0)
        self._cells.append(loudest.reshape(-1, self._cell // PIECE).max(axis=1))

    def _look(self, x: F32, errors: F32, chunk: Chunk, channel: int) -> None:
        signal = x[channel]
        ratios: dict[int, float] = {}
        for values, least in ((errors, RATIO), (chunk.curvature[channel], BEND_RATIO)):
            number = _lonely(values, chunk.first // PIECE, chunk.last // PIECE, self._reach, least, self._found)
            for piece in self._found[:number].tolist():
                ratios[piece] = max(ratios.get(piece, 0.0), self._ratio(values, piece) / least)
        for piece in sorted(ratios, key=lambda p: -ratios[p])[:MOST]:
            if chunk.base + piece * PIECE >= self._reach * PIECE:
                burst = burst_at(signal, piece * PIECE + PIECE // 2, self.rate_hz)
                if burst is None:
                    continue
                self._switches.look(x, burst.frame, channel, chunk.base)
                if _breaks(burst):
                    event = FaultEvent(chunk.base + burst.frame, 1, (channel,), burst.stands_db)
                    heard = min(burst.before_db, burst.after_db) >= LIKELY_DB
                    doubtful = self._likely if heard else self._weak
                    (self._sure if _is_sure(burst) else doubtful).append(event)
                    self._waves.add(event.start_frame, signal, burst.frame)

    def _ratio(self, values: F32, piece: int) -> float:
        around = max(values[piece - self._reach : piece - 1].max(), values[piece + 2 : piece + self._reach + 1].max())
        return float(values[piece]) / max(float(around), SMALLEST_NUMBER)

    def result(self, frames: int) -> Clicks:
        """Return all breaks; one that begins in two channels together is one."""
        together, near = round(TOGETHER_S * self.rate_hz), merge_frames(self.rate_hz)
        sure, likely, weak = (across_channels(e, together) for e in (self._sure, self._likely, self._weak))
        cells = np.concatenate([np.zeros(0, np.float32), *self._cells])
        again = self._waves.recurring()
        own = _are_of_sound([*sure, *likely, *weak], again)
        many = _are_of_many(sure, [*likely, *weak], self.rate_hz)
        alone, doubtful = list[FaultEvent](), list[FaultEvent]()
        for event, is_many, is_own in zip(sure, many, own[: len(sure)], strict=True):
            recurs = _recurs(event, again)
            if not (recurs or is_own or is_many or _crackles(cells, event.start_frame // self._cell)):
                alone.append(event)
            elif not is_own or not (recurs or self._waves.is_full):
                doubtful.append(event)
        own_likely = own[len(sure) : len(sure) + len(likely)]
        doubtful += [e for e, is_own in zip(likely, own_likely, strict=True) if not (is_own or _recurs(e, again))]
        return Clicks(group(alone, near, "dB"), group(doubtful, near, "dB"), self._switches.result())


def _are_of_sound(events: list[FaultEvent], again: I64) -> list[bool]:
    """Say of each break whether the song is made of sounds that break the wave as much, each time they come again."""
    strong = np.sort([e.severity for e in events if _recurs(e, again)])
    least = np.array([e.severity - CROWD_DB for e in events])
    return [bool(own) for own in len(strong) - np.searchsorted(strong, least) >= CROWD_LIKELY]


def _recurs(event: FaultEvent, again: I64) -> bool:
    """Tell whether a break is one of those that come again, in any of its channels."""
    at = int(np.searchsorted(again, event.start_frame))
    return at < len(again) and bool(again[at] < max(event.end_frame, event.start_frame + 1))


def _are_of_many(sure: list[FaultEvent], likely: list[FaultEvent], rate_hz: int) -> list[bool]:
    """Say of each certain break whether a song is full of such, or made of them: they keep time."""
    strong, weaker = (np.sort([e.severity for e in events]) for events in (sure, likely))
    least = np.array([e.severity - CROWD_DB for e in sure])
    if any(_keep_time(np.sort([e.start_frame for e in some]), rate_hz) for some in (sure, [*sure, *likely])):
        return [True] * len(sure)
    among_likely = len(weaker) - np.searchsorted(weaker, least)
    among_all = among_likely + len(strong) - np.searchsorted(strong, least)
    return [bool(many) for many in (among_likely >= CROWD_LIKELY) | (among_all > CROWD)]


def _keep_time(frames: I64, rate_hz: int) -> bool:
    """Tell whether breaks come at whole multiples of one distance; those just beside each other are one."""
    gaps = np.diff(frames)
    gaps = np.diff(frames[np.concatenate([[True], gaps >= BEAT_S * rate_hz])]) if len(frames) else gaps
    if len(gaps) < BEATS:
        return False
    beats = gaps / gaps.min()
    return bool(np.mean(np.abs(beats - np.rint(beats)) <= BEAT_JITTER) >= BEATS_SHARE)


def _crackles(cells: F32, at: int) -> bool:
    """Tell whether a break is one of many pulses just there; ``cells`` are the largest errors of cells of 10 ms."""
    reach = round(CRACKLE_S / CELL_S)
    near = cells[max(at - reach, 0) : at + reach + 1]
    size = float(cells[max(at - 1, 0) : at + 2].max())
    inner = near[1:-1]
    pulses = (inner > PULSE_OF * near[:-2]) & (inner > PULSE_OF * near[2:]) & (inner > CRACKLE_OF * size)
    return int(np.count_nonzero(pulses)) > CRACKLE


def _is_sure(burst: Burst) -> bool:
    """Tell whether nothing but a fault breaks the wave so: the music goes on as it was, and nothing near is as new."""
    least_db = _least_db(burst)
    if burst.pulse_db >= PULSE_DB:
        return least_db >= SURE_DB or burst.error_rise_db <= PULSE_RISE_DB
    if max(abs(burst.error_rise_db), abs(burst.level_rise_db)) > STEP_DB:  # more than a gain explains is new
        return False
    jumps = burst.gain_db >= SURE_GAIN_DB or burst.size >= SURE_OF_RMS * burst.music_rms
    return least_db >= SURE_DB and burst.edge_db >= SURE_EDGE_DB and jumps


def _least_db(burst: Burst) -> float:
    return min(burst.stands_db, burst.before_db, burst.after_db)


def _breaks(burst: Burst) -> bool:
    """Tell whether the wave breaks off for a moment, and does not begin to be another."""
    least_db = _least_db(burst)
    if least_db < WEAK_DB or burst.size < max(SMALLEST, LIKELY_OF_RMS * burst.music_rms):
        return False
    if burst.pulse_db >= PULSE_DB:  # beside silence anything is a pulse: there a sound begins or ends
        return abs(burst.level_rise_db) <= FALL_DB
    if abs(burst.error_rise_db) > ERROR_RISE_DB and least_db < ALONE_DB:
        return False
    return -FALL_DB < burst.level_rise_db < (STEP_DB if burst.gain_db >= GAIN_DB else LEVEL_DB)


def _filter(signal: F32, start: int, end: int, windows: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return the filter that predicts the new columns of a chunk; of a short one also those before them."""
    first = max(0, min(start, end - WINDOW * windows))
    begins = np.linspace(first, max(first, end - WINDOW), windows).astype(np.int64)
    pieces = np.array([signal[at : at + WINDOW] for at in begins], np.float64)
    return error_filter(autocorrelation(pieces, ORDER))


@kernel
def _lonely(values: F32, first: int, last: int, reach: int, ratio: float, found: I64) -> int:
    """List pieces whose value is ``ratio`` times that of every piece within ``reach``, neighbours excepted."""
    number = 0
    for p in range(max(first, reach), min(last, len(values) - reach)):
        value = values[p]
        if value <= 0.0 or values[p - 1] >= value or values[p + 1] > value:
            continue
        limit = value / ratio
        lonely = True
        for d in range(2, reach + 1):
            if values[p - d] > limit or values[p + d] > limit:
                lonely = False
                break
        if lonely and number < len(found):
            found[number] = p
            number += 1
    return number
