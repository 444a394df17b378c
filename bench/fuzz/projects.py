"""Mutated saved projects of every DAW: read by themselves, and found beside a bounce."""

import gzip
import logging
import os
import random
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from pathlib import Path

from bench.fuzz.texts import mutated_text
from bench.lanes.coverage import Guide
from bench.lanes.folders import fast_folder
from bench.lanes.isolated import tried
from bench.lanes.lane import Batch, Failure, Lane, Work, failure_of
from bench.lanes.state import State
from bridge.daw.projects.nearby import session_near
from bridge.daw.projects.reading import read_project
from bridge.errors import DawError
from tests.daw.projects import projects
from tests.daw.projects.fl import flp_projects
from tests.daw.projects.live import live_sets
from tests.daw.projects.packed import packed_projects

MOST_S = 1.0
_WATCHED = ("/bridge/daw/projects/",)
_ONE_IN = 5
_ARDOUR = Path(__file__).parent.parent.parent / "tests" / "data" / "ardour" / "two_processors.ardour"
_TOP = (
    "SAMPLERATE 48000 1 0", "RENDER_FILE Renders", "RENDER_PATTERN $project", "RENDER_FMT 0 2 48000",
    'QUEUED_RENDER_OUTFILE "/r/Tide.wav" 3', "QUEUED_RENDER_ORIGINAL_FILENAME /m/Tide.rpp",
    "RENDER_NORMALIZE 3 0.5 0.5 0 0", "RENDER_DITHER 3", "RENDER_RANGE 1 0 0 18 1000", "MASTERHWOUT 0 0 1 0 0 0 0 -1",
    "<RENDER_CFG\n    ZXZhdxgAAQ==\n  >",
)  # fmt: skip
_NAMES = (
    "MASTERFXLIST BYPASS CONTAINER VST JS AU CLAP FXID WAK TRACK SOURCE FILE SAMPLERATE RENDER_NORMALIZE "
    "RENDER_DITHER RENDER_CFG RENDER_FMT QUEUED_RENDER_OUTFILE REAPER_PROJECT PARALLEL Processor Route Session "
    "Source sample-rate name version active klingon UTF-16 Option value default-type flags MasterOut Devices On "
    "Manual Branches AudioEffectBranch PluginDesc Vst3PluginInfo GroupTrack MainTrack MasterTrack Target "
    "TrackGroupId AudioClip FileRef BoolEvent MinorVersion"
)
_WORDS = tuple(name.encode() for name in _NAMES.split())


@cache
def seeds() -> list[tuple[str, bytes]]:
    """Return small whole projects with their endings."""
    chain = [
        *projects.fx('VST "VST3: Pro-L 2 (FabFilter)" FabFilter.vst3 0 "" 1{2} ""'),
        *projects.container("Glue", projects.fx('JS "loser/3BandEQ" ""', bypass="1 0 0", number=2)),
        *projects.fx('CLAP "CLAP: Air (X)" air.clap "" ""', number=3),
    ]
    found = [
        (".rpp", "\n".join(projects.project(lines, top=top)).encode()) for lines in (chain, None) for top in ((), _TOP)
    ]
    whole = _ARDOUR.read_bytes()
    start, end = whole.index(b"<MIDIPorts>"), whole.index(b"<Routes>")
    found += [(".ardour", whole), (".ardour", whole[:start] + whole[end:])]
    return found + _live_seeds() + _flp_seeds() + _packed_seeds()


def _live_seeds() -> list[tuple[str, bytes]]:
    limiter = live_sets.plug_in("Pro-L 2", switch_id=5)
    inside = live_sets.rack("Loud", limiter, live_sets.device("Limiter"), off=(1,))
    switches = live_sets.envelope(5, "false", "true")
    clip = live_sets.audio_clip("/m/Tide.wav", 360)
    tracks = live_sets.track("Group", 1, "Mix", devices=inside) + "".join(
        live_sets.track("Audio", at, "x", out="AudioOut/GroupTrack", group=1, clips=clip, sends=(1.0,)) for at in (2, 3)
    )
    texts = [
        live_sets.live_set(inside, tracks, switches=switches, version=version).replace("><", ">\n<").encode()
        for version in (12, 9)
    ]
    return [(".als", texts[0]), (".als+gzip", texts[1]), (".als", gzip.compress(texts[0], mtime=0))]


def _flp_seeds() -> list[tuple[str, bytes]]:
    inserts = {0: [(9, "Fruity Limiter", "", "")], 1: [(0, "Fruity Wrapper", "loud", "Pro-L 2")]}
    channels = [(0, 2, ""), (2, 1, ""), (4, 2, "Tide.wav")]
    whole = flp_projects.project(inserts, channels, routes={1: [0], 2: [1]}, clips=[(2, 0, 9600 * 30)])
    return [(".flp", whole), (".flp", flp_projects.project({}, version="11.0.0"))]


def _packed_seeds() -> list[tuple[str, bytes]]:
    limiter = packed_projects.device("Pro-L 2", automated=True)
    tracks = packed_projects.track("1", "Bass", to="2") + packed_projects.track("2", "Mix", to="9", devices=limiter)
    handed_on = packed_projects.dawproject(limiter, tracks, clips=packed_projects.audio("1", 90)).encode()
    channel = packed_projects.channel("AudioTrack", "1", "Bass", to="9")
    mixer = packed_projects.mixer(["iZotope Ozone 5"], channel).encode()
    whole = packed_projects.zipped({"project.xml": handed_on})
    return [(".dawproject+project.xml", handed_on), (".song+Devices/audiomixer.xml", mixer), (".dawproject", whole)]


# What is done with a mutated text before it is written, where the format packs it.
_PACKED: dict[str, Callable[[bytes], bytes]] = {"": lambda data: data, "gzip": lambda data: gzip.compress(data, 1)}


class _Traces(logging.Handler):
    """Notes what the reader beside a bounce caught although it is none of the errors it knows."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.errors: list[BaseException] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1] is not None:
            self.errors.append(record.exc_info[1])


def _read(path: Path, sound: Path, batch: Batch) -> None:
    try:
        read_project(path)
        batch.count("read")
    except DawError:
        batch.count("refused")
    if session_near(sound) is not None:
        batch.count("found beside a bounce")


class _Folder:
    """A folder with a bounce and one project beside it."""

    def __init__(self) -> None:
        self.path = fast_folder()
        self.sound = self.path / "Tide.wav"
        self.sound.touch()
        self.traces = _Traces()
        logging.getLogger("bridge.daw").addHandler(self.traces)

    def close(self) -> None:
        logging.getLogger("bridge.daw").removeHandler(self.traces)
        shutil.rmtree(self.path)

    def attempt(self, ending: str, data: bytes, batch: Batch, guide: Guide | None) -> float:
        """Read one project; return the processor time it took."""
        suffix, _, packing = ending.partition("+")
        path = self.path / f"Tide{suffix}"
        packed = _PACKED[packing](data) if packing in _PACKED else packed_projects.zipped({packing: data})
        path.write_bytes(packed)
        os.utime(self.sound)  # a project that was saved long after the bounce says nothing of it
        self.traces.errors.clear()
        began_s = time.process_time()
        try:
            with guide.watching(ending.encode() + b"\0" + data) if guide else nullcontext():
                _read(path, self.sound, batch)
            batch.failures.extend(failure_of(error, ending.encode() + b"\0" + data) for error in self.traces.errors)
        except Exception as error:  # noqa: BLE001 - that is what is looked for
            batch.failures.append(failure_of(error, ending.encode() + b"\0" + data))
        took_s = time.process_time() - began_s
        path.unlink()
        return took_s


@contextmanager
def _opened(folder: Path) -> Iterator[Work]:
    place = _Folder()
    current = place.path / "current"

    def work(_: int, count: int, rng: random.Random) -> Batch:
        guide = Guide(folder, _WATCHED)
        base = rng.getrandbits(60)
        whole = [ending.encode() + b"\0" + data for ending, data in seeds()]
        others = [data for _, data in seeds()]

        def attempt(number: int, batch: Batch) -> None:
            own = random.Random(base + number)
            kind, _, seed = guide.choose(own, whole).partition(b"\0")
            data = mutated_text(own, seed, others, _WORDS)
            ending = kind.decode()
            current.write_bytes(kind + b"\0" + data)
            watched = number % _ONE_IN == 0
            took_s = place.attempt(ending, data, batch, guide if watched else None)
            if not watched:
                batch.peak("slowest_s", took_s)
                if took_s > MOST_S:
                    batch.failures.append(Failure("takes too long", f"{took_s:.1f} s", kind + b"\0" + data))

        batch = tried(count, attempt, current, at_end=guide.write)
        batch.peak("kept", len(list((folder / "corpus").glob("*.bin"))))
        return batch

    try:
        yield work
    finally:
        place.close()


def _again(_: Path, data: bytes) -> Failure | None:
    place = _Folder()

    def attempt(_: int, batch: Batch) -> None:
        ending, _, text = data.partition(b"\0")
        took_s = place.attempt(ending.decode(), text, batch, None)
        if took_s > MOST_S:
            batch.failures.append(Failure("takes too long", f"{took_s:.1f} s", data))

    try:
        batch = tried(1, attempt, place.path / "current")
    finally:
        place.close()
    return batch.failures[0] if batch.failures else None


def _result(state: State) -> str:
    counts = {name: int(state.sums.get(name, 0)) for name in ("read", "refused", "found beside a bounce")}
    return (
        f"{counts['read']:,} read, {counts['refused']:,} refused, {counts['found beside a bounce']:,} said something "
        f"beside a bounce; {int(state.peaks.get('kept', 0)):,} kept as seeds; the slowest took "
        f"{state.peaks.get('slowest_s', 0.0):.2f} s"
    )


LANES = (
    Lane("projects", "saved projects of every DAW by themselves and beside a bounce, guided by what they reach",
         1_000_000, 2_000, 150, _opened, _result, _again),
)  # fmt: skip
