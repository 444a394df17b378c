"""What a DAW's panel says of the next bounce is true at once, not a second later: the next one may come before."""

from pathlib import Path

from bridge.daw.contract import Panel, SnapshotSeen
from bridge.model import SessionSnapshot
from tests.app.house import House


class Shown:
    """An adapter that remembers what it shows."""

    daw = "ardour"

    def __init__(self) -> None:
        self.panels: list[Panel] = []

    def show(self, panel: Panel) -> None:
        self.panels.append(panel)


def test_the_next_number_is_known_in_the_turn_after_a_landing(tmp_path: Path) -> None:
    house = House(tmp_path)
    adapter = Shown()
    sessions = house.core.sessions
    try:
        sessions.connect((adapter,))  # type: ignore[arg-type]
        project = str(house.folder / "Tide")
        snapshot = SessionSnapshot(daw="ardour", seen_at=1.0, project_path=project, project_name="Tide")
        sessions.handle(SnapshotSeen(snapshot=snapshot))
        first = house.recorded("Tide.wav")
        sessions.on_landed(first)
        sessions.tick()
        sessions.on_landed(house.recorded("Tide v2.wav"))
        sessions.tick()  # in the same second
        assert [panel.bounce_number for panel in adapter.panels[-2:]] == [2, 3]
    finally:
        house.close()
