"""A real Ardour with its screen, on a virtual display, in a home of its own: started and driven by the tests.

Nothing here touches the person's own Ardour: HOME and the XDG folders point into a temporary folder, the audio backend
is Ardour's own dummy, and the display is an Xvfb started here.
"""

import csv
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from bridge.daw.ardour.datagrams import encode
from bridge.daw.ardour.install import plan_install, plan_osc
from bridge.daw.ardour.slots import slot_of, with_hook
from bridge.daw.install import apply
from bridge.daw.scripts_folder import scripts_folder
from tests.waiting import wait_for

LIBRARY = Path("/usr/lib/ardour7")
SCREEN = "1400x1000x24"
PROGRAMS = ("Xvfb", "ardour7-new_session", "import", "xdotool", "tesseract")
CONFIG = """<?xml version="1.0" encoding="UTF-8"?>
<Ardour>
  <Config>
    <Option name="hide-dummy-backend" value="0"/>
    <Option name="try-autostart-engine" value="1"/>
    <Option name="osc-port" value="3819"/>
    <Option name="show-new-plugin-gui" value="0"/>
  </Config>
</Ardour>
"""
PORT = 3819
READABLE = ("-level", "30%,80%", "-negate")  # light text on dark grey, fields and their frames gone
# In the locale C the titles of windows, "Fresh Ears – Tide", are bytes that neither Ardour nor xdotool can match.
UTF_8 = "C.UTF-8"
ONE_THREAD = {**os.environ, "OMP_THREAD_LIMIT": "1"}  # for tesseract: its threads get into each other's way
DRIVER_SIGNAL = 47  # LuaTimerDS, ten times a second


def missing_programs() -> list[str]:
    """Return what a real-DAW test needs and does not find."""
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if not list(LIBRARY.glob("ardour-7*")):
        missing.append("ardour")
    return missing


def port_is_free() -> bool:
    """Return True when no Ardour has our OSC port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("", PORT))
        except OSError:
            return False
    return True


class Display:
    """An Xvfb screen: what a person would see, as pictures and as text."""

    def __init__(self, folder: Path) -> None:
        read, write = os.pipe()
        self._log = (folder / "xvfb.log").open("wb")
        self._process = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", SCREEN, "-nolisten", "tcp"],
            pass_fds=[write],
            stdout=self._log,
            stderr=self._log,
        )
        os.close(write)
        with os.fdopen(read) as pipe:
            number = pipe.readline().strip()
        if not number:
            raise RuntimeError("Xvfb did not start: " + (folder / "xvfb.log").read_text())
        self.name = f":{number}"

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "DISPLAY": self.name, "LC_ALL": UTF_8}

    def xdotool(self, *arguments: str) -> str:
        """Run xdotool on this screen and return what it prints."""
        done = subprocess.run(
            ["xdotool", *arguments], env=self._environment(), capture_output=True, text=True, check=False, timeout=20
        )
        return done.stdout.strip()

    def windows(self, title: str) -> list[str]:
        """Return the ids of the visible windows whose title matches."""
        return self.xdotool("search", "--onlyvisible", "--name", title).split()

    def click(self, x: int, y: int) -> None:
        """Press the left button at a place on the screen."""
        self.xdotool("mousemove", str(x), str(y), "click", "1")

    def press(self, window: str, label: str, folder: Path, dx: int = 0, across: float | None = None) -> None:
        """Press the button or field of a window that carries this label, found by reading the picture.

        ``dx`` is where to press from the middle of the label's first word, in pixels; ``across`` says it in parts of
        the window's width instead, for a field in the label's row.
        """
        where = dict(line.split("=") for line in self.xdotool("getwindowgeometry", "--shell", window).splitlines())
        left, top = int(where["X"]), int(where["Y"])
        words = label.split()
        found = self._words(folder / "press.png", window)
        for number in reversed(range(len(found) - len(words) + 1)):  # buttons are at the bottom
            if [word[0] for word in found[number : number + len(words)]] == words:
                _, x, y = found[number]
                self.click(left + (x + dx if across is None else round(across * int(where["WIDTH"]))), top + y)
                return
        raise AssertionError(f"no {label!r} in the window; it reads: {' '.join(word[0] for word in found)}")

    def _words(self, path: Path, window: str) -> list[tuple[str, int, int]]:
        """Return every word in a window with the middle of its place."""
        self.picture(path, window)
        big = path.with_suffix(".big.png")
        subprocess.run(
            ["convert", str(path), "-resize", "300%", "-colorspace", "Gray", *READABLE, str(big)], check=True
        )
        done = subprocess.run(
            ["tesseract", str(big), "-", "--psm", "6", "tsv"],
            env=ONE_THREAD,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        rows = csv.DictReader(done.stdout.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
        return [
            (
                row["text"].strip(),
                (int(row["left"]) + int(row["width"]) // 2) // 3,
                (int(row["top"]) + int(row["height"]) // 2) // 3,
            )
            for row in rows
            if (row.get("text") or "").strip()
        ]

    def picture(self, path: Path, window: str = "root") -> Path:
        """Save what is on the screen (or in one window) as a picture."""
        subprocess.run(
            ["import", "-silent", "-window", window, str(path)], env=self._environment(), check=True, timeout=20
        )
        return path

    def text(self, path: Path, window: str = "root") -> str:
        """Return the text that can be read on the screen (or in one window); the picture stays at `path`."""
        self.picture(path, window)
        big = path.with_suffix(".ocr.png")
        subprocess.run(
            ["convert", str(path), "-resize", "300%", "-colorspace", "Gray", *READABLE, str(big)], check=True
        )
        done = subprocess.run(
            ["tesseract", str(big), "-", "--psm", "6"],
            env=ONE_THREAD,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        big.unlink()
        return " ".join(done.stdout.split())

    def close(self) -> None:
        """Stop the screen."""
        self._process.terminate()
        self._process.wait(10)
        self._log.close()


class ArdourHome:
    """A person's home with Ardour set up once: no wizard, no hardware, OSC on its usual port."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.config = self.home / ".config" / "ardour7"
        self.sessions = folder / "sessions"
        self.library = folder / "library"
        self.config.mkdir(parents=True)
        self.sessions.mkdir()
        (self.config / ".a7").touch()
        (self.config / "config").write_text(CONFIG)
        self._library_without_hardware()
        (self.config / "driver").mkdir()
        driver = (Path(__file__).parent / "driver.lua").read_text()
        (self.config / "ui_scripts").write_text(with_hook("", "test driver", driver, (DRIVER_SIGNAL,), 800_000))

    def install(self) -> None:
        """Install our scripts as `freshears install ardour` does."""
        apply(plan_install(self.config, scripts_folder("ardour")), daw_runs=False)

    def _library_without_hardware(self) -> None:
        self.library.mkdir()
        for entry in LIBRARY.iterdir():
            if entry.name != "backends":
                (self.library / entry.name).symlink_to(entry)
        backends = self.library / "backends"
        backends.mkdir()
        # A real copy: Ardour does not follow a link to a backend.
        shutil.copy(LIBRARY / "backends" / "libdummy_audiobackend.so", backends)

    def environment(self, display: str = "") -> dict[str, str]:
        """Return the environment Ardour's own start script would make, inside this home."""
        keep = {k: v for k, v in os.environ.items() if k in {"PATH", "LANG", "TZ"}}
        return {
            **keep,
            "LANG": keep.get("LANG", UTF_8),
            "LC_ALL": UTF_8,
            "DISPLAY": display,
            "HOME": str(self.home),
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            "GTK_PATH": "/etc/ardour7:/usr/lib/ardour7",
            "LD_LIBRARY_PATH": str(LIBRARY),
            "ARDOUR_DATA_PATH": "/usr/share/ardour7",
            "ARDOUR_CONFIG_PATH": "/etc/ardour7",
            "ARDOUR_DLL_PATH": str(self.library),
            "ARDOUR_TRY_AUTOSTART_ENGINE": "1",
            "VAMP_PATH": "/usr/lib/ardour7/vamp",
            "UBUNTU_MENUPROXY": "",
            "NO_AT_BRIDGE": "1",
            # SSE only: with its AVX-512 routines Ardour 7.3 overwrites its heap during exports and dies within a few.
            "ARDOUR_FPU_FLAGS": "15",
        }

    def new_session(self, name: str, rate_hz: int = 48000) -> Path:
        """Make an empty session with OSC on; return its folder."""
        folder = self.sessions / name
        done = subprocess.run(
            ["ardour7-new_session", "-s", str(rate_hz), str(folder), name],
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        session = folder / f"{name}.ardour"
        if not session.exists():
            raise RuntimeError(f"no session was made: {done.stdout} {done.stderr}")
        apply(plan_osc(session), daw_runs=False)
        return folder


class Ardour:
    """One running Ardour with its windows."""

    def __init__(self, home: ArdourHome, display: Display, session: Path, log: Path) -> None:
        self.session = session
        self.home = home
        self.port = PORT
        self.display = display
        wait_for(port_is_free, 10.0, f"UDP port {PORT} to be free: another Ardour runs on this machine")
        for pending in session.glob("*.pending"):  # what a crash leaves: Ardour would ask about it
            pending.unlink()
        self._osc = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._log = log.open("ab")
        program = next(LIBRARY.glob("ardour-7*"))
        self.process = subprocess.Popen(
            [str(program), "--no-splash", "--no-announcements", str(session), session.name],
            env=home.environment(display.name),
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )

    def send(self, address: str, *values: object) -> None:
        """Send an OSC message to it."""
        self._osc.sendto(encode(address, values), ("127.0.0.1", self.port))

    def answers(self) -> bool:
        """Return True when OSC answers; Ardour takes one of the next ports when the usual one is in use just then."""
        for port in range(PORT, PORT + 5):
            self._osc.sendto(encode("/transport_speed", ()), ("127.0.0.1", port))
        self._osc.settimeout(0.3)
        try:
            _, (_, self.port) = self._osc.recvfrom(4096)
        except OSError:
            return False
        return True

    def run_script(self, name: str) -> None:
        """Run the script in a slot, as its button does."""
        slot = slot_of(self.home.config, name)
        assert slot is not None, f"no slot has {name}"
        self.send("/access_action", f"LuaAction/script-{slot}")

    def lua(self, text: str, seconds: float = 30.0) -> str:
        """Run Lua inside Ardour and return what it returns."""
        folder = self.home.config / "driver"
        answer = folder / "out.txt"
        answer.unlink(missing_ok=True)
        (folder / "in.tmp").write_text(text)
        (folder / "in.tmp").rename(folder / "in.lua")
        wait_for(lambda: answer.exists() or self.process.poll() is not None, seconds, f"an answer to {text[:60]}")
        assert self.process.poll() is None, "Ardour died"
        kind, _, result = answer.read_text().partition(" ")
        assert kind == "ok", result
        return result

    def kill(self) -> None:
        """End it as a crash does."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it from outside; never waits for a question on its screen."""
        self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, number)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(10)
        self._osc.close()
        self._log.close()
