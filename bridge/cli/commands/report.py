"""`freshears report`: write (and find) the page about a song's bounce or a file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from bridge.cli.context import EXIT_USAGE, JsonFlag, console, fail, print_json, the_config, the_home

if TYPE_CHECKING:
    from bridge.settings.config import Config


def report(
    what: Annotated[
        str, typer.Argument(help="A song's name, or a sound file. Without it: the newest bounce.", show_default=False)
    ] = "",
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for a file's report; beside the file by default.")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Say where the report of a song's last bounce is, or write one for a file.

    \b
    Examples:
      freshears report "Night Drive"
      freshears report mix.wav --out ~/Desktop
    """
    path = Path(what)
    written = _for_file(path, out) if what and path.is_file() else _for_song(what)
    if json:
        print_json({"report": written})
    else:
        console().print(written, soft_wrap=True)


def _for_file(path: Path, out: Path | None) -> str:
    from bridge.engine.analyse import run_analysis
    from bridge.pathtext import to_text
    from bridge.report.bounce_report import write_bounce_report
    from bridge.report.report_files import ReportError
    from bridge.songs.job_requests import report_folder

    config = the_config()
    analysis = run_analysis(path, thresholds=config.thresholds)
    folder = out or report_folder(config, path.absolute())
    known = _known(analysis.sha256, config)
    try:
        written = write_bounce_report(
            analysis,
            folder,
            known.song or to_text(path.stem),
            known.revision,
            notes=known.notes,
            hides_loudness=known.hides_loudness,
        )
    except ReportError as error:
        fail(f"{error}; --out names another")
    return to_text(written)


class _Known(NamedTuple):
    """What is known of a file that is a bounce of ours; nothing of any other."""

    song: str = ""
    revision: int | None = None
    notes: tuple[tuple[str, str], ...] = ()
    hides_loudness: bool = False


def _known(sha256: str, config: "Config") -> _Known:
    from bridge.policy.song.modes import current, hides_loudness
    from bridge.songs.job_requests import report_notes
    from bridge.store import Store

    where = the_home().store_path
    if not where.exists():
        return _Known()
    store = Store.open(where, read_only=True)
    try:
        bounce = store.bounces.by_sha256(sha256)
        if bounce is None:
            return _Known()
        mode = current(store.song_state.modes(song_id=bounce.song_id)).mode
        return _Known(bounce.song, bounce.revision, report_notes(store, config, bounce), hides_loudness(mode))
    finally:
        store.close()


def _for_song(name: str) -> str:
    from bridge.app.status import read_status
    from bridge.pathtext import to_path
    from bridge.songs.job_requests import report_folder

    songs = read_status(the_home(), the_config())["songs"]
    found = [song for song in songs if name.casefold() in song["name"].casefold()]
    exact = [song for song in found if song["name"].casefold() == name.casefold()]
    found = exact or found
    if not found:
        fail(f"{name or 'no bounce yet'}: neither a file nor a song; `freshears songs` lists the songs", EXIT_USAGE)
    newest = max(found, key=lambda song: float(song["last_bounce"]["seen_at"]))
    written = newest["last_bounce"]["report"]
    if not written:
        last = newest["last_bounce"]
        if last["verdict"] is None:
            fail(f"{newest['name']}: its last bounce is not examined yet; `freshears status` says what is going on")
        folder = report_folder(the_config(), to_path(last["path"]))
        fail(
            f"{newest['name']}: the report of its last bounce is not written yet; a running bridge writes it "
            f"as soon as {folder} takes it. `freshears report FILE --out FOLDER` writes one elsewhere"
        )
    return str(written)
