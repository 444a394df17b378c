"""One copy of a song with faults in it, examined as a bounce is: written, read, judged."""

import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from bench.faults.kinds import kind_named
from bench.faults.kinds.kind import PlaceKind, Put, SongKind
from bench.faults.music import Track, load
from bridge.engine.analyse import examine
from bridge.model import Analysis, EarlierBounce, Finding
from dsp.core.arrays import F32

NEAR_S = 0.03  # a finding this near to the place is about it
SOUNDS = 10 ** (-45 / 20)  # a place has sound on both sides
SIDE_S = 0.05
EDGE_S = 1.5
SONG_S = 120.0
OTHER_RATE_S = 45.0  # of a song at another rate than its own: 192 kHz takes its time
TRIES = 200
COUNTED = ("fault", "listen")


@dataclass(frozen=True, slots=True)
class Copy:
    """What is to be done: a song, the names of the kinds that go into it, the rate it is brought to (0: its own)."""

    track: Track
    kinds: tuple[str, ...]
    number: int
    rate_hz: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one fault that was put in."""

    kind: str
    track: str
    rate_hz: int
    at_s: float
    found: bool
    stands_out: bool | None
    said: tuple[str, ...] = ()  # the findings at that place, as KIND/CHECK


def examine_copy(copy: Copy, seed: int) -> list[Outcome]:
    """Put the kinds in, examine the file, return what was found; kinds that cannot be put into this song are left out.

    The same copy and seed give the same file.
    """
    rng = np.random.default_rng((seed, copy.number, zlib.crc32(f"{copy.track.package}/{copy.track.name}".encode())))
    kinds = [kind_named(name) for name in copy.kinds]
    if isinstance(kinds[0], SongKind):
        return _whole(copy, kinds[0], rng)
    return _places(copy, [kind for kind in kinds if isinstance(kind, PlaceKind)], rng)


def _places(copy: Copy, kinds: list[PlaceKind], rng: np.random.Generator) -> list[Outcome]:
    audio, rate_hz = load(copy.track, OTHER_RATE_S if copy.rate_hz else SONG_S)
    if copy.rate_hz and copy.rate_hz != rate_hz:
        audio = np.clip(soxr.resample(audio, rate_hz, copy.rate_hz), -1.0, 1.0).astype(np.float32)
        rate_hz = copy.rate_hz
    taken: list[tuple[int, int]] = []
    put: list[tuple[PlaceKind, Put]] = []
    for kind in kinds:
        at = _free_place(audio, rate_hz, kind, taken, rng)
        if at is not None and (where := kind.put(audio, rate_hz, at, rng)) is not None:
            put.append((kind, where))
    findings = findings_of(audio, rate_hz, "PCM_24")
    outcomes = []
    for kind, where in put:
        here = at_place(findings, where, rate_hz)
        found, said = any(f.check in kind.checks for f in here), tuple(f"{f.kind}/{f.check}" for f in here)
        at_s = where.start / rate_hz
        outcomes.append(Outcome(kind.name, _name(copy.track), copy.rate_hz, at_s, found, where.stands_out, said))
    return outcomes


def _whole(copy: Copy, kind: SongKind, rng: np.random.Generator) -> list[Outcome]:
    audio, rate_hz = load(copy.track, kind.seconds)
    earlier = _earlier(audio, rate_hz) if kind.against_past else None
    made = kind.put(audio, rate_hz, rng)
    if made is None:
        return []
    audio, rate_hz, true = made
    counted = [f for f in findings_of(audio, rate_hz, kind.subtype, earlier) if f.kind in COUNTED]
    found = [f for f in counted if f.check in kind.checks and (kind.names is None or kind.names(f.values, true))]
    said = tuple(f"{f.kind}/{f.check}" for f in counted)
    return [Outcome(kind.name, _name(copy.track), copy.rate_hz, 0.0, bool(found), None, said)]


def findings_of(audio: F32, rate_hz: int, subtype: str, earlier: EarlierBounce | None = None) -> tuple[Finding, ...]:
    """Return what is found in a file of this sound, held against an earlier bounce if there is one."""
    return _analysis(audio, rate_hz, subtype, earlier).findings


def _analysis(audio: F32, rate_hz: int, subtype: str, earlier: EarlierBounce | None) -> Analysis:
    with tempfile.TemporaryDirectory(prefix="faults") as folder:
        path = Path(folder) / "copy.wav"
        soundfile.write(path, np.clip(audio, -1.0, 1.0) if subtype.startswith("PCM") else audio, rate_hz, subtype)
        return examine(path, earlier=earlier)[0]


def _earlier(audio: F32, rate_hz: int) -> EarlierBounce:
    """Return what is kept of a song as the bounce before."""
    analysis = _analysis(audio, rate_hz, "PCM_24", None)
    assert analysis.curves is not None
    return EarlierBounce(
        number=1,
        channels=analysis.format.channels,
        duration_s=analysis.format.duration_s,
        width_db=analysis.measurement.width_db,
        loudness=analysis.curves.momentary_lufs,
        balance_db=analysis.curves.balance_db,
        spectrum=analysis.curves.spectrum,
    )


def at_place(findings: tuple[Finding, ...], where: Put, rate_hz: int) -> list[Finding]:
    """Return the faults and *listen* findings about a place: their span comes within 30 ms of it."""
    start, end = where.start / rate_hz, where.end / rate_hz
    here = []
    for finding in findings:
        lengths = (*finding.length_s, *([0.0] * len(finding.at_s)))
        spans = [(at, at + length) for at, length in zip(finding.at_s, lengths, strict=False)]
        if finding.kind in COUNTED and any(a <= end + NEAR_S and b >= start - NEAR_S for a, b in spans):
            here.append(finding)
    return here


def _name(track: Track) -> str:
    return f"{track.package}/{track.name}"


def _free_place(
    audio: F32, rate_hz: int, kind: PlaceKind, taken: list[tuple[int, int]], rng: np.random.Generator
) -> int | None:
    """Take a frame where the song sounds on both sides and nothing else was put; None if none was come upon."""
    room, edge, side = (round(s * rate_hz) for s in (kind.room_s, EDGE_S, SIDE_S))
    latest = len(audio) - room - edge
    for _ in range(TRIES if latest > edge else 0):
        at = int(rng.integers(edge, latest))
        powers = [np.mean(part**2, axis=0) for part in (audio[at - side : at], audio[at : at + side])]
        sounds = min(float(p.min()) for p in powers) > SOUNDS**2
        if sounds and all(at + room + edge <= a or at - edge >= b for a, b in taken):
            taken.append((at, at + room))
            return at
    return None
