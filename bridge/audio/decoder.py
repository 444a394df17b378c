"""The decoder behind the reader: libsndfile over a file as it stands or over pieces of it, one stream after the other.

What libsndfile says of a stream is held against what was counted; where the two differ, a header of ours is tried, and
where that does not help either, the file is refused.
"""

import io
import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from bridge.audio.complaints import Complaints, complaints_kept
from bridge.audio.containers.base import ContainerError, Contents, Stream
from bridge.audio.containers.layout import named, sorted_order
from bridge.audio.containers.pieces import Pieces
from bridge.audio.pcm import PlainSamples, plain_samples
from bridge.model import AudioFormat
from bridge.text import clock

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Audio = NDArray[np.float32] | NDArray[np.float64]

_WIDE = {"PCM_32", "DOUBLE", "ALAC_32"}  # more than float32 holds
# what libsndfile calls the files whose length can be known for sure; of others it has been found to read what is none
_COUNTED = {"WAV", "WAVEX", "RF64", "W64", "AIFF", "CAF", "FLAC", "OGG", "MP3", "AU"}
_BUFFER_BYTES = 1 << 16
_FINE_FRAMES = 256  # ours: how exactly the place of damage is found
_ANOTHER_FORMAT = "Bounce to WAV, AIFF or FLAC; a renamed file keeps its old contents."


class Decoder:
    """The streams of one open file.

    ``format`` says what comes out: channels in the order of `bridge.audio.containers.layout`, with
    names in ``format.speakers``.
    Raises ContainerError for what cannot be decoded whole.
    """

    def __init__(self, file: IO[bytes], path: Path, contents: Contents) -> None:
        self._file = file
        self._path = path
        self._streams, first = self._understood(contents)
        found = [first.frames, *(self._look_at(stream).frames for stream in self._streams[1:])]
        self._lengths = [
            length if stream.frames is None else min(length, stream.frames)
            for stream, length in zip(self._streams, found, strict=True)
        ]
        speakers = named(contents.speakers, first.channels)
        self._order = sorted_order(speakers)
        frames = sum(self._lengths)
        self.format = AudioFormat(
            rate_hz=first.rate_hz,
            channels=first.channels,
            frames=frames,
            subtype=contents.subtype or first.subtype,
            container=contents.container or first.container,
            duration_s=frames / first.rate_hz,
            speakers=tuple(speakers[c] for c in self._order),
        )
        self._is_mpeg = self.format.subtype.startswith("MPEG")
        self._dtype = "float64" if self.format.subtype in _WIDE else "float32"

    def blocks(self, step: int) -> Iterator["Audio"]:
        """Yield everything from the start, at most ``step`` frames at a time.

        Raises ContainerError, with the time, where it cannot be decoded or ends early.
        """
        before = 0
        for number, length in enumerate(self._lengths):
            try:
                yield from self._stream_blocks(number, step)
            except _DamagedError as damage:
                at = self._first_failure(number, damage.done, step)
                raise ContainerError(
                    f"cannot be decoded after {clock((before + at) / self.format.rate_hz, 1)} ({damage})"
                ) from damage
            except _ShortError as short:
                raise ContainerError(
                    f"ends at {clock((before + short.done) / self.format.rate_hz, 1)}, its header promises "
                    f"{clock(self.format.duration_s, 1)}"
                ) from short
            before += length

    def excerpts(self, places: Iterable[int], frames: int) -> Iterator["Audio"]:
        """Yield ``frames`` frames from each place, in rising order; fewer where a stream ends.

        Raises ContainerError.
        """
        number, before = 0, 0
        sound = self._open(self._streams[0])
        try:
            for place in places:
                while number + 1 < len(self._lengths) and place >= before + self._lengths[number]:
                    before += self._lengths[number]
                    number += 1
                    sound.close()
                    sound = self._open(self._streams[number])
                sound.seek(place - before)
                count = min(frames, before + self._lengths[number] - place)
                yield self._in_order(self._read(sound, count))
        except (RuntimeError, OSError) as error:
            raise ContainerError(f"cannot be decoded ({reason_of(error)})") from error
        finally:
            sound.close()

    def _stream_blocks(self, number: int, step: int) -> Iterator["Audio"]:
        stream, length = self._streams[number], self._lengths[number]
        plain = self._plain() if not stream.pieces else None
        sound: Any = None if plain else self._open(stream)
        done = 0
        try:
            while done < length:
                count = min(step, length - done)
                block = plain.read(done, count) if plain else self._read(sound, count)
                if block.shape[0] == 0:
                    raise _ShortError(done)
                done += block.shape[0]
                yield self._in_order(block)
        except (RuntimeError, OSError) as error:
            raise _DamagedError(reason_of(error), done) from error
        finally:
            if sound is not None:
                sound.close()

    def _read(self, sound: Any, count: int) -> "Audio":
        """Read up to ``count`` frames. Raises RuntimeError where they cannot be decoded.

        Not with soundfile's own method: that one seeks after every block, which cuts an MP3 frame off from those it
        refers to.
        """
        import numpy as np
        from soundfile import _error_check, _ffi, _snd

        block = np.empty((count, sound.channels), self._dtype)
        double = block.dtype == np.float64
        read, kind = (_snd.sf_readf_double, "double*") if double else (_snd.sf_readf_float, "float*")
        with complaints_kept() if self._is_mpeg else nullcontext(Complaints()) as complaints:
            got = read(sound._file, _ffi.from_buffer(kind, block), count)  # noqa: SLF001
        _error_check(_snd.sf_error(sound._file))  # noqa: SLF001
        if complaints.damage:
            raise RuntimeError(complaints.damage)
        return block[:got]

    def _first_failure(self, number: int, done: int, step: int) -> int:
        """Return up to which frame a damaged stream can be decoded, by decoding it again in small steps."""
        at = 0
        with self._open(self._streams[number]) as sound:
            try:
                while at < done:
                    at += self._read(sound, min(step, done - at)).shape[0]
                while count := self._read(sound, _FINE_FRAMES).shape[0]:
                    at += count
            except (RuntimeError, OSError):
                pass  # that is the place
        return at

    def _plain(self) -> PlainSamples | None:
        return plain_samples(self._file, self.format.subtype, self.format.channels, self.format.frames)

    def _in_order(self, block: "Audio") -> "Audio":
        if self._order == tuple(range(len(self._order))):
            return block
        import numpy as np

        ordered: Audio = np.ascontiguousarray(block[:, self._order])  # type: ignore[assignment]
        return ordered

    def _understood(self, contents: Contents) -> tuple[tuple[Stream, ...], "_Found"]:
        """Return the streams as they stand or with a header of ours, whichever the decoder finds whole."""
        failed: ContainerError | None = None
        for streams in (contents.streams, contents.mended):
            if streams:
                try:
                    return streams, self._look_at(streams[0])
                except ContainerError as error:
                    failed = failed or error
        raise failed or ContainerError("holds no stream")

    def _look_at(self, stream: Stream) -> "_Found":
        """Return what the decoder finds a stream to be. Raises ContainerError when that is not what was counted."""
        with self._open(stream) as sound:
            found = _Found(
                int(sound.samplerate), int(sound.channels), int(sound.frames), str(sound.subtype), str(sound.format)
            )
        if found.container not in _COUNTED:
            raise ContainerError(f"is a file of the kind {found.container}, which is not read", _ANOTHER_FORMAT)
        if not stream.accepts(found.frames):
            raise ContainerError(
                f"could only be read in part: the decoder finds {clock(found.frames / found.rate_hz, 1)} of the "
                f"{clock((stream.frames or 0) / found.rate_hz, 1)} that it holds",
                "Bounce to WAV, AIFF or FLAC.",
            )
        return found

    def _open(self, stream: Stream) -> Any:
        import soundfile  # libsndfile loads in 0.1 s: only when a file is read

        try:
            if stream.pieces:
                # with a buffer: decoders read in crumbs
                return soundfile.SoundFile(io.BufferedReader(Pieces(self._file, stream.pieces), _BUFFER_BYTES), "r")
            # By descriptor: any bytes in the name, and the file we checked is the file we read. On Windows
            # descriptors do not cross into the library.
            if sys.platform == "win32":
                return soundfile.SoundFile(str(self._path), "r")
            self._file.seek(0)
            return soundfile.SoundFile(self._file.fileno(), "r", closefd=False)
        except (soundfile.LibsndfileError, RuntimeError, TypeError) as error:
            raise ContainerError(f"is not a sound file we can read ({reason_of(error)})", _ANOTHER_FORMAT) from error


class _Found(NamedTuple):
    """What the decoder says of a stream."""

    rate_hz: int
    channels: int
    frames: int
    subtype: str
    container: str


class _DamagedError(Exception):
    def __init__(self, reason: str, done: int) -> None:
        super().__init__(reason)
        self.done = done


class _ShortError(Exception):
    def __init__(self, done: int) -> None:
        super().__init__(done)
        self.done = done


def reason_of(error: Exception) -> str:
    """Return what an error says, on one line and without its full stop."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    text = getattr(error, "error_string", text)  # libsndfile's own words, without the descriptor's number
    return " ".join(text.split()).rstrip(".")
