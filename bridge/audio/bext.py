"""The Broadcast Audio Extension of a WAVE file, its chunk ``bext`` (EBU Tech 3285 v2): read, and carried over."""

import struct
from pathlib import Path

from bridge.audio.chunks import chunks, is_wave
from bridge.audio.tag_text import latin
from bridge.model import BroadcastWave

_LEAST_BYTES = 348  # up to and with the version
_LOUDNESS_AT, _LOUDNESS_END = 412, 422
_NOT_SET = 0x7FFF  # 2.3: LoudnessValue ... MaxShortTermLoudness


def bext_bytes(path: Path) -> bytes:
    """Return the chunk as it stands in a file; empty when there is none, or the file is no WAVE file or unreadable."""
    try:
        with path.open("rb") as file:
            if is_wave(file.read(12)):
                return next((data for name, data in chunks(file, "<") if name == b"bext"), b"")
    except OSError:
        return b""
    return b""


def parse_bext(data: bytes) -> BroadcastWave | None:
    """Return what the chunk says (2.3), None when it is too short to be one."""
    if len(data) < _LEAST_BYTES:
        return None
    low, high, version = struct.unpack_from("<IIH", data, 338)
    loudness: tuple[float | None, ...] = (None,) * 5
    if version >= 2 and len(data) >= _LOUDNESS_END:
        # Hundredths (supplement 6 leaves "not there" to 0 in old writers).
        values = struct.unpack_from("<5h", data, _LOUDNESS_AT)
        loudness = tuple(None if v in (_NOT_SET, 0) else v / 100 for v in values)
    return BroadcastWave(
        version=version,
        description=latin(data[:256]),
        originator=latin(data[256:288]),
        originator_reference=latin(data[288:320]),
        date=latin(data[320:330]),
        time=latin(data[330:338]),
        time_reference_frames=low + (high << 32),
        integrated_lufs=loudness[0],
        range_lu=loudness[1],
        true_peak_dbtp=loudness[2],
        max_momentary_lufs=loudness[3],
        max_short_term_lufs=loudness[4],
        coding_history=latin(data[602 : 602 + 4096]),
    )


def append_bext(path: Path, bext: bytes) -> None:
    """Append a mix's chunk to its master, a closed RIFF file; its loudness is emptied, for it described the mix."""
    body = bytearray(bext)
    if len(body) >= _LOUDNESS_END:
        body[_LOUDNESS_AT:_LOUDNESS_END] = struct.pack("<5h", *(_NOT_SET,) * 5)
    with path.open("rb+") as file:
        file.seek(0, 2)
        if file.tell() % 2:
            file.write(b"\0")
        file.write(b"bext" + struct.pack("<I", len(body)) + bytes(body) + (b"\0" if len(body) % 2 else b""))
        size = file.tell() - 8
        file.seek(4)
        file.write(struct.pack("<I", size))
