"""The Broadcast Audio Extension of a WAVE file, its chunk ``bext`` (EBU Tech 3285 v2)."""

import struct

from bridge.audio.tag_text import latin
from bridge.model import BroadcastWave

LEAST_BYTES = 348  # up to and with the version
LOUDNESS_AT, LOUDNESS_END = 412, 422
NOT_SET = 0x7FFF  # 2.3: LoudnessValue ... MaxShortTermLoudness


def parse_bext(data: bytes) -> BroadcastWave | None:
    """Return what the chunk says (2.3), None when it is too short to be one."""
    if len(data) < LEAST_BYTES:
        return None
    low, high, version = struct.unpack_from("<IIH", data, 338)
    loudness: tuple[float | None, ...] = (None,) * 5
    if version >= 2 and len(data) >= LOUDNESS_END:
        # Hundredths (supplement 6 leaves "not there" to 0 in old writers).
        values = struct.unpack_from("<5h", data, LOUDNESS_AT)
        loudness = tuple(None if v in (NOT_SET, 0) else v / 100 for v in values)
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
