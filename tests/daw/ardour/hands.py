"""A person's hands on Ardour's own windows: opening another session, preferences, exports, recording."""

import contextlib
import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

from tests.daw.ardour.studio import Studio
from tests.waiting import for_a_while, wait_for

CHECKBOX_PX = -46  # from the middle of "Open" in the list of control surfaces to its box


def shown_window(studio: Studio, title: str, seconds: float = 10.0) -> str:
    """Return the id of one of Ardour's windows, once it is there."""
    return str(wait_for(lambda: next(iter(studio.display.windows(title)), None), seconds, f"the window {title}"))


def press(studio: Studio, title: str, label: str, dx: int = 0) -> None:
    """Press what carries a label in one of Ardour's windows, once it has been drawn."""

    def try_it() -> bool:
        try:
            studio.display.press(shown_window(studio, title), label, studio.pictures, dx)
        except AssertionError:
            return False
        return True

    wait_for(try_it, 8.0, f"something that reads {label!r} in {title}")


def dismiss(studio: Studio, title: str) -> None:
    """Close one of Ardour's windows with its escape key."""
    window = shown_window(studio, title)
    studio.display.xdotool("windowfocus", "--sync", window, "key", "Escape")
    wait_for(lambda: not studio.display.windows(title), 5.0, f"{title} to close")


def switch_session(studio: Studio, folder: Path) -> None:
    """Open another session as Session > Open does; returns when Ardour's window has its name."""
    studio.save()  # or Ardour asks
    studio.daw.send("/access_action", "Main/Open")
    window = shown_window(studio, "^Open Session$")
    studio.display.xdotool("windowfocus", "--sync", window)
    studio.display.xdotool("key", "ctrl+l")  # the field for a name
    studio.display.xdotool("type", "--delay", "10", f"{folder / folder.name}.ardour")
    studio.display.xdotool("key", "Return")
    wait_for(lambda: studio.display.windows(rf"^\*?{folder.name} - Ardour$"), 30.0, "the other session")
    studio.daw.session = folder


def open_control_surfaces(studio: Studio) -> None:
    """Open Edit > Preferences > Control Surfaces."""
    studio.daw.send("/access_action", "Common/menu-show-preferences")
    press(studio, "Preferences", "Control Surfaces")


def tick_osc(studio: Studio) -> None:
    """Press the box of Open Sound Control in the preferences, which are open."""
    press(studio, "Preferences", "Open Sound Control (OSC)", CHECKBOX_PX)


def close_preferences(studio: Studio) -> None:
    """Close the preferences; OSC is on again."""
    studio.daw.send("/access_action", "Common/hide-preferences")
    wait_for(lambda: not studio.display.windows("Preferences"), 5.0, "the preferences to close")


def quit_ardour(studio: Studio) -> None:
    """Save and quit, as Session > Quit does."""
    studio.save()
    studio.daw.send("/access_action", "Common/Quit")
    try:
        wait_for(lambda: studio.daw.process.poll() is not None, 20.0, "Ardour to end")
    except TimeoutError as error:
        said = studio.display.text(studio.pictures / "no-quit.png")
        raise TimeoutError(f"{error}; its screen reads: {said[:500]}") from error
    assert studio.daw.process.returncode == 0
    studio.daw.stop()


def decline_support(studio: Studio) -> None:
    """Answer the request for support that follows the first export of Ardour's own; until then it takes no action."""
    press(studio, "Support Ardour", "Never ever ask")
    press(studio, "Support Ardour", "OK")
    wait_for(lambda: not studio.display.windows("Support Ardour"), 5.0, "the request to close")


def record(studio: Studio) -> None:
    """Make a track, arm it and record."""
    studio.daw.lua(
        'local made = Session:new_audio_track (1, 2, nil, 1, "take", ARDOUR.PresentationInfo.max_order, '
        "ARDOUR.TrackMode.Normal, true, false) "
        "for track in made:iter () do "
        "track:rec_enable_control ():set_value (1, PBD.GroupControlDisposition.NoGroup) end"
    )
    studio.daw.send("/rec_enable_toggle")
    wait_for(lambda: studio.daw.lua("return Session:record_status ()") != "0", 5.0, "the session to be armed")
    studio.daw.send("/transport_play")
    wait_for(lambda: studio.daw.lua("return Session:actively_recording ()") == "true", 5.0, "the recording")


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Let nobody make a new file in a folder; root needs more than permissions for that."""
    is_root = os.geteuid() == 0
    off, on = (["chattr", "+i"], ["chattr", "-i"]) if is_root else (["chmod", "a-w"], ["chmod", "u+w"])
    subprocess.run([*off, str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run([*on, str(folder)], check=True)


@contextlib.contextmanager
def counted_windows(studio: Studio) -> Iterator[set[str]]:
    """Note every window of ours that is on the screen meanwhile, however short."""
    seen: set[str] = set()
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            seen.update(studio.windows())
            for_a_while(0.2)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        done.set()
        watcher.join()
