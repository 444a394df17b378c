"""`freshears songs`: the songs and where they stand; and the commands that put them right."""

import time
from collections import Counter
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.cli.commands import songs_mend
from bridge.cli.context import JsonFlag, console, print_json, the_config, the_home
from bridge.cli.help import ListingGroup, PlainCommand

if TYPE_CHECKING:
    from bridge.cli.printing.console import Console

_STYLES = {"fault": "red", "listen": "yellow", "fine": "green"}


app = typer.Typer(
    cls=ListingGroup,
    help="List the songs, their bounces, verdicts and masters; and put them right.",
    epilog="Without one of these commands the songs are listed: freshears songs [NAME] [--json].",
)


def songs(
    name: Annotated[str, typer.Argument(help="Only songs whose name holds this.")] = "",
    json: JsonFlag = False,
) -> None:
    """List the songs: bounces, the last verdict, masters; and masters of files that are no bounces of a song.

    \b
    Examples:
      freshears songs
      freshears songs drive --json
    """
    from bridge.app.status import read_status

    state = read_status(the_home(), the_config())
    songs = [song for song in state["songs"] if name.casefold() in song["name"].casefold()]
    _note_missing(songs)
    others = [entry for entry in _others(state["other_masters"]) if name.casefold() in entry["name"].casefold()]
    if json:
        print_json([*songs, *others])
        return
    out = console()
    sets = [one for one in state["stem_sets"] if name.casefold() in one["song"].casefold()]
    if not songs and not others and not sets:
        out.print("No songs yet. Bounce into a watched folder while the bridge runs.")
        return
    if songs:
        _print_songs(songs, out)
    for one in sets:
        of = f"Stems of {one['song']}" if one["song"] else "Stems"
        line = f"{of}, kept as a set: {', '.join(one['stems'])} ({one['folder']})"
        out.print(line, style="dim", soft_wrap=True)
    for entry in others:
        for made in entry["masters"]:
            line = f"No song of ours: {made['target']} master of {made['input']}: {made['path']}"
            out.print(line, soft_wrap=True)


def _note_missing(songs: list[dict[str, Any]]) -> None:
    """Note with each song's last bounce what of its file is missing: ``gone``, ``away``, or nothing."""
    from bridge.files.presence import Presence
    from bridge.pathtext import to_path

    paths = [to_path(song["last_bounce"]["path"]) for song in songs]
    missing = Presence().missing(paths)
    for song, path in zip(songs, paths, strict=True):
        song["last_bounce"]["missing"] = missing.get(path)


def _others(masters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return an entry for each file that is no bounce of ours and was mastered all the same: it has no number."""
    entries: dict[str, dict[str, Any]] = {}
    for made in masters:
        path = PurePath(made["input"])
        entry = entries.setdefault(
            made["input"],
            {"id": None, "name": path.stem, "folder": str(path.parent), "mode": None, "revisions": 0,
             "last_bounce": None, "masters": []},
        )  # fmt: skip
        entry["masters"].append(made | {"revision": None})
    return list(entries.values())


def _print_songs(songs: list[dict[str, Any]], out: "Console") -> None:
    from rich.table import Table
    from rich.text import Text

    from bridge.files.presence import MISSING_WORDS
    from bridge.policy.song.titles import version_title

    table = Table(box=None, pad_edge=False)
    for heading in ("Song", "Mode", "Bounces", "Last bounce", "Verdict", "Masters"):
        table.add_column(heading)
    for song in songs:
        last = song["last_bounce"]
        verdict = last["verdict"] or "not yet"
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(last["bounced_at"]))
        targets = ", ".join(sorted({made["target"] for made in song["masters"]}))
        style = _STYLES.get(verdict, "dim")
        if last["missing"] is not None:
            when = f"{when} ({MISSING_WORDS[last['missing']]})"
        name = version_title(song["name"], song["version"])
        table.add_row(name, song["mode"], str(song["revisions"]), when, Text(verdict, style), targets)
        for other in song["versions"]:
            last = other["last_bounce"]
            verdict = last["verdict"] or "not yet"
            when = time.strftime("%Y-%m-%d %H:%M", time.localtime(last["bounced_at"]))
            name = version_title(song["name"], other["version"])
            table.add_row(name, "", str(other["revisions"]), when, Text(verdict, _STYLES.get(verdict, "dim")), "")
    out.print(table)
    names = Counter(song["name"].casefold() for song in songs)
    twice = [song for song in songs if names[song["name"].casefold()] > 1 and song["folder"]]
    for song in twice:  # a table would cut them
        out.print(f"Name it {song['folder']}/{song['name']}: there is another one.", style="dim", soft_wrap=True)


app.command("list", cls=PlainCommand, short_help="List the songs: bounces, the last verdict, masters.")(songs)
for _name, _command, _what in (
    ("rename", songs_mend.rename, "Call a song something else."),
    ("merge", songs_mend.merge, "Make two songs one."),
    ("split", songs_mend.split, "Make bounces a song of their own."),
    ("move", songs_mend.move, "Make a bounce one of another song."),
    ("forget", songs_mend.forget, "Show bounces no longer; files are never touched."),
    ("version", songs_mend.version, "Say that a bounce is an instrumental or a radio edit."),
    ("answer", songs_mend.answer, "Say whether a new song is the one that is asked about."),
    ("undo", songs_mend.undo, "Undo one of these, the last by default."),
    ("history", songs_mend.history, "List what was put right, for undoing."),
):
    app.command(_name, cls=PlainCommand, short_help=_what)(_command)
