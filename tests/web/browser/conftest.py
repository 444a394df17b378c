"""The demo's song in a store, served, and a browser that visits it."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import soundfile

from bridge.demo import DemoSong
from bridge.engine.analyse import examine
from bridge.engine.compare import run_compare
from bridge.engine.display import display_of
from bridge.engine.mastering.job import run_master
from bridge.engine.references import run_reference
from bridge.model import BusItem, Finding, MasterRequest, ReferenceComparison
from bridge.pathtext import to_path
from bridge.web.server import PageServer
from tests.report.records import an_analysis
from tests.web.browser.visits import EVIL, RATE_HZ, Visit
from tests.web.filled import FilledStore

LIMITER = BusItem("Pro-L 2", "loudness")


@pytest.fixture(scope="session")
def other_mix(demo_files: Path, demo_song: DemoSong) -> Path:
    """Another balance of the demo's song: its second bounce, and what serves as a reference."""
    path = demo_files / "Second Wind v2.wav"
    parts = demo_song.parts
    balance = {"Drums": 0.6, "Bass": 0.9, "Chords": 0.5, "Lead": 1.3}
    soundfile.write(path, sum(gain * parts[name] for name, gain in balance.items()), RATE_HZ, subtype="PCM_24")
    return path


@pytest.fixture(scope="session")
def compared(demo_files: Path, other_mix: Path) -> ReferenceComparison:
    """The first bounce beside a reference."""
    return run_reference(demo_files / "Second Wind v1.wav", [other_mix])


@pytest.fixture(scope="session")
def demo_store(demo_files: Path, other_mix: Path) -> Path:
    """A store with the demo's song with a fault, its master, a second bounce, and a song with an evil name."""
    path = demo_files / "Second Wind v1.wav"
    fault = Finding(
        kind="fault",
        check="clipping",
        message="The waveform is cut flat in 2 places.",
        remedy="Turn it down.",
        at_s=(12.5, 25.0),
        count=2,
    )
    filled = FilledStore(demo_files)
    analysis, measures = examine(path)
    analysis = msgspec.structs.replace(analysis, findings=(fault, *analysis.findings))
    first = filled.add_bounce(analysis=analysis, path=str(path), drawn=display_of(analysis, measures))
    analysis, measures = examine(other_mix)
    analysis = msgspec.structs.replace(analysis, findings=())
    second = filled.add_bounce(analysis=analysis, path=str(other_mix), drawn=display_of(analysis, measures))
    request = MasterRequest(input_path=str(path), target="spotify", output_folder=str(demo_files), song="Second Wind")
    result = run_master(request)
    filled.add_master(first, result)
    filled.compare(first.sha256, second.sha256, run_compare(path, other_mix))
    filled.compare(first.sha256, result.output_sha256, run_compare(path, to_path(result.output)))
    filled.add_bounce(EVIL, an_analysis(file=f"/x/{EVIL}.wav", findings=(fault,)))
    filled.close()
    return filled.path


@pytest.fixture(scope="module")
def filled(demo_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FilledStore]:
    """A copy of the demo's store at the moment of its last bounce."""
    folder = tmp_path_factory.mktemp("store")
    shutil.copy(demo_store, folder)
    filled = FilledStore(folder)
    filled.at += 3 * 3600  # its three bounces
    filled.keep()
    yield filled
    filled.close()


@pytest.fixture(scope="module")
def server(filled: FilledStore, serve: Callable[[FilledStore], PageServer]) -> PageServer:
    return serve(filled)


@pytest.fixture(autouse=True)
def _as_before(filled: FilledStore) -> Iterator[None]:
    """Whatever a test puts into the store, the next one does not find."""
    yield
    filled.restore()


@pytest.fixture
def visit(chromium: Any, server: PageServer) -> Iterator[Callable[..., Visit]]:
    visits: list[Visit] = []

    def start(**options: Any) -> Visit:
        visits.append(Visit(chromium, server, **options))
        return visits[-1]

    yield start
    for one in visits:
        one.context.close()
        assert one.said == []  # no error, no refused script or style, on any page of any test
        assert all(url.startswith((server.url, "data:", "blob:")) for url in one.requests)
