"""The demo's song on a shelf, served, and a browser that visits it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import soundfile

from bridge.demo import compose
from bridge.engine.analyse import examine, run_analysis
from bridge.engine.compare import run_compare
from bridge.engine.display import display_of
from bridge.engine.mastering.job import run_master
from bridge.engine.references import run_reference
from bridge.model import Finding, MasterRequest
from bridge.pathtext import to_path
from bridge.songs.actions import PageReply
from bridge.songs.comparisons import ComparisonState, ReferencesState
from bridge.web.server import PageServer
from tests.report.records import an_analysis
from tests.web.browser.visits import EVIL, RATE_HZ, Visit
from tests.web.shelf import Shelf


@pytest.fixture(scope="session")
def shelf(demo_files: Path) -> Shelf:
    """The demo's song with a fault, its master, a second bounce, and a song with an evil name."""
    path = demo_files / "Second Wind v1.wav"
    analysis, measures = examine(path)
    fault = Finding(
        kind="fault",
        check="clipping",
        message="The waveform is cut flat in 2 places.",
        remedy="Turn it down.",
        at_s=(12.5, 25.0),
        count=2,
    )
    analysis = msgspec.structs.replace(analysis, findings=(*analysis.findings, fault))
    request = MasterRequest(input_path=str(path), target="spotify", output_folder=str(demo_files), song="Second Wind")
    result = run_master(request)
    shelf = Shelf()
    song = shelf.add_song()
    bounce = shelf.add_bounce(song, analysis)
    other = demo_files / "Second Wind v2.wav"
    parts = compose().parts
    balance = {"Drums": 0.6, "Bass": 0.9, "Chords": 0.5, "Lead": 1.3}
    soundfile.write(other, sum(gain * parts[name] for name, gain in balance.items()), RATE_HZ, subtype="PCM_24")
    shelf.add_bounce(song, msgspec.structs.replace(run_analysis(other), findings=()))
    shelf.add_master(bounce, result)
    shelf.besides[("bounce", 1), ("bounce", 2)] = ComparisonState(difference=run_compare(path, other))
    shelf.besides[("bounce", 1), ("master", 1)] = ComparisonState(difference=run_compare(path, to_path(result.output)))
    for sound, drawn in ((("bounce", 1), display_of(analysis, measures)), (("master", 1), result.drawn)):
        assert drawn is not None
        shelf.zooms[sound] = drawn.zooms
    shelf.compared = run_reference(path, [other])
    shelf.reference_paths[1] = str(other)
    shelf.add_bounce(shelf.add_song(EVIL), an_analysis(file=f"/x/{EVIL}.wav", findings=(fault,)))
    return shelf


@pytest.fixture(scope="module")
def server(shelf: Shelf, serve: Callable[[Shelf], PageServer]) -> PageServer:
    return serve(shelf)


@pytest.fixture(autouse=True)
def _as_before(shelf: Shelf) -> Iterator[None]:
    """Whatever a test puts on the shelf, the next one does not find."""
    bounces, masters, besides = dict(shelf.bounces), dict(shelf.masters), dict(shelf.besides)
    yield
    shelf.bounces, shelf.masters, shelf.besides = bounces, masters, besides
    shelf.sheet, shelf.readiness, shelf.checklist, shelf.quiet = None, None, (), False
    shelf.references, shelf.bus_adds, shelf.questions, shelf.reply = (
        ReferencesState(),
        None,
        (),
        PageReply(ok=True, message="Done."),
    )
    shelf.master_bus = ("Pro-L 2 (loudness)",)
    shelf.loudnesses.clear()
    shelf.standing.clear()
    shelf.jobs.clear()


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
