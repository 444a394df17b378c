"""What the scripts inside Ardour ask and tell, checked; and exports, said once however many ways they are heard."""

from collections.abc import Sequence

from msgspec import Struct

from bridge.daw.ardour.mailbox import unescape
from bridge.daw.contract import ActionAsked, AnswerGiven, ExportSeen, PrintKind

PREFIX = "/freshears/ardour/"
WAIT_S = 1.0  # ours: Ardour's own notice comes first, our script's fuller one within milliseconds
ONCE_S = 30.0
MAX_WAITING = 1000

_KINDS: dict[str, PrintKind] = {"bounce": "bounce", "print-wet": "print-wet", "print-dry": "print-dry"}


class ArdourRequest(Struct, frozen=True):
    """Something the adapter itself serves: ``ask`` for the panel, or ``shown`` (notice keys are on the screen)."""

    what: str
    project_path: str
    values: tuple[str, ...]


def parse_request(
    address: str, params: Sequence[object], now_at: float
) -> ArdourRequest | ExportSeen | AnswerGiven | ActionAsked | None:
    """Return what a script's message means, None when it is not one of ours."""
    texts = [value for value in params if isinstance(value, str)]
    match address.removeprefix(PREFIX), params:
        case "ask", (str(), str()):
            return ArdourRequest("ask", texts[1], (texts[0],))
        case "shown", (str(), str()):
            return ArdourRequest("shown", texts[0], tuple(unescape(key) for key in texts[1].split("\t") if key))
        case "answer", (str(), str(), str()):
            return AnswerGiven(daw="ardour", at=now_at, project_path=texts[0], key=texts[1], answer=texts[2])
        case "exported", (str(), str(), str(), str()):
            name, path, project_path, project_name = texts
            return ExportSeen(
                daw="ardour", seen_at=now_at, path=path, name=name, project_path=project_path, project_name=project_name
            )
        case "bounced", (str(), str(), str(), str(), str(), str(), int() | float() as start) if texts[2] in _KINDS:
            path, name, kind, pair, project_path, project_name = texts
            return ExportSeen(
                daw="ardour",
                seen_at=now_at,
                path=path,
                name=name,
                project_path=project_path,
                project_name=project_name,
                kind=_KINDS[kind],
                pair=pair,
                start_s=float(start),
            )
        case "master", (str(), str(), str(), str()):
            values = dict(zip(("path", "intent", "target"), texts[1:], strict=True))
            return ActionAsked(daw="ardour", at=now_at, project_path=texts[0], action="master", values=values)
        case "mode", (str(), str()):
            return ActionAsked(daw="ardour", at=now_at, project_path=texts[0], action="mode", values={"mode": texts[1]})
        case "reply", (str(), str(), str()):
            values = {"question": texts[1], "answer": texts[2]}
            return ActionAsked(daw="ardour", at=now_at, project_path=texts[0], action="reply", values=values)
        case "handoff", (str(), str(), str(), str(), str(), int() as complete):
            values = dict(zip(("intent", "survive", "references", "worries"), texts[1:], strict=True))
            values["complete"] = "1" if complete else "0"
            return ActionAsked(daw="ardour", at=now_at, project_path=texts[0], action="handoff", values=values)
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
