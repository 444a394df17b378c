"""Draw the panel's states as they stand in docs/reaper.md: ``python -m tests.daw.reaper.standin.pictures``."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from bridge.model import BusItem
from bridge.policy.bus.guard_texts import ANSWER_LABELS, words_for
from bridge.policy.song import modes
from tests.daw.reaper.standin.host import Host
from tests.daw.reaper.standin.mail import put_panel
from tests.daw.reaper.standin.screen import Screen

PANEL = "freshears_panel.lua"
FOLDER = Path(__file__).parents[4] / "docs" / "images"
_WORDS = words_for("loudness", [BusItem("Pro-L 2", "loudness")])
WARNING = {
    "key": "w1",
    "title": _WORDS.seen,
    "text": f"{_WORDS.why}\n{_WORDS.remedy}",
    "answers": [{"answer": answer, "label": ANSWER_LABELS[answer]} for answer in _WORDS.answers],
}
QUESTIONS = [
    {"key": asked.key, "text": asked.text, "answer": "a quieter second verse" if asked.key == "needs" else ""}
    for asked in modes.QUESTIONS["mixing"]
]
VERDICT = {
    "verdict": "Tide, bounce 3: there is something to fix",
    "verdict_kind": "fault",
    "findings": [
        {"text": "Clipping: 2 places, first at 0:41.2", "kind": "fault", "places": [{"at_s": 41.2}, {"at_s": 63.5}]},
        {"text": "The left side is louder by 1.4 dB", "kind": "listen"},
    ],
    "markers": [{"at_s": 41.2, "text": "clipping"}],
}
TITLES = {
    "intent_titles": ["Intimate", "Energetic", "Strange", "Neutral"],
    "target_titles": ["Spotify", "CD", "Vinyl"],
}
STATES: dict[str, dict[str, Any]] = {
    "mixing": {"board": {"questions": QUESTIONS}, "height": 370},
    "questions": {"board": {"questions": QUESTIONS}, "page": "questions", "height": 370},
    "warning": {"board": {"notices": [WARNING]}, "height": 370},
    "warning-light": {
        "board": {"notices": [WARNING]},
        "theme": {"col_main_bg2": 0xF2F2F2, "col_main_text2": 0x202020},
        "height": 370,
    },
    "verdict": {"board": VERDICT, "height": 310},
    "resting": {
        "board": {
            "mode": "resting",
            "rest": "Fresh ears are due tomorrow at 14:20.",
            "verdict": "Tide, bounce 4: fine",
            "verdict_kind": "fine",
        }
    },
    "master": {"board": {"intent": "intimate", "target": "spotify", **TITLES}, "page": "master"},
    "no-bridge": {"board": None},
    "narrow": {"board": {"notices": [WARNING], **VERDICT}, "width": 240, "height": 830},
}


def draw(name: str) -> Screen:
    """Return the screen of the panel in one state."""
    state = STATES[name]
    with tempfile.TemporaryDirectory() as folder:
        host = Host(Path(folder) / "REAPER")
        host.project.path = "/music/Tide/Tide.rpp"
        host.theme.update(state.get("theme", {}))
        (host.resource / "FreshEars").mkdir(parents=True)
        (host.resource / "FreshEars" / "bridge.json").write_text('{"command": ["freshears", "run"]}')
        if state["board"] is not None:
            put_panel(host, **state["board"])
        host.ext["FreshEars", "page"] = state.get("page", "")
        host.start(PANEL)
        screen = host.screens[PANEL]
        screen.values.update(w=float(state.get("width", 420)), h=float(state.get("height", 250)))
        host.run(0.5)
        screen.is_open = True
        if host.violations:
            raise SystemExit("\n".join(host.violations))
        return screen


def main() -> None:
    """Write every picture."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in STATES:
        path = FOLDER / f"reaper-panel-{name}.svg"
        path.write_text(draw(name).svg(), encoding="utf-8")
        sys.stdout.write(f"{path.relative_to(FOLDER.parents[1])}\n")


if __name__ == "__main__":
    main()
