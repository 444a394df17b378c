"""Markers as libsndfile finds them: SFC_GET_CUE, which the Python binding does not offer by name."""

import struct
from pathlib import Path

import soundfile

_GET_CUE, _MOST = 0x10CE, 100  # sndfile.h: SFC_GET_CUE, the size of SF_CUES
_POINT = struct.Struct("<iIiiiI256s")  # SF_CUE_POINT


def cues_by_libsndfile(path: Path) -> list[tuple[int, str]]:
    """Return frame and name of each marker of a WAVE or AIFF file."""
    from soundfile import _ffi, _snd

    size = 4 + _MOST * _POINT.size
    with soundfile.SoundFile(path) as file:
        memory = _ffi.new("unsigned char[]", size)
        if not _snd.sf_command(file._file, _GET_CUE, memory, size):
            return []
        data = bytes(_ffi.buffer(memory))
    points = [_POINT.unpack_from(data, 4 + n * _POINT.size) for n in range(int.from_bytes(data[:4], "little"))]
    return [(point[5], point[6].split(b"\0")[0].decode("utf-8")) for point in points]
