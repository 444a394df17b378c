"""Which Ardour answers: its run and its settings folders, by the process that holds the port."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.daw.ardour.running import running_ardour
from bridge.socket_owner import tells_owners

pytestmark = pytest.mark.skipif(not tells_owners(), reason="only Linux says whose a socket is")

HOLDS = (
    "import socket, sys\n"
    "held = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
    "held.bind(('127.0.0.1', 0))\n"
    "print(held.getsockname()[1], flush=True)\n"
    "sys.stdin.read()\n"
)


@pytest.mark.slow
def test_the_process_that_holds_the_port_says_where_its_settings_are(tmp_path: Path) -> None:
    (tmp_path / "own" / "ardour7").mkdir(parents=True)
    environment = dict(os.environ, XDG_CONFIG_HOME=str(tmp_path / "own"))
    command = [sys.executable, "-c", HOLDS]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        found = running_ardour(port)
        assert found is not None
        assert found.folders == (tmp_path / "own" / "ardour7",)
        assert found.run.startswith(f"{process.pid}-")
        assert running_ardour(port) == found
        process.communicate()
    assert running_ardour(port) is None


def test_of_a_port_that_nobody_holds_nothing_is_known() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert running_ardour(port) is None
    assert running_ardour(0) is None
