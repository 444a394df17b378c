"""The mailbox as a test reads and writes it, in place of the bridge."""

import json
from typing import Any

import msgspec

from bridge.daw.bounce_name import named
from bridge.daw.contract import Panel
from bridge.daw.protocol.panel import panel_json
from bridge.daw.protocol.table import FORMAT
from tests.daw.reaper.standin.host import Host


def state_of(host: Host) -> dict[str, Any]:
    """Return what the scripts published last."""
    return json.loads((host.resource / "FreshEars" / "state.json").read_text(encoding="utf-8"))


def requests_of(host: Host) -> list[dict[str, Any]]:
    """Return what the scripts asked for, oldest first."""
    folder = host.resource / "FreshEars" / "requests"
    found = [json.loads(p.read_text(encoding="utf-8")) for p in folder.glob("*.json")]
    return sorted(found, key=lambda request: request["id"])


_serial = iter(range(1, 1_000_000))


def put_panel(host: Host, **fields: Any) -> None:
    """Write a panel as the bridge does."""
    folder = host.resource / "FreshEars"
    folder.mkdir(parents=True, exist_ok=True)
    (host.resource / "Bounces").mkdir(exist_ok=True)
    head = {"serial": next(_serial), "format": fields.pop("format", FORMAT), "at": fields.pop("at", host.wall())}
    record = {
        "project_path": host.project.path,
        "song": "Tide",
        "mode": "mixing",
        "bounce_folder": str(host.resource / "Bounces"),
        "intents": ["intimate", "energetic", "strange", "neutral"],
        "targets": ["spotify", "cd", "vinyl"],
        **fields,
    }
    panel = named(msgspec.convert(record, Panel), "reaper")
    (folder / "board.json").write_text(panel_json(panel, head), encoding="ascii")
