"""`freshears checklist`: where a bounce has been heard."""

from typing import Annotated

import typer

from bridge.cli.context import JsonFlag, console, print_json, the_song_service


def checklist(
    song: Annotated[str, typer.Argument(help="The song, SONG:3, or the file of a bounce.", show_default=False)],
    place: Annotated[str, typer.Argument(help="Where you have just heard it; without it: show.")] = "",
    new: Annotated[bool, typer.Option("--new", help="A new place, although it is written like one of yours.")] = False,
    untick: Annotated[bool, typer.Option("--untick", help="Take the tick back: it was not heard there.")] = False,
    note: Annotated[str, typer.Option("--note", "-n", help="What you heard there.")] = "",
    bounce: Annotated[int | None, typer.Option("--bounce", "-b", help="Its number; the newest by default.")] = None,
    json: JsonFlag = False,
) -> None:
    """Tick the places where you have heard a bounce; the places are yours, under [rest] in the configuration.

    \b
    Examples:
      freshears checklist "Night Drive"
      freshears checklist "Night Drive" car --note "the bass booms at the lights"
      freshears checklist "Night Drive" car --untick
    """
    from bridge.app.commands.records import Tick, Untick
    from bridge.cli.ordering import order
    from bridge.policy.song.checklist import words
    from bridge.policy.song.rest import moment
    from bridge.policy.song.titles import bounce_title

    with the_song_service() as song_service:
        one = song_service.bounce_named(song, bounce)
        if untick:
            order(Untick(bounce=one.id, place=place), "freshears checklist")
        elif place:
            tick = Tick(bounce=one.id, place=place, note=note, is_new=new)
            order(tick, "freshears checklist", go_on="--new to add")
        heard = song_service.heard(one)
        sentence = words(song_service.store.song_state.ticks(one.id), song_service.config.rest.places)
        now_at = song_service.wall()
    if json:
        print_json({"song": one.song, "revision": one.revision, "places": heard})
        return
    out = console()
    out.print(bounce_title(one), style="bold", soft_wrap=True)
    for one_place in heard:
        mark = "☐" if one_place.heard_at is None else "☑"
        when = "" if one_place.heard_at is None else f"  {moment(one_place.heard_at, now_at)}"
        said = f"  {one_place.note}" if one_place.note else ""
        out.print(f"  {mark} {one_place.place}{when}{said}", soft_wrap=True)
    out.print(sentence, soft_wrap=True)
