"""A real Ardour with its screen, on a virtual display, in a home of its own: started and driven by the tests.

Nothing here touches the person's own Ardour: HOME and the XDG folders point into a temporary folder, the audio backend
is Ardour's own dummy, and the display is an Xvfb started here.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

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
OSC_ON = (
    '<Protocol name="Open Sound Control (OSC)" active="1" feedback="0" debugmode="0" address-only="0" '
    'remote-port="3820" banksize="0" striptypes="159" gainmode="0"/>'
)


def missing_programs() -> list[str]:
    """Return what a real-DAW test needs and does not find."""
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if not list(LIBRARY.glob("ardour-7*")):
        missing.append("ardour")
    return missing


def wait_for(condition: Callable[[], object], seconds: float, what: str, step_s: float = 0.05) -> object:
    """Return the first true value of `condition`, or fail naming `what` after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(step_s)
    raise TimeoutError(f"not within {seconds:g} s: {what}")


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
        return {**os.environ, "DISPLAY": self.name}

    def xdotool(self, *arguments: str) -> str:
        """Run xdotool on this screen and return what it prints."""
        done = subprocess.run(
            ["xdotool", *arguments], env=self._environment(), capture_output=True, text=True, check=False, timeout=20
        )
        return done.stdout.strip()

    def windows(self, title: str) -> list[str]:
        """Return the ids of the visible windows whose title matches."""
        return self.xdotool("search", "--onlyvisible", "--name", title).split()

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
        subprocess.run(["convert", str(path), "-resize", "200%", "-colorspace", "Gray", str(big)], check=True)
        done = subprocess.run(
            ["tesseract", str(big), "-", "--psm", "11"], capture_output=True, text=True, check=True, timeout=60
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
        keep = {k: v for k, v in os.environ.items() if k in {"PATH", "LANG", "LC_ALL", "TZ"}}
        return {
            **keep,
            "LANG": keep.get("LANG", "C.UTF-8"),
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
        return folder


class Ardour:
    """One running Ardour with its windows."""

    def __init__(self, home: ArdourHome, display: Display, session: Path, log: Path) -> None:
        self.session = session
        self.display = display
        self._log = log.open("ab")
        program = next(LIBRARY.glob("ardour-7*"))
        self.process = subprocess.Popen(
            [str(program), "--no-splash", "--no-announcements", str(session), session.name],
            env=home.environment(display.name),
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )

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
        self._log.close()
