"""Mutated sound files: through probe, tags and reader, and through whole examinations."""

import io
import logging
import random
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from pathlib import Path

import numpy as np
import soundfile

from bench.fuzz.mutate import mutated
from bench.fuzz.sound_seeds import WORDS, seeds, with_right_checksums
from bench.lanes.coverage import Guide
from bench.lanes.folders import fast_folder
from bench.lanes.isolated import tried
from bench.lanes.lane import Batch, Failure, Lane, Work, failure_of
from bench.lanes.state import State
from bridge.audio.kept.read import read_kept
from bridge.audio.kept.record import MasterFormat
from bridge.audio.kept.write import write_kept
from bridge.audio.probe import probe
from bridge.audio.reader import open_audio
from bridge.audio.tags import read_tags
from bridge.engine.analyse import examine
from bridge.errors import AudioFileError

MOST_S = 2.0
_WATCHED = ("/bridge/audio/", "/mutagen/")
_ONE_IN = 4  # inputs that are watched for what they reach
_NAME = "Tide.wav"
_OPEN_FRAMES = 4096

Read = Callable[[Path, Batch], None]
MASTERS = (".wav", ".aiff", ".flac", ".ogg", ".opus", ".mp3")


class _Memory(logging.Handler):
    """Notes memory that ran out where it is caught and logged: that is no answer to a small file."""

    def __init__(self) -> None:
        super().__init__()
        self.errors: list[BaseException] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and isinstance(record.exc_info[1], MemoryError):
            self.errors.append(record.exc_info[1])


@cache
def _master(ending: str) -> bytes:
    """Return a small file as a master of this kind is."""
    container, subtype = {
        ".flac": ("FLAC", "PCM_16"),
        ".ogg": ("OGG", "VORBIS"),
        ".opus": ("OGG", "OPUS"),
        ".mp3": ("MP3", "MPEG_LAYER_III"),
        ".aiff": ("AIFF", "PCM_16"),
    }.get(ending, ("WAV", "PCM_16"))
    buffer = io.BytesIO()
    soundfile.write(buffer, np.zeros((480, 2)), 48_000, format=container, subtype=subtype)
    return buffer.getvalue()


def read(path: Path, batch: Batch) -> None:
    """Do what is done with every file that lands: look whether it is whole, read its tags, open it."""
    batch.count(probe(path).state)
    read_tags(path)
    kept = read_kept(path, 48_000)
    if kept.texts or kept.pictures or kept.markers or kept.broadcast or kept.ixml:
        batch.count("with tags")
        master = path.with_name(f"master{MASTERS[len(kept.texts) % len(MASTERS)]}")
        master.write_bytes(_master(master.suffix))
        write_kept(master, master.suffix, kept, MasterFormat(48_000, 2, 16, 480), {}, "0" * 64)
    try:
        with open_audio(path) as reader:
            next(reader.blocks(_OPEN_FRAMES), None)
    except AudioFileError:
        return
    batch.count("opened")


def examined(path: Path, batch: Batch) -> None:
    """Examine a file whole."""
    try:
        examine(path)
    except AudioFileError:
        return
    batch.count("examined")


def sound(rng: random.Random, seed: bytes, others: list[bytes]) -> bytes:
    """Return a mutated file, every second Ogg file with right checksums."""
    data = mutated(rng, seed, others, WORDS)
    return with_right_checksums(data) if b"OggS" in data[:64] and rng.random() < 0.5 else data


def _opened(how: Read, *, guided: bool) -> Callable[[Path], "contextmanager[Work]"]:  # type: ignore[type-arg]
    @contextmanager
    def opened(folder: Path) -> Iterator[Work]:
        fast = fast_folder()
        path = fast / _NAME
        memory = _Memory()
        logging.getLogger("bridge").addHandler(memory)
        logging.getLogger("bridge").setLevel(logging.INFO)
        for seed in seeds()[: 1 if guided else None]:  # loads the kernels once, for every child
            path.write_bytes(seed)
            how(path, Batch())

        def work(_: int, count: int, rng: random.Random) -> Batch:
            guide = Guide(folder, _WATCHED)
            base = rng.getrandbits(60)

            def attempt(number: int, batch: Batch) -> None:
                own = random.Random(base + number)
                data = sound(own, guide.choose(own, seeds()), seeds())
                watched = guided and number % _ONE_IN == 0
                path.write_bytes(data)
                began_s = time.process_time()
                memory.errors.clear()
                try:
                    with guide.watching(data) if watched else nullcontext():
                        how(path, batch)
                    for error in memory.errors:
                        batch.failures.append(failure_of(error, data))
                except Exception as error:  # noqa: BLE001 - that is what is looked for
                    batch.failures.append(failure_of(error, data))
                took_s = time.process_time() - began_s
                if not watched:
                    batch.peak("slowest_s", took_s)
                    if took_s > MOST_S:
                        batch.failures.append(Failure("takes too long", f"{took_s:.1f} s", data))

            batch = tried(count, attempt, path, at_end=guide.write)
            batch.peak("kept", len(list((folder / "corpus").glob("*.bin"))))
            return batch

        try:
            yield work
        finally:
            logging.getLogger("bridge").removeHandler(memory)
            logging.getLogger("bridge").setLevel(logging.NOTSET)
            shutil.rmtree(fast)

    return opened


def _again(how: Read) -> Callable[[Path, bytes], Failure | None]:
    def again(folder: Path, data: bytes) -> Failure | None:
        path = folder / _NAME

        def attempt(_: int, batch: Batch) -> None:
            path.write_bytes(data)
            began_s = time.process_time()
            try:
                how(path, batch)
            except Exception as error:  # noqa: BLE001
                batch.failures.append(failure_of(error, data))
            if (took_s := time.process_time() - began_s) > MOST_S:
                batch.failures.append(Failure("takes too long", f"{took_s:.1f} s", data))

        batch = tried(1, attempt, path)
        for left in folder.glob("Tide.wav"), folder.glob("master.*"):
            for made in left:
                made.unlink()
        return batch.failures[0] if batch.failures else None

    return again


def _read_result(state: State) -> str:
    counts = {name: int(state.sums.get(name, 0)) for name in ("complete", "incomplete", "alien", "opened")}
    return (
        f"{counts['complete']:,} seemed whole, {counts['incomplete']:,} not, {counts['alien']:,} no sound; "
        f"{counts['opened']:,} could be opened, {int(state.sums.get('with tags', 0)):,} had tags that went into a "
        f"master; {int(state.peaks.get('kept', 0)):,} kept as seeds since they reached new "
        f"lines; the slowest took {state.peaks.get('slowest_s', 0.0):.2f} s"
    )


def _examined_result(state: State) -> str:
    slowest_s = state.peaks.get("slowest_s", 0.0)
    return f"{int(state.sums.get('examined', 0)):,} had a verdict; the slowest took {slowest_s:.2f} s"


LANES = (
    Lane(
        "sounds",
        "Sound files of every kind through probe, tags and reader, guided by what they reach",
        300_000,
        2_000,
        150,
        _opened(read, guided=True),
        _read_result,
        _again(read),
    ),
    Lane(
        "examinations",
        "Sound files of every kind, examined whole",
        10_000,
        100,
        12,
        _opened(examined, guided=False),
        _examined_result,
        _again(examined),
    ),
)
