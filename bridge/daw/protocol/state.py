"""What scripts say about the open session, again and again: one table for the state of both DAWs.

REAPER's scripts write it as JSON (`bridge.daw.reaper.mailbox.State` reads it), Ardour's hook sends it as one OSC
message (`bridge.daw.ardour.link.parse_hook`). It is always whole: a lost one repairs itself with the next.
"""

from msgspec import Struct


class StateField(Struct, frozen=True, kw_only=True):
    """One thing that is said; ``reaper`` is its place in the JSON, ``ardour`` its name and type in the message."""

    meaning: str
    reaper: str = ""
    ardour: str = ""


# In the order of Ardour's message.
STATE: tuple[StateField, ...] = (
    StateField(meaning="version of this table; another one is not read", reaper="format", ardour="i version"),
    StateField(meaning="where the DAW keeps its settings", ardour="s config_folder"),
    StateField(meaning="the open project; empty: unsaved", reaper="project.path", ardour="s project_path"),
    StateField(meaning="its name", reaper="project.name", ardour="s project_name"),
    StateField(meaning="the snapshot of the session that is open", ardour="s snapshot_name"),
    StateField(meaning="how many tracks it has", reaper="project.tracks", ardour="i track_count"),
    StateField(meaning="stopped, playing or recording", reaper="transport", ardour="s transport"),
    StateField(meaning="a render or export runs", reaper="rendering", ardour="i rendering"),
    StateField(meaning="the master bus's name; empty: there is none", ardour="s master_name"),
    StateField(meaning="the mark of a dual print that never came to its end; empty: none", ardour="s unfinished_print"),
    StateField(
        meaning="the processors on the master bus in their order, at most 512",
        reaper="master.fx",
        ardour="i count, then for each: s name, s the plug-in's own name, s kind, i enabled, s id",
    ),
    StateField(meaning="the chain as a whole is on", reaper="master.enabled"),
    StateField(
        meaning="how the tracks are wired and what lies on them, with a key that names this reading; "
        "the panel's `bus_tracks` answers it. In Ardour a message of its own, `routing`, answered by `buses.txt`",
        reaper="wiring",
    ),
    StateField(
        meaning="the strips before it that everything passes through: id, name, whether the chain is on, processors. "
        "In Ardour a message of its own, `bus`",
        reaper="buses",
    ),
    StateField(
        meaning="what a bounce would catch: solo, master-muted, mono, play-rate, subproject, render-selection. "
        "In Ardour the first two, as numbers in `routing`, and the muted tracks, by their names in `muted`",
        reaper="hazards",
    ),
    StateField(meaning="what REAPER's own render does to the sound: the bits of RENDER_NORMALIZE", reaper="render"),
    StateField(
        meaning="the processors between the master bus and the loudspeakers",
        reaper="monitor",
        ardour="i count, then the same for each",
    ),
    StateField(
        meaning="the sound files it plays, absolute, at most 8; none when there are more",
        reaper="project.sources",
        ardour="i count, then s path for each (may be left out)",
    ),
    StateField(meaning="what tells open projects apart, saved or not", reaper="project.id"),
    StateField(meaning="how many projects are open", reaper="project.tabs"),
    StateField(meaning="there are changes that are not saved", reaper="project.dirty"),
    StateField(meaning="its length in seconds", reaper="project.length_s"),
    StateField(meaning="names this start of the watcher", reaper="instance"),
    StateField(meaning="counts what this watcher has written", reaper="seq"),
    StateField(meaning="when it was written, POSIX seconds", reaper="at"),
    StateField(meaning="no: the watcher has said goodbye", reaper="running"),
    StateField(
        meaning="the version of the scripts. In Ardour a message of its own, `hello`, now and then", reaper="scripts"
    ),
    StateField(meaning="the version of REAPER", reaper="reaper"),
    StateField(meaning="the last error the scripts met and went on from", reaper="problem"),
    StateField(meaning="the panel's window is open", reaper="panel"),
)
