"""Only a file is opened; what would be waited for is refused at once."""

import os
import socket
from pathlib import Path

import pytest

from bridge.files import open_regular


def test_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"sound")
    with open_regular(tmp_path / "a") as file:
        assert file.read() == b"sound"


def test_pipes_sockets_devices_and_folders_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        for path in (tmp_path / "pipe", tmp_path / "socket", Path("/dev/zero"), tmp_path, tmp_path / "nothing"):
            with pytest.raises(OSError):
                open_regular(path)
