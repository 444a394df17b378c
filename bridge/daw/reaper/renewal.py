"""Scripts of another version in a REAPER: noticed, said where the person looks, and renewed with one press."""

from pathlib import Path
from typing import Literal

from bridge.daw.contract import AnswerChoice, Notice
from bridge.daw.install import Standing, apply
from bridge.daw.protocol.table import SCRIPTS_NOTICE
from bridge.daw.reaper.install import has_own_scripts, plan_renewal, scripts_version, state_of_scripts
from bridge.daw.reaper.mailbox import State
from bridge.errors import DawError

LOOK_S = 10.0  # while they are older: somebody may renew them in a terminal
# `set_action_options`, by which a second start of the watcher ends the first one without asking; older ones would ask.
# That it came with 7.03 is what public scripts that need it say ("REAPER 7.03+"); Cockos's own list was not at hand.
_STARTS_ANEW = (7, 3)
_RENEW, _LATER, _CLOSE = "renew", "not-now", "seen"
Discovery = Literal["", "older", "packed", "unknown-place", "newer", "waits"]
_SENTENCES: dict[Discovery, str] = {
    "": "",
    "older": "REAPER runs older scripts; renew them in the panel, or run: freshears install reaper.",
    "packed": "REAPER runs older scripts from ReaPack; in REAPER: Extensions > ReaPack > Synchronize packages.",
    "unknown-place": "REAPER runs older scripts; run: freshears install reaper, then restart REAPER.",
    "newer": "REAPER runs scripts of a newer Fresh Ears than this one; run: uv tool upgrade fresh-ears.",
    "waits": "The scripts are renewed; REAPER takes them when it starts again.",
}


class ReaperScripts:
    """What is known of the scripts in one resource folder; `source` is this version's own.

    Raises nothing: a file that cannot be read now is looked at again.
    """

    def __init__(self, resource: Path, source: Path) -> None:
        self._resource, self._source = resource, source
        self._ours = scripts_version(source)
        self._instance = ""
        self._looked_s = -1e9
        self._renewed_for = ""  # the run of the watcher whose scripts were renewed under it
        self._put_off = False
        self._problem = ""
        self.finding: Discovery = ""

    def look(self, state: State | None, now_s: float) -> bool:
        """Look at the scripts when they were started anew, or have been older for a while; True when that changed."""
        if state is None:
            return False
        is_new = state.instance != self._instance
        if not is_new and (not self.finding or now_s - self._looked_s < LOOK_S):
            return False
        before, self._instance, self._looked_s = self.finding, state.instance, now_s
        try:
            standing = state_of_scripts(self._resource, self._source)
        except (DawError, OSError):
            return False
        self.finding = self._finding(state.scripts, standing)
        if not self.finding:
            self._problem = ""
        return before != self.finding

    def _finding(self, running: str, standing: Standing) -> Discovery:
        if _number(running) > _number(self._ours):
            return "newer"
        is_older = running != self._ours
        if standing == "none" and is_older:
            return "unknown-place"
        if standing == "older":
            return "older" if has_own_scripts(self._resource) else "packed"
        return "waits" if is_older or self._instance == self._renewed_for else ""

    @property
    def sentence(self) -> str:
        """What `status` and `doctor` say; empty while all is well."""
        return _SENTENCES[self.finding]

    def notice(self) -> Notice | None:
        """Return what the panel says, None when there is nothing to say."""
        if self.finding == "waits" and self._instance == self._renewed_for and not self._put_off:
            return _notice("The scripts are renewed", _SENTENCES["waits"], (_CLOSE, "Close"))
        if self.finding != "older" or self._put_off:
            return None
        text = self._problem or (
            "They go on working, and do not know what is new. Renewing takes a moment and changes nothing in your "
            "project; a script that you changed yourself is kept."
        )
        title = "The scripts in REAPER are older than Fresh Ears"
        return _notice(title, text, (_RENEW, "Renew them"), (_LATER, "Not now"))

    def answered(self, state: State | None, answer: str) -> bool:
        """Do what the person answered; True when the watcher may be started anew at once."""
        if answer != _RENEW:
            self._put_off = True
            return False
        if self.finding != "older" or state is None:
            return False
        try:
            apply(plan_renewal(self._resource, self._source), daw_runs=True)
        except DawError as error:
            self._problem = f"They were not renewed: {error}."
            return False
        self._renewed_for, self.finding, self._problem = state.instance, "waits", ""
        return _number(state.reaper) >= _STARTS_ANEW


def _notice(title: str, text: str, *answers: tuple[str, str]) -> Notice:
    return Notice(
        key=f"{SCRIPTS_NOTICE}{title}",
        title=title,
        text=text,
        kind="scripts",
        answers=tuple(AnswerChoice(answer=answer, label=label) for answer, label in answers),
    )


def _number(version: str) -> tuple[int, ...]:
    """Return the leading numbers of a version, none of one that has none: ``7.78/linux`` is (7, 78)."""
    numbers: list[int] = []
    for part in version.split("/")[0].split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        numbers.append(int(digits[:9]))
    return tuple(numbers)
