"""A person's desk: Ardour on its screen with a song of real audio, and the bridge beside it, both real processes."""

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from bridge.app.status import read_status
from bridge.daw.ardour.mailbox import ArdourMailbox
from bridge.settings.config import load
from bridge.settings.home import home
from tests.app.bridge_process import ROOT, BridgeProcess
from tests.daw.ardour.rig import Ardour, ArdourHome, Display
from tests.waiting import wait_for

RATE_HZ = 48_000
LIMITER = "http://gareus.org/oss/lv2/dpl#stereo"  # shows as "x42-dpl - Digital Peak Limiter Stereo"
OTHER_LIMITER = "http://lsp-plug.in/plugins/lv2/limiter_stereo"  # "LSP Limiter Stereo"
METER = "http://gareus.org/oss/lv2/meters#EBUr128"
# A second is long enough here: the setting is the person's, and what is tested is that it reaches the screen.
SETTINGS = "\n[guard]\nsettle_s = 1.0\n[ardour]\nenabled = true\n[reaper]\nenabled = false\n"


def write_stems(folder: Path, seconds: float) -> list[Path]:
    """Write drums, bass and chords: a quiet verse and a loud chorus, 24 bits."""
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(7)
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    loud = np.where(time_s < seconds / 2, 0.35, 1.0)
    beat = np.exp(-12.0 * (time_s % 0.5)) * rng.standard_normal(time_s.size)
    bass = np.sin(2 * np.pi * 55.0 * time_s) * np.exp(-2.0 * (time_s % 1.0))
    chords = sum(np.sin(2 * np.pi * hz * time_s) for hz in (220.0, 277.2, 329.6)) * (0.6 + 0.4 * np.sin(time_s))
    fade = np.clip((seconds - 0.3 - time_s) / 0.2, 0.0, 1.0)  # the last breath is silence, as in a finished song
    paths = []
    for name, mono, gain in (("drums", beat, 0.05), ("bass", bass, 0.22), ("chords", chords, 0.07)):
        sound = (gain * loud * fade * mono)[:, None] * np.array([1.0, 0.9])
        path = folder / f"{name}.wav"
        soundfile.write(path, sound, RATE_HZ, subtype="PCM_24")
        paths.append(path)
    return paths


class Studio:
    """Everything a test needs to act as the person does and to see what the person sees."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pictures = folder / "pictures"
        self.pictures.mkdir()
        self.display = Display(folder)
        self.home = ArdourHome(folder)
        self.home.install()
        self.bridge = BridgeProcess(folder / "freshears", folder / "Bounces", first_start="none", extra=SETTINGS)
        self.bridge.environment.update(HOME=str(self.home.home), XDG_CONFIG_HOME=str(self.home.home / ".config"))
        self.ardour: Ardour | None = None

    @property
    def daw(self) -> Ardour:
        """The Ardour that runs."""
        assert self.ardour is not None
        return self.ardour

    def open(self, session: Path) -> None:
        """Start Ardour with a session and wait until it answers.

        On a busy machine Ardour 7.3 sometimes comes up without its OSC (three of some twenty starts); then it is closed
        and started once more, as `freshears doctor` tells a person to look at it.
        """
        self._start(session)
        if not self._answers(40.0):
            self.daw.stop()
            self._start(session)
            if not self._answers(60.0):
                said = self.display.text(self.pictures / "silent.png")
                raise TimeoutError(f"no OSC from Ardour; its screen reads: {said[:500]}")
        assert self.daw.lua("return 1") == "1"

    def _start(self, session: Path) -> None:
        self.ardour = Ardour(self.home, self.display, session, self.folder / "ardour.log")

    def _answers(self, seconds: float) -> bool:
        try:
            wait_for(self.daw.answers, seconds, "Ardour's OSC")
        except TimeoutError:
            return False
        return True

    def close(self) -> None:
        """End everything that was started."""
        if self.ardour is not None:
            self.ardour.stop()
        if hasattr(self.bridge, "process") and self.bridge.process.poll() is None:
            self.bridge.stop()
        self.display.close()

    def import_stems(self, paths: list[Path]) -> None:
        """Import sound files as tracks, from the start."""
        files = " ".join(f'files:push_back("{path}")' for path in paths)
        self.daw.lua(
            f"local files = C.StringVector () {files} "
            "Editor:do_import (files, Editing.ImportDistinctFiles, Editing.ImportAsTrack, ARDOUR.SrcQuality.SrcBest, "
            "ARDOUR.MidiTrackNameSource.SMFTrackName, ARDOUR.MidiTempoMapDisposition.SMFTempoIgnore, "
            "Temporal.timepos_t (0), ARDOUR.PluginInfo (), ARDOUR.Track (), false) "
        )

    def save(self) -> None:
        """Save the session as Ctrl+S does."""
        self.daw.lua('Session:save_state ("", false, false, false)')

    def add_to_master(self, uri: str) -> None:
        """Put a plug-in on the master bus."""
        done = self.daw.lua(
            f'local p = ARDOUR.LuaAPI.new_plugin (Session, "{uri}", ARDOUR.PluginType.LV2, "") '
            'if p:isnil () then return "missing" end '
            "return Session:master_out ():add_processor_by_index (p, 0, nil, true)"
        )
        assert done == "0", f"{uri}: {done}"

    def clear_master(self) -> None:
        """Take every plug-in off the master bus."""
        self.daw.lua(
            "local m = Session:master_out () "
            "while not m:nth_plugin (0):isnil () do m:remove_processor (m:nth_plugin (0), nil, true) end"
        )

    def master_states(self) -> list[bool]:
        """Return whether each plug-in on the master is switched on."""
        states = self.daw.lua(
            'local s = "" for i = 0, 63 do local p = Session:master_out ():nth_plugin (i) if p:isnil () then break end '
            's = s .. (p:active () and "1" or "0") end return s'
        )
        return [state == "1" for state in states]

    def status(self) -> dict[str, Any]:
        """Return what `freshears status --json` prints, without starting Python for it."""
        return read_status(home(str(self.bridge.home)), load(self.bridge.home / "config.toml"))

    def printed_status(self) -> dict[str, Any]:
        """Return `freshears status --json`."""
        done = subprocess.run(
            [sys.executable, "-m", "bridge", "status", "--json"],
            env=self.bridge.environment,
            cwd=ROOT,
            capture_output=True,
            check=True,
            timeout=30,
        )
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def ardour_status(self) -> dict[str, Any]:
        """Return what status says about Ardour."""
        return next((daw for daw in self.status()["daws"] if daw["daw"] == "ardour"), {})

    def warning_kinds(self) -> list[str]:
        """Return the kinds of the warnings that stand."""
        return [warning["kind"] for warning in self.status()["warnings"]]

    def noticed_kinds(self) -> list[str]:
        """Return the kinds of what has been noticed and is not said yet."""
        return [warning["kind"] for warning in self.status()["noticed"]]

    def wait_until_said(self) -> None:
        """Wait until the one warning that stands has had its window, now or in an earlier test, and close it."""
        wait_for(lambda: self.warning_kinds() == ["loudness"], 8.0, "the warning")
        key = self.status()["warnings"][0]["id"]
        wait_for(lambda: key in self.shown(), 25.0, "its window, now or in an earlier test")
        with contextlib.suppress(TimeoutError):  # said a moment ago, the window is being drawn
            wait_for(self.windows, 4.0, "the window")
            self.dismiss("Cancel")

    def add_stranger(self) -> None:
        """Put a limiter on the master beside the accepted one: in its place it would be accepted, too."""
        self.add_to_master(LIMITER)
        self.add_to_master(OTHER_LIMITER)

    def shown(self) -> list[str]:
        """Return the keys of everything a window has said so far."""
        return [key for _, key in ArdourMailbox(self.home.config).shown()]

    def windows(self) -> list[str]:
        """Return our windows on Ardour's screen."""
        return self.display.windows("^Fresh Ears")

    def wait_for_window(self, seconds: float = 10.0) -> str:
        """Wait until a window of ours is on the screen."""
        wait_for(self.windows, seconds, "a window of ours")
        wait_for(lambda: self.display.xdotool("getwindowgeometry", self.windows()[0]), 5.0, "its place")
        return self.windows()[0]

    def whats_up(self, words: str, name: str) -> str:
        """Open *what's up* until it reads these words, the bridge's word comes once a second; it stays open."""
        text = ""

        def reads() -> bool:
            nonlocal text
            self.daw.run_script("Fresh Ears: what's up")
            self.wait_for_window()
            text = self.text(name)
            if words not in text:
                self.dismiss("Cancel")
            return words in text

        wait_for(reads, 15.0, f"{words!r} in what's up")
        return text

    def press(self, label: str, across: float | None = None) -> None:
        """Press what carries this label in our window, once it has been drawn."""

        def try_it() -> bool:
            try:
                self.display.press(self.windows()[0], label, self.pictures, across=across)
            except (AssertionError, IndexError):
                return False
            return True

        wait_for(try_it, 8.0, f"something that reads {label!r}")

    def press_key(self, key: str) -> None:
        """Press a key in our window."""
        self.display.xdotool("windowfocus", "--sync", self.wait_for_window())
        self.display.xdotool("key", key)

    def type(self, text: str) -> None:
        """Type into the field of our window that has the keyboard."""
        self.display.xdotool("windowfocus", "--sync", self.wait_for_window())
        self.display.xdotool("type", "--delay", "10", text)

    def dismiss(self, label: str) -> None:
        """Press a button that closes the window, and see it close."""
        before = len(self.windows())
        self.press(label)
        wait_for(lambda: len(self.windows()) < before, 5.0, f"the window to close after {label!r}")

    def text(self, name: str) -> str:
        """Return what can be read in our window, once it has been drawn; its picture is kept under this name."""
        picture = self.pictures / f"{name}.png"
        return str(wait_for(lambda: self.display.text(picture, self.windows()[0]), 8.0, "something to read"))
