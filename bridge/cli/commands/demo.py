"""`freshears demo`: the main job on a song made on the spot, with a real bridge, in a folder of its own."""

import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from bridge.cli.context import console, fail
from bridge.text import json_text

if TYPE_CHECKING:
    from bridge.cli.printing.console import Console
    from bridge.model.events import BounceJudged, Event, MasterMade

_PIECES = 8
_PAUSE_S = 0.15
_PATIENCE_S = 150.0


def demo(
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder for all the demo makes; a temporary one by default."),
    ] = None,
) -> None:
    """Compose a short song, bounce it as a DAW does, and watch the bridge examine and master it.

    Nothing outside the folder is touched; the report and the master stay there.

    \b
    Examples:
      freshears demo
      freshears demo --out ~/fresh-ears-demo
    """
    folder = (out or Path(tempfile.mkdtemp(prefix="freshears-demo-"))).expanduser().absolute()
    bounces = folder / "Bounces"
    bounces.mkdir(parents=True, exist_ok=True)
    show = console()
    bridge = _DemoBridge(folder / "home", bounces, show)
    try:
        started_s = time.monotonic()
        bridge.wait_for_start()
        path = _bounce(bounces, show)
        judged = bridge.wait_for_verdict(path)
        asked = bridge.ask_for_master(judged.bounce.song)
        made = bridge.wait_for_master()
        asked.wait()
    finally:
        bridge.stop()
    _summary(judged, made, time.monotonic() - started_s, show)


class _DemoBridge:
    """A bridge in a process of its own; its events are read from its output and shown as they come."""

    def __init__(self, home: Path, bounces: Path, show: "Console") -> None:
        from bridge.cli.transcript import Transcript
        from bridge.model.events import Event

        home.mkdir(parents=True, exist_ok=True)
        for old in home.glob("freshears.db*"):  # of an earlier demo: the song would be known already
            old.unlink()
        settings = f'[watch]\nfolders = [{json_text(str(bounces))}]\nfirst_start = "none"\n'
        (home / "config.toml").write_text(
            # The person's own DAW may be running: it is none of the demo's business.
            f"{settings}settle_s = 1.0\n[osc]\nport = 0\n"
            "[page]\nenabled = false\n[reaper]\nenabled = false\n[ardour]\nenabled = false\n",
            encoding="utf-8",
        )
        root = str(Path(__file__).parent.parent.parent.parent)
        paths = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
        self._show = show
        self._env = dict(os.environ, FRESHEARS_HOME=str(home), PYTHONPATH=paths)
        self._news: queue.Queue[Event | None] = queue.Queue()
        self._transcript = Transcript(show)
        self._decoder = msgspec.json.Decoder(Event)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bridge", "run", "--json"],
            env=self._env,
            stdout=subprocess.PIPE,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        if self._process.stdout is not None:
            for line in self._process.stdout:
                self._news.put(self._decoder.decode(line))
        self._news.put(None)

    def _next(self) -> "Event":
        from bridge.model.events import FileStuck, JobFailed

        try:
            event = self._news.get(timeout=_PATIENCE_S)
        except queue.Empty:
            fail(f"the bridge said nothing for {_PATIENCE_S:.0f} s; its log is in the demo's home folder")
        if event is None:
            fail("the bridge ended unexpectedly; its log is in the demo's home folder")
        self._transcript.on_event(event)
        if isinstance(event, JobFailed | FileStuck):
            fail(f"the demo failed: {event.reason}")
        return event

    def wait_for_start(self) -> None:
        """Return once the bridge listens."""
        from bridge.model.events import Started

        while not isinstance(self._next(), Started):
            pass

    def wait_for_verdict(self, path: Path) -> "BounceJudged":
        """Return the verdict on a bounce."""
        from bridge.model.events import BounceJudged

        while not (isinstance(event := self._next(), BounceJudged) and Path(event.bounce.path) == path):
            pass
        return event

    def ask_for_master(self, song: str) -> "subprocess.Popen[bytes]":
        """Type the command a person types: the running bridge does it, and says here what it has made."""
        self._show.print(f'$ freshears master "{song}"', style="bold")
        return subprocess.Popen(
            [sys.executable, "-m", "bridge", "master", song], env=self._env, stdout=subprocess.DEVNULL
        )

    def wait_for_master(self) -> "MasterMade":
        """Return the master."""
        from bridge.model.events import MasterMade

        while not isinstance(event := self._next(), MasterMade):
            pass
        return event

    def stop(self) -> None:
        """Stop the bridge in good order and show what it says last."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(20.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


def _bounce(folder: Path, show: "Console") -> Path:
    """Compose the song and write it in pieces, as a DAW writes a bounce: a header first, the sound as it comes."""
    import soundfile

    from bridge.demo import compose

    show.print("Composing a song: drums, bass, chords, a lead …", style="dim")
    song = compose()
    path = folder / f"{song.title}.wav"
    path.unlink(missing_ok=True)
    step = -(-len(song.mix) // _PIECES)
    with soundfile.SoundFile(path, "w", song.rate_hz, song.mix.shape[1], subtype="PCM_24") as file:
        for start in range(0, len(song.mix), step):
            file.write(song.mix[start : start + step])
            file.flush()
            time.sleep(_PAUSE_S)
    return path


def _summary(judged: "BounceJudged", made: "MasterMade", seconds: float, show: "Console") -> None:
    from bridge.cli.transcript import summary

    show.print()
    show.print("The mix:   ", judged.bounce.path, soft_wrap=True)
    show.print("           ", summary(judged.analysis.measurement))
    show.print("The report:", judged.report_path, soft_wrap=True)
    show.print("The master:", made.result.output, soft_wrap=True)
    show.print("           ", summary(made.result.after))
    show.print(f"Done in {seconds:.0f} s.", style="bold green")
