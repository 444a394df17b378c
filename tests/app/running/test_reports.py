"""A running bridge and its reports: no verdict is lost for want of one, and one that was owed comes."""

import contextlib
from pathlib import Path

import pytest

from bridge.model.events import BounceJudged, Event, MasterMade
from bridge.store import Store
from tests.app.bridge_process import BridgeProcess
from tests.app.conftest import Sound

pytestmark = pytest.mark.slow


def test_a_report_comes_when_there_is_room_and_what_lies_under_its_name_stays(tmp_path: Path, sound: Sound) -> None:
    bridge = BridgeProcess(tmp_path / "home", tmp_path / "Bounces").start()
    reports = bridge.folder / "Fresh Ears"
    try:
        reports.write_text("a file where the reports should go")
        (bridge.folder / "Night Drive.wav").write_bytes(sound(1))
        judged = bridge.wait_for(BounceJudged)
        assert judged.report_path == ""
        assert "cannot be written" in judged.report_error
        assert bridge.stop() == 0
        reports.unlink()
        reports.mkdir()
        (reports / "Night Drive – bounce 1.json").write_bytes(b"[" * 200_000)
        bridge.start()
        again = bridge.wait_for(BounceJudged)
        assert (again.bounce, again.verdict, again.text) == (judged.bounce, judged.verdict, judged.text)
        assert Path(again.report_path).name == "Night Drive – bounce 1 (2).html"
        assert Path(again.report_path).with_suffix(".json").exists()
    finally:
        bridge.stop()
    with contextlib.closing(Store.open(bridge.store_path)) as store:
        stored = store.results.analysis(again.bounce.id)
        assert stored is not None
        assert stored.report_path == again.report_path


def test_what_version_0_1_0_left_in_the_queue_is_done(tmp_path: Path, sound: Sound) -> None:
    bridge = BridgeProcess(tmp_path / "home", tmp_path / "Bounces").start()
    path = bridge.folder / "Night Drive.wav"
    try:
        path.write_bytes(sound(1))
        bounce = bridge.wait_for(BounceJudged).bounce
        assert bridge.stop() == 0
        # As that version wrote them, its own fields for reports included.
        report = (
            f'"sha256":"{bounce.sha256}","song":"Night Drive","revision":1,"report_folder":"{bridge.folder}/Fresh Ears"'
        )
        request = f'{{"input_path":"{path}","target":"cd","output_folder":"{bridge.folder}/Masters"}}'
        queued = {
            "analyse": f'{{"path":"{path}",{report},"thresholds":{{}},"hides_loudness":true}}',
            "master": f'{{"request":{request},{report},"notes":["Made anyway."]}}',
        }
        with contextlib.closing(Store.open(bridge.store_path)) as store:
            for kind, params in queued.items():
                store.jobs.add(kind, path, params, f"{kind}:old", bounce.id)
        bridge.start()
        seen: list[Event] = [bridge.wait_for(BounceJudged), bridge.wait_for(MasterMade)]
        assert isinstance(seen[1], MasterMade)
        assert seen[1].result.target == "cd"
        assert seen[1].result.notes[0] == "Made anyway."
    finally:
        bridge.stop()
