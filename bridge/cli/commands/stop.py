"""`freshears stop` and `freshears restart`: the bridge that runs in the background, ended and begun again."""

from bridge.cli.context import console, the_config, the_home


def stop() -> None:
    """End the bridge that runs, wherever it was started. What it was doing goes on at its next start.

    \b
    Examples:
      freshears stop
    """
    from bridge.background.running import end_bridge

    ended = end_bridge(the_home())
    said = "No bridge runs." if ended is None else f"The bridge (process {ended}) has ended."
    console().print(said, soft_wrap=True)


def restart() -> None:
    """End the bridge that runs and start it in the background, where it lives on when this window is closed.

    Without a bridge, one is started. Use it after an upgrade.

    \b
    Examples:
      freshears restart
    """
    from bridge.background.running import end_bridge
    from bridge.background.starting import start_in_background

    the_config(create=True)  # settings that are wrong are told here: the one in the background has no window for it
    where, out = the_home(), console()
    if (ended := end_bridge(where)) is not None:
        out.print(f"The bridge (process {ended}) has ended.", soft_wrap=True)
    started = start_in_background(where)
    out.print(f"The bridge runs in the background (process {started}). Its page: `freshears open`", soft_wrap=True)
