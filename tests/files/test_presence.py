"""Whether the files of a list are there: told where it is known, and never waited for long."""

import threading
import time
from pathlib import Path

from bridge.files.presence import MissingFile, Presence, missing_of


def test_a_file_that_is_gone_is_told_from_a_folder_that_is_not_there(tmp_path: Path) -> None:
    there = tmp_path / "there.wav"
    there.touch()
    paths = [there, tmp_path / "gone.wav", tmp_path / "drive" / "mix.wav", there / "no folder.wav", Path("\x00")]
    found = Presence().missing(paths)
    assert found == {paths[1]: "gone", paths[2]: "away", paths[3]: "away"}
    assert Presence().missing([]) == {}


def test_a_drive_that_hangs_is_not_waited_for_and_its_files_are_not_called_gone(tmp_path: Path) -> None:
    hang = threading.Event()
    asked = []

    def look(path: Path) -> MissingFile | None:
        asked.append(path)
        if path.parent.name == "hangs":
            hang.wait(20.0)
        return missing_of(path)

    presence = Presence(0.05, look)
    here, far = tmp_path / "gone.wav", tmp_path / "hangs" / "mix.wav"
    began_s = time.monotonic()
    assert presence.missing([here, far]) == {here: "gone"}
    assert presence.missing([far, here]) == {here: "gone"}  # the folder that hangs is not asked again
    assert time.monotonic() - began_s < 5.0
    assert asked.count(far) == 1
    hang.set()
    ends_s = time.monotonic() + 10.0
    while far not in presence.missing([far]):
        assert time.monotonic() < ends_s
    assert presence.missing([far]) == {far: "away"}
