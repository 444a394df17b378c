"""The samples of plain WAVE files, straight from and to their bytes: the format nearly every bounce and master has.

Several times quicker than the general coder, and the same to the bit. Everything unusual (other formats, odd headers)
answers None here and goes the general way.
"""

import struct
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# libsndfile's subtypes that float32 holds exactly, and their bytes per sample
_BYTES = {"PCM_16": 2, "PCM_24": 3, "FLOAT": 4}
_MAX_CHUNKS = 4096  # ours: a bound against hostile files
_ALL_ONES = 0xFFFF_FFFF  # the length stands elsewhere (stream, RF64): the general decoder judges


class PlainSamples:
    """The sound of a WAVE file as bytes at a known place."""

    def __init__(self, file: IO[bytes], start: int, subtype: str, channels: int) -> None:
        import numpy as np

        self._file = file
        self._start = start
        self._subtype = subtype
        self._channels = channels
        self._width = _BYTES[subtype]
        self._raw = np.empty(0, np.uint8)

    def read(self, first: int, frames: int) -> "NDArray[np.float32]":
        """Return up to ``frames`` frames from frame ``first``: float32, shape (n, channels)."""
        import numpy as np

        wanted = frames * self._channels * self._width
        if self._raw.size < wanted + 1:
            self._raw = np.empty(wanted + 1, np.uint8)  # one more: the last 24-bit sample is read as four bytes
        self._file.seek(self._start + first * self._channels * self._width)
        window = self._raw.data[:wanted]
        got = 0
        while got < wanted and (more := self._file.readinto(window[got:])):  # type: ignore[attr-defined]
            got += more
        frames = got // (self._channels * self._width)
        count = frames * self._channels
        if self._subtype == "FLOAT":
            samples = self._raw[: count * 4].view("<f4").astype(np.float32)
        elif self._subtype == "PCM_16":
            samples = self._raw[: count * 2].view("<i2").astype(np.float32)
            samples *= np.float32(2.0**-15)
        else:
            # four bytes every three: the sample and one byte of the next, which the shift drops
            overlapping = np.ndarray((count,), "<i4", self._raw, 0, (3,))
            samples = np.left_shift(overlapping, 8).astype(np.float32)
            samples *= np.float32(2.0**-31)
        return samples.reshape(frames, self._channels)


def plain_samples(file: IO[bytes], subtype: str, channels: int, frames: int) -> PlainSamples | None:
    """Return the samples of a plain WAVE file that has exactly ``frames`` frames; None for everything else.

    Source: Microsoft/IBM, Multimedia Programming Interface and Data Specifications 1.0, RIFF.
    """
    if subtype not in _BYTES:
        return None
    file.seek(0)
    head = file.read(12)
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return None
    position = 12
    for _ in range(_MAX_CHUNKS):
        file.seek(position)
        header = file.read(8)
        if len(header) < 8:
            return None
        name, length = struct.unpack("<4sI", header)
        position += 8
        if name == b"data":
            expected = frames * channels * _BYTES[subtype]
            fits = length != _ALL_ONES and expected <= length < expected + channels * _BYTES[subtype]
            return PlainSamples(file, position, subtype, channels) if fits else None
        position += length + length % 2
    return None


def packed(block: "NDArray[Any]", subtype: str) -> "NDArray[np.uint8] | None":
    """Return samples in the high bits of int32 as the bytes of a little-endian file; None for other subtypes."""
    import numpy as np

    whole = np.ascontiguousarray(block, "<i4").reshape(-1).view(np.uint8).reshape(-1, 4)
    if subtype not in ("PCM_16", "PCM_24"):
        return None
    width = _BYTES[subtype]
    out = np.empty((whole.shape[0], width), np.uint8)
    for byte in range(width):  # one strided copy for each is three times quicker than all of them in one
        out[:, byte] = whole[:, byte + 4 - width]
    return out.reshape(-1)
