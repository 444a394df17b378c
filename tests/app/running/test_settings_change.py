"""A running bridge takes a settings file that changes, by hand or by a command, and goes on with a wrong one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.model.events import BounceJudged, BounceLanded, SettingsTaken, SettingsWrong
from bridge.osc.addresses import PING, UNWATCH, WATCH, WATCHED
from tests.app.bridge_process import BridgeProcess
from tests.app.conftest import Sound
from tests.cli.run import ROOT

pytestmark = pytest.mark.slow


def test_folders_come_and_go_while_the_bridge_runs(bridge: BridgeProcess, tmp_path: Path, sound: Sound) -> None:
    by_command, over_osc = tmp_path / "Command", tmp_path / "OSC"
    for folder in (by_command, over_osc):
        folder.mkdir()
    environment = dict(os.environ, FRESHEARS_HOME=str(bridge.home), PYTHONPATH=str(ROOT))
    command = [sys.executable, "-m", "bridge", "watch", "add", str(by_command)]
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=60)
    assert bridge.wait_for(SettingsTaken).changed == ("watch.folders",)
    (by_command / "Tide.wav").write_bytes(sound(1))
    assert bridge.wait_for(BounceJudged).bounce.path == str(by_command / "Tide.wav")

    settings = bridge.home / "config.toml"
    right = settings.read_text()
    settings.write_text(right + "[wacth]\n")
    assert "did you mean `watch`?" in bridge.wait_for(SettingsWrong).reason
    assert bridge.ask(PING).address == "/freshears/pong"
    settings.write_text(right)

    assert bridge.ask(WATCH, str(over_osc)).address == "/freshears/done"
    assert bridge.ask(UNWATCH, str(bridge.folder)).address == "/freshears/done"
    assert bridge.ask(WATCHED).params[1] == f"{by_command}|{over_osc}"
    assert "did you mean" in str(bridge.ask(WATCH, str(tmp_path / "Comand")).params[1])
    (bridge.folder / "Unseen.wav").write_bytes(sound(2))
    (over_osc / "Seen.wav").write_bytes(sound(3))
    assert bridge.wait_for(BounceLanded).bounce.song == "Seen"
