"""What is on this computer of Fresh Ears, and how each of it goes: for who wants to be rid of it."""

import os
from collections.abc import Iterator
from pathlib import Path

from bridge.cli.context import the_config, the_home
from bridge.text import printable


def leaving_lines() -> Iterator[str]:
    """Yield what can be taken out by which command, then what stays and where."""
    yield from _taken_out()
    where, config = the_home(), the_config()
    yield "What stays until you delete it yourself, since it is yours:"
    yield f"  the settings:             {printable(str(where.config_path.parent))}"
    yield f"  songs, verdicts, answers: {printable(str(where.store_path.parent))}"
    if where.log_path.parent not in {where.config_path.parent, where.store_path.parent}:
        yield f"  the log:                  {printable(str(where.log_path.parent))}"
    library = {config.report.folder, config.master.folder} - {""}
    for folder in sorted(library):
        yield f"  reports and masters:      {printable(str(Path(folder).expanduser().absolute()))}"
    if not library:
        yield "  reports and masters:      in “Fresh Ears” and “Masters” beside your bounces"
    yield "The program itself goes the way it came: `uv tool uninstall fresh-ears`, `pipx uninstall fresh-ears`, or the"
    yield "folder it was cloned into. Your mixes were never written to."


def _taken_out() -> Iterator[str]:
    from bridge.background.running import running_bridge
    from bridge.cli.commands.service import login_state
    from bridge.daw.ardour.folders import default_config_folders
    from bridge.daw.reaper.folders import resource_folders

    steps = []
    if running_bridge(the_home()) is not None:
        steps.append(("freshears stop", "ends the bridge that runs"))
    if login_state()[1] not in {"none", "another"}:
        steps.append(("freshears service uninstall", "nothing starts at login any more"))
    extra = tuple(Path(text).expanduser() for text in the_config().reaper.folders)
    if any((folder / "FreshEars").is_dir() for folder in resource_folders(os.environ, Path.home(), extra=extra)):
        steps.append(("freshears uninstall reaper", "takes the scripts out of REAPER"))
    if default_config_folders():
        steps.append(("freshears uninstall ardour", "takes the scripts out of Ardour, if they are there"))
    yield "Take out first:" if steps else "Nothing of Fresh Ears was found in a DAW, and nothing starts at login."
    for command, what in steps:
        yield f"  {command:<29} {what}"
