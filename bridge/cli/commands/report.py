"""`freshears report`: write (and find) the page about a song's bounce or a file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from bridge.cli.context import JsonFlag, console, fail, print_json, the_config, the_home, the_song_service
from bridge.cli.exits import EXIT_USAGE

if TYPE_CHECKING:
    from bridge.model import Bounce
    from bridge.settings.config import Config
    from bridge.songs.service import SongService


def report(
    what: Annotated[
        str, typer.Argument(help="A song, SONG:3, or a sound file. Without it: the newest bounce.", show_default=False)
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
            known.number,
            notes=known.notes,
            hides_loudness=known.hides_loudness,
        )
    except ReportError as error:
        fail(f"{error}; --out names another")
    return to_text(written)


class _Known(NamedTuple):
    """What is known of a file that is a bounce of ours; nothing of any other."""

    song: str = ""
    number: str = ""
    notes: tuple[tuple[str, str], ...] = ()
    hides_loudness: bool = False


def _known(sha256: str, config: "Config") -> _Known:
    from bridge.policy.song.modes import current, hides_loudness
    from bridge.policy.song.titles import number_title, song_title
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
        return _Known(
            song_title(bounce), number_title(bounce), report_notes(store, config, bounce), hides_loudness(mode)
        )
    finally:
        store.close()


def _for_song(name: str) -> str:
    from bridge.pathtext import to_path
    from bridge.policy.song.titles import bounce_title
    from bridge.songs.job_requests import report_folder

    with the_song_service() as song_service:
        store = song_service.store
        bounce = song_service.bounce_named(name) if name else _newest(song_service)
        analysis = store.results.analysis(bounce.id)
    what = bounce_title(bounce)
    if analysis is None:
        fail(f"{what} is not examined yet; `freshears status` says what is going on")
    if not analysis.report_path:
        folder = report_folder(the_config(), to_path(bounce.path))
        fail(
            f"the report of {what} is not written yet; a running bridge writes it "
            f"as soon as {folder} takes it. `freshears report FILE --out FOLDER` writes one elsewhere"
        )
    return analysis.report_path


def _newest(song_service: "SongService") -> "Bounce":
    """Return the bounce that came in last, of whatever song."""
    newest = [song_service.bounce(song) for song in song_service.store.bounces.songs()]
    if not newest:
        fail("there is no bounce yet; bounce into a watched folder while the bridge runs", EXIT_USAGE)
    return max(newest, key=lambda bounce: bounce.seen_at)
