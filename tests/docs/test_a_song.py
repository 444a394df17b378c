"""docs/a-song.md, run from top to bottom: every box must hold what really comes out.

``FRESHEARS_UPDATE_DOCS=1`` writes what came out into the page instead (boxes with an ellipsis line stay as they are).
"""

import os
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile as sf
from typer.testing import CliRunner

from bridge.cli.root import app
from bridge.demo import DemoSong
from bridge.engine.analyse import run_analysis
from bridge.errors import FreshEarsError
from bridge.model import Bounce, FxSlot, SessionSnapshot
from bridge.model.events import Event, WarningCleared, WarningRaised
from bridge.policy.bus.guard import bounce_findings
from bridge.policy.bus.guard_texts import ANSWER_LABELS
from bridge.policy.findings.verdict import in_order, verdict_of
from bridge.sessions.bus_monitor import BusMonitor
from bridge.sessions.modes import SessionModes
from bridge.settings.config import Config
from bridge.songs.service import SongService
from bridge.store import NewBounce, Store

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parent.parent.parent / "docs" / "a-song.md"
BOX = re.compile(r"(?:<!-- run: (?P<event>[^>]+) -->\n)?```(?P<kind>text|console)\n(?P<body>.*?)```\n", re.DOTALL)
RATE_HZ = 22_050
LIMITER = "VST3: Pro-L 2 (FabFilter)"


class Studio:
    """A musician with a DAW, a bridge without its processes, and a clock of their own."""

    def __init__(self, root: Path, song: DemoSong) -> None:
        self.root, self.home, self.folder = root, root / "home", root / "Bounces"
        self.home.mkdir()
        self.folder.mkdir()
        self.store = Store.open(self.home / "freshears.db")
        self.song = song
        self.now_at = 1_800_000_000.0
        self.heard: list[str] = []
        self.last_warning = ""
        self.song_service = SongService(self.store, Config())
        self.modes = SessionModes(self.song_service, wall=lambda: self.now_at)
        self.bus_monitor = BusMonitor(self.store, self.modes, Config().guard, self.tell, wall=lambda: self.now_at)

    def tell(self, event: Event) -> None:
        if isinstance(event, WarningRaised):
            warning = event.warning
            self.last_warning = warning.id
            answers = "  ".join(f"[{ANSWER_LABELS[answer]}]" for answer in warning.answers)
            self.heard += [warning.seen, warning.why, warning.remedy, answers]
        elif isinstance(event, WarningCleared):
            self.heard.append("(the warning goes away)")

    def session(self, *chain: str, playing: bool = False) -> None:
        snapshot = SessionSnapshot(
            daw="reaper",
            seen_at=self.now_at,
            project_path="/songs/Night Drive.rpp",
            project_name="Night Drive",
            transport="playing" if playing else "stopped",
            master_chain=tuple(FxSlot(name=name) for name in chain),
        )
        self.bus_monitor.on_snapshot(snapshot)

    def watch(self, *chain: str, seconds: int = 30, playing: bool = False) -> None:
        for _ in range(seconds // 5):
            self.now_at += 5.0
            self.session(*chain, playing=playing)

    def land(self, name: str, audio: np.ndarray, what: str) -> Bounce:
        """Put a finished file where the intake would have recorded and examined it."""
        path = self.folder / name
        sf.write(path, audio, RATE_HZ, subtype="PCM_24")
        found = run_analysis(path, with_series=False)
        new = NewBounce(path, 1, 1, found.sha256, "Night Drive", "night drive", str(self.folder), what, "reaper")
        bounce, _ = self.store.bounces.record(new)
        items = self.bus_monitor.landing("/songs/Night Drive.rpp")
        self.store.sessions.set_bus(bounce.id, "/songs/Night Drive.rpp", items)
        found = msgspec.structs.replace(found, findings=in_order((*bounce_findings(items), *found.findings)))
        job = self.store.jobs.add("analyse", path, "{}", name, bounce.id)
        verdict = verdict_of(found.findings)
        self.store.results.add_analysis(bounce.id, job.id, verdict.kind, msgspec.json.encode(found).decode())
        self.song_service.on_landed(bounce)
        self.heard.append(f"Night Drive: bounce {bounce.revision} landed. {verdict.headline}")
        self.bus_monitor.on_landed("/songs/Night Drive.rpp")
        return bounce

    def remix(self, lead_db: float = 0.0) -> np.ndarray:
        gains = {"Lead": 10 ** (lead_db / 20)}
        return sum(
            (gains.get(name, 1.0) * part for name, part in self.song.parts.items()), np.zeros_like(self.song.mix)
        )


def limited(audio: np.ndarray) -> np.ndarray:
    return 0.8 * np.tanh(2.5 * audio / 0.8)


EVENTS: dict[str, Callable[[Studio], object]] = {
    "a limiter stays on the master bus": lambda s: (s.watch(LIMITER, playing=True), s.watch(LIMITER)),
    "answer at-the-bounce": lambda s: s.bus_monitor.answered(s.last_warning, "at-the-bounce", s.now_at),
    "the first bounce lands": lambda s: s.land("Night Drive v1.wav", limited(s.remix()), "v1"),
    "the second bounce lands without the limiter": lambda s: (s.watch(), s.land("Night Drive v2.wav", s.remix(), "v2")),
    "the third bounce lands with the lead 1 dB up": lambda s: s.land("Night Drive v3.wav", s.remix(1.0), "v3"),
    "a dry and a wet print land": lambda s: (
        s.land("Night Drive v4 (dry).wav", 0.9 * s.remix(1.0), "v4"),
        s.land("Night Drive v4.wav", limited(0.9 * s.remix(1.0)), "v4"),
    ),
}


def plainly(studio: Studio, text: str) -> str:
    """Return output without what changes from run to run."""
    text = text.replace(str(studio.root), "~/Music").replace("\\", "/")
    text = re.sub(r"(today|tomorrow|yesterday) at \d\d:\d\d", r"\1 at 14:20", text)
    lines = [line.rstrip() for line in text.splitlines()]
    return "\n".join(lines).strip("\n")


def ran(studio: Studio, line: str) -> str:
    arguments = [text.replace("Bounces/", f"{studio.folder}/") for text in shlex.split(line)[1:]]
    done = CliRunner().invoke(app, arguments)
    if isinstance(done.exception, FreshEarsError):
        return plainly(studio, f"freshears: {done.exception}")
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return plainly(studio, done.stdout)


def agrees(expected: str, got: str) -> bool:
    """Tell whether output is as the page says; a line with … stands for anything."""
    pattern = "".join(
        r"(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + r"\n" for line in expected.splitlines()
    )
    return re.fullmatch(pattern, f"{got}\n" if got else "") is not None


def boxes(body: str) -> list[tuple[str, str]]:
    """Return the commands of a console box with what is printed under each."""
    parts = re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]
    return [(part.split("\n", 1)[0], part.split("\n", 1)[1].strip("\n")) for part in parts]


def test_the_life_of_a_song(tmp_path: Path, half_rate_song: DemoSong, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("FRESHEARS_HOME", str(tmp_path / "home")), ("NO_COLOR", "1"), ("COLUMNS", "110")):
        monkeypatch.setenv(name, value)
    studio = Studio(tmp_path, half_rate_song)
    update = os.environ.get("FRESHEARS_UPDATE_DOCS") == "1"
    wrong: list[str] = []

    def run_box(match: re.Match[str]) -> str:
        head = match.group(0).split("```")[0]
        if match["kind"] == "text":
            studio.heard.clear()
            EVENTS[match["event"]](studio)
            pairs = [("", match["body"].strip("\n"), plainly(studio, "\n".join(studio.heard)))]
        else:
            pairs = [(command, said, ran(studio, command)) for command, said in boxes(match["body"])]
        made = ""
        for command, expected, got in pairs:
            if not agrees(expected, got):
                wrong.append(f"{command or match['event']}\n--- the page\n{expected}\n--- what came out\n{got}")
            kept = expected if "…" in expected else got
            made += (f"$ {command}\n" if command else "") + (f"{kept}\n" if kept else "")
        return f"{head}```{match['kind']}\n{made}```\n"

    page = PAGE.read_text(encoding="utf-8")
    made = BOX.sub(run_box, page)
    studio.store.close()
    if update:
        PAGE.write_text(made, encoding="utf-8")
    else:
        assert not wrong, "\n\n".join(wrong)
