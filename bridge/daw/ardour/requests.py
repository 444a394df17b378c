"""What the scripts inside Ardour ask and tell, checked; and exports, said once however many ways they are heard."""

from collections.abc import Sequence

from msgspec import Struct

from bridge.daw.contract import ActionAsked, AnswerGiven, ExportSeen
from bridge.daw.protocol.panel import unescape
from bridge.daw.protocol.requests import event_of, values_of

PREFIX = "/freshears/ardour/"
WAIT_S = 1.0  # ours: Ardour's own notice comes first, our script's fuller one within milliseconds
ONCE_S = 30.0
MAX_WAITING = 1000


class ArdourRequest(Struct, frozen=True):
    """Something the adapter itself serves: ``ask`` for the panel, or ``shown`` (notice keys are on the screen)."""

    what: str
    project_path: str
    values: tuple[str, ...]


def parse_request(
    address: str, params: Sequence[object], at: float
) -> ArdourRequest | ExportSeen | AnswerGiven | ActionAsked | None:
    """Return what a script's message means, None when it is not one of ours; ``at`` is POSIX seconds."""
    name = address.removeprefix(PREFIX)
    values = values_of(name, "ardour", params)
    if values is None:
        return None
    if name == "ask":
        return ArdourRequest(name, values["project_path"], (values["ticket"],))
    if name == "shown":
        keys = tuple(unescape(key) for key in values["keys"].split("\t") if key)
        return ArdourRequest(name, values["project_path"], keys)
    return event_of("ardour", at, name, values)


def as_number(text: str) -> float | None:
    """Return a number as it stands in a file, None when it is none."""
    try:
        return float(text)
    except ValueError:
        return None


class ExportLog:
    """Waits a moment for the fuller message about a file, then says each file once."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[ExportSeen, float]] = {}
        self._said: dict[str, float] = {}

    def heard(self, export: ExportSeen, now_s: float) -> None:
        """Handle one message about a file."""
        if now_s - self._said.get(export.path, -1e9) < ONCE_S and export.kind == "export":
            return
        known = self._waiting.get(export.path)
        if known is not None and known[0].kind != "export" and export.kind == "export":
            return
        if len(self._waiting) < MAX_WAITING:
            due = now_s if export.kind != "export" else known[1] if known else now_s + WAIT_S
            self._waiting[export.path] = (export, due)

    def due(self, now_s: float) -> list[ExportSeen]:
        """Return the exports to say now."""
        ready = [export for export, at in self._waiting.values() if at <= now_s]
        for export in ready:
            del self._waiting[export.path]
            self._said[export.path] = now_s
        self._said = {path: at for path, at in self._said.items() if now_s - at < ONCE_S}
        return ready
