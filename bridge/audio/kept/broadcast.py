"""The Broadcast Audio Extension of a master: that of its mix, with what is true of the master.

Sources: EBU Tech 3285 v2 (the chunk ``bext``), EBU R 98 (its CodingHistory), SMPTE ST 330 (UMID).
"""

import math
import struct
from pathlib import Path

from bridge import __version__
from bridge.audio.bext import LEAST_BYTES, LOUDNESS_AT, NOT_SET
from bridge.audio.chunks import chunks_beside_sound
from bridge.audio.containers.base import Window
from bridge.audio.kept.record import MasterFormat, at_rate
from bridge.model import Measurement

_TIME_AT = 338  # of TimeReferenceLow, then High
_VERSION_AT = 346
_UMID_AT, _UMID_BYTES = 348, 64
_HISTORY_AT = 602
_VERSION = 2  # the first with the loudness of the file
_MODES = {1: "mono", 2: "stereo"}  # EBU R 98, M


def master_bext(bext: bytes, mix_rate_hz: int, master: MasterFormat) -> bytes:
    """Return the chunk of a mix as its master has it; empty where it is too short to be one.

    The time reference is that of the same moment at the master's rate, the coding history has one more line. The UMID
    is that of the mix's material: the master is other material, and has none. Of its loudness nothing is known yet.
    """
    if len(bext) < LEAST_BYTES:
        return b""
    body = bytearray(bext[:_HISTORY_AT].ljust(_HISTORY_AT, b"\0"))
    low, high = struct.unpack_from("<II", body, _TIME_AT)
    reference = at_rate(low | high << 32, mix_rate_hz, master.rate_hz) & (1 << 64) - 1
    struct.pack_into("<II", body, _TIME_AT, reference & 0xFFFF_FFFF, reference >> 32)
    struct.pack_into("<H", body, _VERSION_AT, _VERSION)
    body[_UMID_AT : _UMID_AT + _UMID_BYTES] = bytes(_UMID_BYTES)
    body[LOUDNESS_AT:_HISTORY_AT] = struct.pack("<5h", *(NOT_SET,) * 5).ljust(_HISTORY_AT - LOUDNESS_AT, b"\0")
    return bytes(body) + master_history(bext[_HISTORY_AT:], master)


def master_history(history: bytes, master: MasterFormat) -> bytes:
    """Return a coding history with the line of the master behind it (EBU R 98, 2: lines end in CR LF)."""
    before = history.split(b"\0", 1)[0].rstrip(b"\r\n ")
    line = f"A=PCM,F={master.rate_hz},W={master.bits},M={_MODES.get(master.channels, 'stereo')}"
    line += f",T=Fresh Ears {__version__}; mastered"
    return (before + b"\r\n" if before else b"") + line.encode("ascii") + b"\r\n"


def write_loudness(path: Path, measured: Measurement) -> bool:
    """Write what was measured of a finished WAVE file into its ``bext`` chunk; False where it has none."""
    with path.open("rb+") as file:
        window = Window(file, path.stat().st_size)
        found = next((chunk for chunk in chunks_beside_sound(window) if chunk.name == b"bext"), None)
        if found is None or found.length < _HISTORY_AT:
            return False
        file.seek(found.start + LOUDNESS_AT)
        file.write(struct.pack("<5h", *map(_hundredths, _in_order(measured))))
    return True


def _in_order(measured: Measurement) -> tuple[float | None, ...]:
    """EBU Tech 3285 v2, 2.3: LoudnessValue, LoudnessRange, MaxTruePeakLevel, MaxMomentary, MaxShortTermLoudness."""
    return (
        measured.integrated_lufs,
        measured.range_lu,
        measured.true_peak_dbtp,
        measured.max_momentary_lufs,
        measured.max_short_term_lufs,
    )


def _hundredths(value: float | None) -> int:
    """EBU Tech 3285 v2, 2.3: a hundred times the value, rounded; outside of -99.99 to 99.99 it is not used."""
    if value is None or not math.isfinite(value) or abs(value) > 99.99:
        return NOT_SET
    return round(100.0 * value)
