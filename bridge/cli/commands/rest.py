"""`freshears rest`: how long the ears still rest, and whether a bounce is ready."""

from typing import Annotated

import typer

from bridge.cli.context import JsonFlag, console, print_json, the_song_service

_MARKS = {
    "ready": ("✓", "green"),
    "ready-when-rested": ("○", "yellow"),
    "fix-first": ("✗", "red"),
    "not-examined": ("·", "dim"),
}


def rest(
    song: Annotated[str, typer.Argument(help="The song, SONG:3, or the file of a bounce.", show_default=False)],
    bounce: Annotated[int | None, typer.Option("--bounce", "-b", help="Its number; the newest by default.")] = None,
    json: JsonFlag = False,
) -> None:
    """Say whether a bounce is ready to be mastered, what stands in the way, and when the rest is over.

    \b
    Examples:
      freshears rest "Night Drive"
      freshears rest "Night Drive" --bounce 3 --json
    """
    from bridge.policy.song.rest import words
    from bridge.policy.song.titles import bounce_title

    with the_song_service() as song_service:
        one = song_service.bounce_named(song, bounce)
        ready = song_service.readiness(one)
        resting = song_service.rest(one)
        effect = song_service.bus_effect(one)
        overrides = song_service.store.song_state.overrides(one.id)
        now_at = song_service.wall()
    if json:
        print_json(
            {
                "song": one.song,
                "revision": one.revision,
                "readiness": ready,
                "rest": resting,
                "bus_effect": effect,
                "overrides": [override._asdict() for override in overrides],
            }
        )
        return
    out = console()
    mark, style = _MARKS[ready.verdict]
    out.print(mark, style=style, end=" ")
    out.print(f"{bounce_title(one)}: {ready.headline}", soft_wrap=True)
    for reason in ready.reasons:
        style = "red" if reason.kind == "fault" else "" if reason.blocks else "dim"
        out.print(f"  {reason.text}", style=style, soft_wrap=True)
        out.print(f"    {reason.remedy}", style="dim", soft_wrap=True)
    if resting is not None:
        out.print(words(resting, now_at), soft_wrap=True)
    if effect is not None:
        out.print(effect.sentence, soft_wrap=True)
    for override in overrides:
        said = f": {override.reason}" if override.reason else ""
        out.print(f"  went on anyway{said}", style="dim", soft_wrap=True)
