"""Scripts of another version in an Ardour: noticed, said where the person looks, and renewed with one press.

Ardour keeps its scripts in a file that it writes when it closes, so what was pressed is done as soon as it is closed.
"""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from bridge.daw.ardour.install import MANIFEST, plan_renewal, script_files
from bridge.daw.contract import AnswerChoice, Notice
from bridge.daw.install import Standing, apply, standing_of
from bridge.daw.protocol.table import SCRIPTS_NOTICE
from bridge.errors import DawError

log = logging.getLogger(__name__)

LOOK_S = 10.0
CLOSED_S = 3.0  # ours: Ardour has been silent this long before it is looked whether it is gone
_RENEW = "renew"
OLDER = (
    "Ardour runs older scripts; renew them in “Fresh Ears: what's up”, or close Ardour and run: "
    "freshears install ardour"
)
NEWER = "Ardour runs scripts of a newer Fresh Ears than this one; run: uv tool upgrade fresh-ears"
WAITS = "Ardour's scripts are renewed as soon as Ardour is closed"
_KEY = f"{SCRIPTS_NOTICE}ardour"


class ArdourScripts:
    """What is known of the scripts in the Ardour that is heard.

    Parameters
    ----------
    folders
        Ardour's settings folders; a script that names another one is not believed.
    source, version
        This version's own scripts, and what they tell.
    is_running
        Tells whether an Ardour runs.
    """

    def __init__(self, folders: Sequence[Path], source: Path, version: str, is_running: Callable[[], bool]) -> None:
        self._folders, self._source, self._ours = tuple(folders), source, version
        self._is_running = is_running
        self._told = ""
        self._standing: Standing = "same"
        self._folder: Path | None = None
        self._looked_s = -1e9
        self._heard_s = -1e9
        self._due: Path | None = None  # whose scripts are renewed once Ardour is closed
        self._put_off = False
        self._problem = ""

    def told(self, params: Sequence[object]) -> None:
        """Handle a ``hello``: the version of the scripts that run."""
        if len(params) == 1 and isinstance(params[0], str):
            self._told = params[0][:40]

    def look(self, config_folder: str | None, now_s: float) -> None:
        """Look at the scripts of the Ardour that is heard (None: none is), or do what waited for it to be closed."""
        if config_folder is None:
            self._told = ""
            if self._due is not None and now_s - self._heard_s >= CLOSED_S and now_s - self._looked_s >= CLOSED_S:
                self._looked_s = now_s
                self._renew(self._due)
            return
        self._heard_s = now_s
        folder = Path(config_folder)
        if folder not in self._folders or (folder == self._folder and now_s - self._looked_s < LOOK_S):
            return
        self._folder, self._looked_s = folder, now_s
        try:
            self._standing = standing_of(folder, MANIFEST, script_files(self._source))
        except (DawError, OSError):
            self._standing = "same"

    @property
    def is_older(self) -> bool:
        """Whether the scripts that run, or lie ready, are older than this version's."""
        return self._standing == "older" or (bool(self._told) and _number(self._told) < _number(self._ours))

    def sentences(self) -> tuple[str, ...]:
        """Return what `status` and `doctor` say."""
        if self._due is not None:
            return (WAITS,)
        if _number(self._told) > _number(self._ours):
            return (NEWER,)
        return (OLDER,) if self.is_older else ()

    def notice(self) -> Notice | None:
        """Return what *what's up* says, None when there is nothing to say."""
        if self._due is not None:
            return Notice(key=_KEY, title="The scripts wait", text=f"{WAITS}.", kind="scripts")
        if not self.is_older or self._put_off or _number(self._told) > _number(self._ours):
            return None
        text = self._problem or (
            "They go on working, and do not know what is new. They are renewed when you close Ardour; your sessions "
            "are not touched, and a script that you changed yourself is kept."
        )
        answers = ((_RENEW, "Renew them when Ardour is closed"), ("seen", "Not now"))
        return Notice(
            key=_KEY,
            title="The scripts in Ardour are older than Fresh Ears",
            text=text,
            kind="scripts",
            answers=tuple(AnswerChoice(answer=answer, label=label) for answer, label in answers),
        )

    def answered(self, answer: str) -> None:
        """Note what the person answered."""
        if answer == _RENEW and self.is_older:
            self._due = self._folder
        else:
            self._put_off = True

    def _renew(self, folder: Path) -> None:
        if self._is_running():
            return
        self._due = None
        try:
            apply(plan_renewal(folder, self._source), daw_runs=False)
        except DawError as error:
            self._problem = f"They were not renewed: {error}."
            log.warning("Ardour's scripts were not renewed: %s", error)
            return
        self._problem, self._standing, self._folder = "", "same", None
        log.info("Ardour's scripts are renewed")


def _number(version: str) -> tuple[int, ...]:
    """Return the numbers of a version, none where it has others."""
    parts = version.split(".")
    return tuple(int(part[:9]) for part in parts) if all(part.isdecimal() for part in parts) else ()
