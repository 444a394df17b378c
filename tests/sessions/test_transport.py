"""Who rolls and who records: what the bridge gives way to, from the last that each DAW said."""

from pathlib import Path

from bridge.app.bridge import _give_way
from bridge.daw.contract import ConnectionChanged, DawStatus, SnapshotSeen
from bridge.model import DawName, SessionSnapshot, Transport
from tests.app.house import House


def says(house: House, daw: DawName, transport: Transport, *, rendering: bool = False) -> None:
    snapshot = SessionSnapshot(
        daw=daw, seen_at=1.0, project_path="/a.rpp", project_name="A", transport=transport, rendering=rendering
    )
    house.core.sessions.handle(SnapshotSeen(snapshot=snapshot))
    _give_way(house.core)


def test_no_job_begins_while_a_daw_records_and_it_begins_when_that_stops_or_goes(tmp_path: Path) -> None:
    house = House(tmp_path)
    sessions, queue = house.core.sessions, house.core.job_queue
    says(house, "reaper", "stopped")
    assert (queue.waits_for, sessions.is_rolling()) == ("", False)
    says(house, "reaper", "recording")
    assert (queue.waits_for, sessions.is_rolling()) == ("REAPER", True)
    says(house, "ardour", "recording")
    assert queue.waits_for == "REAPER, Ardour"
    says(house, "reaper", "playing")
    assert (queue.waits_for, sessions.is_rolling()) == ("Ardour", True)
    gone = DawStatus(daw="ardour", connected=False)
    sessions.handle(ConnectionChanged(status=gone))
    says(house, "reaper", "stopped")
    assert (queue.waits_for, sessions.is_rolling()) == ("", False)
    says(house, "reaper", "stopped", rendering=True)
    assert (queue.waits_for, sessions.is_rolling()) == ("", True)
    house.close()
