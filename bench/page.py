"""The page: how long until a song with 200 bounces, and a bounce of an hour, are there to look at."""

import secrets
import statistics
import time
from pathlib import Path
from typing import Any

import msgspec

from bench.document import table
from bench.files import song_file
from bench.options import Options
from bridge.engine.analyse import examine
from bridge.engine.display import display_of
from bridge.model import Analysis, Display
from bridge.settings.config import Config
from bridge.settings.page_key import PageKey
from bridge.songs.actions import Action, PageReply
from bridge.store import NewBounce, Store
from bridge.web.reader import PageReader
from bridge.web.server import PageServer

NAME = "page"
TITLE = "The page"

_BOUNCES = 200
_SONG_S, _LONG_S = 240.0, 3600.0
_INTRODUCTION = f"""A real store with a song of {_BOUNCES} bounces of four minutes, each with its analysis and curves,
and one bounce of an hour; a real server; Debian's Chromium, headless, nothing cached. *Made* is what the bridge needs
for the page alone, *there* is from the wish to see it until its pictures are drawn. Aim: under 1 s."""


def run(options: Options) -> str:
    """Fill a store, serve it, look at it and return the section's text."""
    from playwright.sync_api import sync_playwright

    bounces, song_s, long_s = (5, 10.0, 10.0) if options.quick else (_BOUNCES, _SONG_S, _LONG_S)
    store_path = options.folder / "page.db"
    store_path.unlink(missing_ok=True)
    options.say(f"  a store with {bounces} bounces")
    _fill(store_path, bounces, song_file(options.folder, 44_100, song_s), song_file(options.folder, 44_100, long_s))
    key = PageKey(secrets.token_bytes(32))
    server = PageServer(PageReader(store_path, Config()), _refuse, 0, key)
    server.start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=_chromium(), args=["--headless", "--no-sandbox"])
            drawn = "[data-wave] > div"
            rows = [
                _row(options, browser, (server.url, key), f"a song with {bounces} bounces", "songs/1", "tbody tr"),
                _row(options, browser, (server.url, key), "a bounce of four minutes", "bounces/1", drawn),
                _row(options, browser, (server.url, key), "a bounce of an hour", f"bounces/{bounces + 1}", drawn),
                _row(
                    options,
                    browser,
                    (server.url, key),
                    "two bounces beside each other",
                    "songs/1/compare?a=1&b=2",
                    drawn,
                ),
            ]
            browser.close()
    finally:
        server.stop()
    return f"{_INTRODUCTION}\n\n{table(['page', 'made, ms', 'there, ms'], rows)}"


def _row(options: Options, browser: Any, door: tuple[str, PageKey], what: str, path: str, drawn: str) -> list[str]:
    url, key = door
    made, there = [], []
    for _ in range(max(3, options.rounds)):
        context = browser.new_context()
        context.request.get(f"{url}enter?code={key.new_code(time.time())}&to=/static/page.css")
        page = context.new_page()
        started = time.perf_counter()
        context.request.get(url + path).body()
        made.append(time.perf_counter() - started)
        started = time.perf_counter()
        page.goto(url + path, wait_until="commit")
        page.wait_for_selector(drawn)
        there.append(time.perf_counter() - started)
        context.close()
    return [what, f"{1000 * statistics.median(made):.0f}", f"{1000 * statistics.median(there):.0f}"]


def _fill(store_path: Path, count: int, song: Path, long: Path) -> None:
    """Store one analysis under many bounces, and one of an hour."""
    store = Store.open(store_path)
    analysis, measures = examine(song)
    drawn = display_of(analysis, measures)
    for number in range(count):
        _add(store, song, msgspec.structs.replace(analysis, sha256=f"{number:064x}"), drawn, "Song")
    analysis, measures = examine(long)
    _add(store, long, analysis, display_of(analysis, measures), "Long")
    store.close()


def _add(store: Store, path: Path, analysis: Analysis, drawn: Display | None, song: str) -> None:
    new = NewBounce(path, path.stat().st_size, 0, analysis.sha256, song, song.casefold(), "", "", "folder")
    bounce, _ = store.bounces.record(new)
    job = store.jobs.add("analyse", path, "{}", f"bench:{bounce.id}", bounce.id)
    store.results.add_analysis(bounce.id, job.id, "fine", msgspec.json.encode(analysis).decode())
    if drawn is not None:
        store.display.set_curves(analysis.sha256, msgspec.json.encode(drawn.curves).decode())
        store.display.set_zooms(analysis.sha256, drawn.zooms)


def _refuse(_: Action) -> PageReply:
    return PageReply(ok=False, message="")


def _chromium() -> str | None:
    import shutil

    return shutil.which("chromium")
