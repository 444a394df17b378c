"""Events as lines a person reads while the bridge runs."""

import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bridge.cli.printing.folder_states import FOLDER_IS
from bridge.model import Measurement
from bridge.model.events import (
    BounceJudged,
    BounceLanded,
    CopySeen,
    Event,
    FileLeftAlone,
    FileSeen,
    FileStuck,
    FolderChanged,
    JobFailed,
    JobRetried,
    MasterMade,
    MasterRefused,
    OldFilesLeft,
    OrderUnclear,
    PartFailed,
    RestOver,
    SettingsTaken,
    SettingsWrong,
    SongAsked,
    SongsMended,
    Started,
    StemsKept,
    Stopped,
    StoreRepaired,
    StoreTroubled,
    WarningRaised,
)
from bridge.policy.bus.guard_texts import seen_where
from bridge.policy.song.titles import bounce_title, number_title, song_title
from bridge.songs.near import answer_words, question_about, seen_of
from bridge.text import printable

_STYLES = {"fault": "bold red", "listen": "yellow", "fine": "green"}


class Transcript:
    """Prints one line for each thing that happens."""

    def __init__(self, console: Console, wall: Callable[[], float] = time.time) -> None:
        self._console = console
        self._wall = wall

    def on_event(self, event: Event) -> None:
        """Print an event, if it is one for people."""
        line = describe(event)
        if line is None:
            return
        (first, *more), style = line
        stamp = time.strftime("%H:%M:%S", time.localtime(self._wall()))
        self._console.print(Text(f"{stamp}  ", "dim") + Text(printable(first), style), soft_wrap=True)
        for text in more:
            self._console.print(Text(f"          {printable(text)}", "dim"), soft_wrap=True)


def describe(event: Event) -> tuple[tuple[str, ...], str] | None:
    """Return an event as lines and their style, ``None`` for what is not for people."""
    match event:
        case Started(version, folders, port, _, page_url):
            heard = f", OSC on 127.0.0.1:{port}" if port else ""
            first = f"Fresh Ears {version} listens. Watching {', '.join(folders) or 'no folder'}{heard}"
            return (first, *((f"Look and listen: freshears open ({page_url})",) if page_url else ())), "bold"
        case Stopped():
            return ("Fresh Ears has stopped.",), "bold"
        case OldFilesLeft(folder, count, taken):
            also = f"; the newest, {taken}, is examined" if taken else ""
            return (f"{count} older files in {folder} are left alone{also}",), ""
        case FileSeen(path):
            return (f"{Path(path).name} is being written …",), "dim"
        case FileStuck(_, reason):
            return (reason,), "red"
        case FileLeftAlone(_, reason):
            return (reason,), "yellow"
        case FolderChanged(folder, state):
            return (f"{folder} {FOLDER_IS[state]}",), "green" if state == "there" else "yellow"
        case BounceLanded(bounce):
            return (f"{song_title(bounce)}: bounce {number_title(bounce)} landed ({Path(bounce.path).name})",), ""
        case SongAsked(_, song, near):
            how = f'freshears songs answer "{song}" {answer_words(song, near)}'
            return (f"{question_about(song, near)} {seen_of(song, near)}", how), "yellow"
        case OrderUnclear(bounce, text):
            return (f"{bounce.song}: {text}",), "yellow"
        case StemsKept(song, folder, count):
            what = "1 stem is" if count == 1 else f"{count} stems are"
            return (f"{song or 'Stems'}: {what} kept as a set, not examined one by one ({folder})",), ""
        case CopySeen(path, bounce):
            return (f"{Path(path).name} is {bounce_title(bounce)}: known already",), "dim"
        case BounceJudged(bounce, verdict, text, analysis, report, error):
            where = f"report: {report}" if report else f"no report yet: {error}"
            first = f"{song_title(bounce)}: bounce {number_title(bounce)}: {text}"
            return (first, peak(analysis.measurement), where), _STYLES[verdict]
        case MasterMade(bounce, result):
            name = bounce.song if bounce else Path(result.input).name
            moves = (f"{move.what}: {move.why}" for move in result.moves)
            first = f"{name}: master for {result.target}: {summary(result.after)}"
            return (first, *moves, *result.notes, result.output), _STYLES["fine"]
        case JobFailed(job, reason, cancelled):
            return (f"cancelled: {Path(job.path).name}" if cancelled else reason,), "red"
        case WarningRaised(warning):
            return (seen_where(warning), warning.why, warning.remedy), "yellow"
        case SongsMended(_, text):
            return (text,), ""
        case RestOver(bounce):
            rested = f"{bounce.song} has rested. Listen to it once, all the way through, before you touch anything."
            return (rested,), "green"
        case MasterRefused(_, text):
            return (text,), "yellow"
        case PartFailed(part, reason, is_stopped):
            stopped = "; it is stopped until Fresh Ears starts again" if is_stopped else ""
            return (f"{part}: {reason}{stopped}",), "red"
        case SettingsTaken(changed, waiting):
            lines = (("settings taken", changed), ("taken at the next start", waiting))
            return tuple(f"{what}: {', '.join(names)}" for what, names in lines if names), ""
        case SettingsWrong(reason):
            return (reason,), "red"
        case StoreTroubled(reason):
            return (f"{reason}; trying again",), "red"
        case StoreRepaired(reason, text):
            return (reason, text), "red"
        case JobRetried(job, ""):
            return (f"{Path(job.path).name}: tried again",), "dim"
        case JobRetried(job, reason):
            return (f"{reason} while it worked on {Path(job.path).name}; trying once more",), "yellow"
        case _:
            return None


def peak(measurement: Measurement) -> str:
    """Return what matters of the level while a song is mixed: loudness is in the report, for whoever asks."""
    found = measurement.true_peak_dbtp
    return "silent" if found is None else f"peaks at {found:.1f} dBTP"


def summary(measurement: Measurement) -> str:
    """Return the three numbers everyone asks for."""
    parts = (
        (measurement.integrated_lufs, "LUFS", "no loudness"),
        (measurement.true_peak_dbtp, "dBTP", "silent"),
        (measurement.range_lu, "LU range", ""),
    )
    return ", ".join(
        f"{value:.1f} {unit}" if value is not None else none for value, unit, none in parts if value is not None or none
    )


__all__ = ["Transcript", "describe", "summary"]
