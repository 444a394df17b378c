"""`freshears handoff`: the sheet that goes with a bounce, written in an editor or in one line."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from bridge.cli.context import JsonFlag, console, fail, print_json, the_song_service
from bridge.cli.editors import editor_words


def handoff(
    song: Annotated[str, typer.Argument(help="The song, SONG:3, or the file of a bounce.", show_default=False)],
    bounce: Annotated[int | None, typer.Option("--bounce", "-b", help="Its number; the newest by default.")] = None,
    show: Annotated[bool, typer.Option("--show", help="Only show the sheet.")] = False,
    file: Annotated[Path | None, typer.Option("--file", help="Take the sheet from this file instead.")] = None,
    intent: Annotated[str, typer.Option(help="intimate, energetic, strange or neutral.")] = "",
    keep: Annotated[list[str] | None, typer.Option(help="What must survive; may be repeated.")] = None,
    reference: Annotated[list[str] | None, typer.Option(help="A song or file that feels right.")] = None,
    worry: Annotated[list[str] | None, typer.Option(help="Where you fear it will not work.")] = None,
    complete: Annotated[bool | None, typer.Option(help="Complete, not perfect.")] = None,
    json: JsonFlag = False,
) -> None:
    """Hand a mix off: its intent, what must survive, references, worries. The rest begins when you call it complete.

    Without options the sheet opens in your editor ($VISUAL or $EDITOR). Every version is kept.

    \b
    Examples:
      freshears handoff "Night Drive"
      freshears handoff "Night Drive" --intent intimate --keep "the breath before the last chorus" --complete
      freshears handoff "Night Drive" --show
    """
    from bridge.app.commands.records import Done, WriteSheet
    from bridge.cli.ordering import order
    from bridge.model import Handoff
    from bridge.policy.song.handoff import CAPS, from_markdown, make_sheet, summary, to_markdown
    from bridge.policy.song.rest import words
    from bridge.policy.song.titles import bounce_title

    with the_song_service() as song_service:
        one = song_service.bounce_named(song, bounce)
        old = song_service.sheet(one) or Handoff()
        title = bounce_title(one)
        done = Done()
        sheet: Handoff | None = None
        if file is not None:
            sheet = from_markdown(_text_of(file), song_service.wall())
        elif any((intent, keep, reference, worry, complete is not None)):
            sheet = make_sheet(
                intent or old.intent,
                old.must_survive if keep is None else keep,
                old.references if reference is None else reference,
                old.worries if worry is None else worry,
                complete=old.complete if complete is None else complete,
                written_at=song_service.wall(),
            )
        elif not show:
            text = to_markdown(old, title)
            edited = _edit(text)
            sheet = None if edited == text else from_markdown(edited, song_service.wall())
        if sheet is not None:
            done = order(
                WriteSheet(
                    bounce=one.id,
                    intent=sheet.intent,
                    must_survive=sheet.must_survive,
                    references=sheet.references,
                    worries=sheet.worries,
                    complete=sheet.complete,
                ),
                "freshears handoff",
            )
        current = song_service.sheet(one)
        rest = song_service.rest(one)
        now_at = song_service.wall()
    if json:
        print_json({"song": one.song, "revision": one.revision, "handoff": current, "files": done.files})
        return
    out = console()
    if current is None:
        out.print(f"{title}: no sheet yet.", soft_wrap=True)
        return
    if show:
        for line in to_markdown(current, title).splitlines():
            out.print(line, soft_wrap=True)
        return
    out.print(f"{title}. {summary(current, now_at)}", style="bold", soft_wrap=True)
    out.print(CAPS[current.intent], soft_wrap=True)
    if rest is None:
        out.print("The rest begins when you call it complete.", soft_wrap=True)
    else:
        out.print(words(rest, now_at), soft_wrap=True)
    for path in done.files:
        out.print(f"  {path}", style="dim", soft_wrap=True)
    if done.note:
        out.print(done.note, soft_wrap=True)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{path}: cannot be read ({error})")


def _in_a_terminal() -> bool:
    return sys.stdin.isatty()


def _edit(text: str) -> str:
    """Let the person edit a text; return it as it was saved."""
    if not _in_a_terminal():
        fail("there is no terminal to edit the sheet in; use --intent, --keep ... or --file", 2)
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ("notepad" if os.name == "nt" else "nano")
    with tempfile.TemporaryDirectory(prefix="freshears-") as folder:
        path = Path(folder) / "hand-off.md"
        path.write_text(text, encoding="utf-8")
        try:
            subprocess.run([*editor_words(editor), str(path)], check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            fail(f"{editor}: the editor did not work ({error}); set EDITOR, or use --file")
        return _text_of(path)
