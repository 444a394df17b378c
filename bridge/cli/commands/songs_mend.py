"""`freshears songs rename`, `merge`, `split`, `move`, `forget`, `version`, `undo`, `history`: putting songs right."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli.context import JsonFlag, console, print_json, the_song_service

if TYPE_CHECKING:
    from bridge.app.commands.records import Command

_Song = Annotated[str, typer.Argument(help="The song, or the file of one of its bounces.", show_default=False)]
_Bounce = Annotated[
    str, typer.Argument(help="The bounce: SONG:3, SONG (instrumental):2 or its file.", show_default=False)
]


def rename(
    song: _Song,
    name: Annotated[str, typer.Argument(help="What it is called from now on.", show_default=False)],
    json: JsonFlag = False,
) -> None:
    """Call a song something else. Files keep their names; what is named as before goes on landing in it.

    \b
    Examples:
      freshears songs rename "Nite Drive" "Night Drive"
    """
    from bridge.app.commands.records import RenameSong

    with the_song_service() as song_service:
        found = song_service.song(song)
    _mend(RenameSong(song=found.id, name=name), "rename", json=json)


def merge(
    song: _Song,
    other: Annotated[str, typer.Argument(help="The song that becomes part of it.", show_default=False)],
    json: JsonFlag = False,
) -> None:
    """Make two songs one, called like the first. The larger one keeps its numbers, the others stay known.

    \b
    Examples:
      freshears songs merge "paper boats" "Paper Boats FINAL v3 louder"
    """
    from bridge.app.commands.records import MergeSongs

    with the_song_service() as song_service:
        one, two = song_service.song(song), song_service.song(other)
    _mend(MergeSongs(song=one.id, other=two.id), "merge", json=json)


def split(
    bounces: Annotated[
        list[str],
        typer.Argument(help="The bounces that are another song: SONG:3 SONG:4, or files.", show_default=False),
    ],
    name: Annotated[str, typer.Option("--as", help="What the new song is called; as its file by default.")] = "",
    json: JsonFlag = False,
) -> None:
    """Make bounces of one song a song of their own.

    \b
    Examples:
      freshears songs split "Love Song:3" "Love Song:4" --as "Love Song (Anna)"
    """
    from bridge.app.commands.records import SplitSong

    with the_song_service() as song_service:
        found = tuple(song_service.bounce_named(one).id for one in bounces)
    _mend(SplitSong(bounces=found, name=name), "split", json=json)


def move(
    bounce: _Bounce,
    song: Annotated[str, typer.Argument(help="The song it belongs to.", show_default=False)],
    json: JsonFlag = False,
) -> None:
    """Make a bounce one of another song. The last bounce of a song takes the song's name along.

    \b
    Examples:
      freshears songs move "untitled:2" Weltschmerz
    """
    from bridge.app.commands.records import MoveBounce

    with the_song_service() as song_service:
        one, to = song_service.bounce_named(bounce), song_service.song(song)
    _mend(MoveBounce(bounce=one.id, song=to.id), "move", json=json)


def forget(
    what: Annotated[
        list[str], typer.Argument(help="Bounces: SONG:3 or files; with --all whole songs.", show_default=False)
    ],
    every: Annotated[bool, typer.Option("--all", help="Every bounce of the songs that are named.")] = False,
    json: JsonFlag = False,
) -> None:
    """Show bounces no longer. Files are never touched; `freshears add FILE` brings a bounce back.

    \b
    Examples:
      freshears songs forget "Night Drive:3"
      freshears songs forget "stem test" --all
    """
    from bridge.app.commands.records import Forget
    from bridge.errors import UsageError

    with the_song_service() as song_service:
        found = []
        for name in what:
            meant = song_service.finder.meant(name)
            if every:
                found += [one.id for one in song_service.store.bounces.of_song(meant.song.id)]
            elif meant.number is None and meant.bounce is None:
                raise UsageError(
                    f"{name}: name the bounce ({name}:{song_service.bounce(meant.song).revision}), or --all"
                )
            else:
                found.append(song_service.bounce_named(name).id)
    _mend(Forget(bounces=tuple(dict.fromkeys(found))), "forget", json=json)


def version(
    bounce: _Bounce,
    version: Annotated[
        str,
        typer.Argument(help='instrumental, "a cappella", clean, "radio edit", "tv mix" ...; main: the song itself.'),
    ],
    json: JsonFlag = False,
) -> None:
    """Say which version of its song a bounce is. Versions have numbers of their own and are never the newest.

    \b
    Examples:
      freshears songs version "Night Drive:4" instrumental
      freshears songs version "Night Drive (instrumental):1" main
    """
    from bridge.app.commands.records import SetVersion

    with the_song_service() as song_service:
        one = song_service.bounce_named(bounce)
    _mend(SetVersion(bounce=one.id, version=version), "version", json=json)


def answer(
    song: Annotated[str, typer.Argument(help="The new song that is asked about.", show_default=False)],
    word: Annotated[
        str, typer.Argument(metavar="ANSWER", help="same: it is that song; new: it is not; stem: a part of its mix.")
    ],
    json: JsonFlag = False,
) -> None:
    """Answer whether a new song is the one whose name it looks near to; `freshears status` asks.

    \b
    Examples:
      freshears songs answer "Weltschmertz" same
      freshears songs answer "Weltschmerz – Bass" stem
    """
    from bridge.app.commands.records import AnswerSong

    with the_song_service() as song_service:
        found = song_service.song(song)
    _mend(AnswerSong(song=found.id, answer=word), "answer", json=json)


def undo(
    number: Annotated[
        int | None, typer.Argument(help="Its number, as `freshears songs history` lists it; the last by default.")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Undo what was put right: the last of these, or one by its number.

    \b
    Examples:
      freshears songs undo
      freshears songs undo 4
    """
    from bridge.app.commands.records import UndoMend

    _mend(UndoMend(mend_id=number), "undo", json=json)


def history(
    song: Annotated[str, typer.Argument(help="Only of this song.", show_default=False)] = "", json: JsonFlag = False
) -> None:
    """List what was put right, with the numbers under which it can be undone.

    \b
    Examples:
      freshears songs history
      freshears songs history "Night Drive" --json
    """
    with the_song_service() as song_service:
        found = song_service.song(song).id if song else None
        mends = song_service.store.mends.newest(song_id=found)
    if json:
        print_json([mend._asdict() for mend in mends])
        return
    out = console()
    if not mends:
        out.print("Nothing has been put right yet.")
    for mend in mends:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(mend.at))
        gone = mend.undone_at is not None
        out.print(
            f"{mend.id:>4}  {when}  {'undone: ' if gone else ''}{mend.words}",
            style="dim" if gone else "",
            soft_wrap=True,
        )


def _mend(command: "Command", name: str, *, json: bool) -> None:
    from bridge.cli.ordering import order

    done = order(command, f"freshears songs {name}")
    if json:
        print_json({"mend": done.mend_id, "text": done.text})
        return
    out = console()
    out.print(done.text, soft_wrap=True)
    if name != "undo" and done.mend_id is not None:
        out.print(f"freshears songs undo {done.mend_id} takes it back.", style="dim", soft_wrap=True)
