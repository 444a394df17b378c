"""`freshears open`: the local page in the browser."""

import time
import webbrowser
from typing import Annotated

import typer

from bridge.cli.context import JsonFlag, console, fail, print_json, the_config, the_home, the_song_service
from bridge.errors import FreshEarsError


def open_page(
    song: Annotated[
        str, typer.Argument(help="A song, or SONG:3 for a bounce. Without it: all songs.", show_default=False)
    ] = "",
    json: JsonFlag = False,
) -> None:
    """Open the page of the running bridge, or of one song, in the browser.

    The link works once, within two minutes; the browser that opened it is known from then on. On another browser, or
    where none opens, use the link that is printed.

    \b
    Examples:
      freshears open
      freshears open "Night Drive"
    """
    from bridge.app.status import read_status
    from bridge.settings.page_key import page_key

    where = the_home()
    status = read_status(where, the_config())
    if not status["running"]:
        fail("no bridge is running; start one with `freshears run`")
    url = status["page_url"]
    if not url:
        fail("the page is turned off; set enabled = true under [page] in the configuration (`freshears config edit`)")
    to = f"&to={_address(song)}" if song else ""
    try:
        url += f"enter?code={page_key(where.page_key_path).new_code(time.time())}{to}"
    except FreshEarsError as error:
        fail(str(error))
    if json:
        print_json({"url": url})
        return
    console().print(url, soft_wrap=True)
    webbrowser.open(url)


def _address(text: str) -> str:
    """Return the address of the page of a song, or of the bounce that is named."""
    with the_song_service() as song_service:
        meant = song_service.finder.meant(text)
        if meant.number is None and meant.bounce is None:
            return f"/songs/{meant.song.id}"
        return f"/bounces/{song_service.bounce_named(text).id}"
