"""`freshears targets`: what masters can be made for, and the presets there are."""

from bridge.cli.context import JsonFlag, console, print_json, the_home
from bridge.policy.mastering.presets import load_presets
from bridge.policy.mastering.targets import Target, load_targets


def targets(json: JsonFlag = False) -> None:
    """List the delivery targets with level, ceiling and source, and the presets.

    A file targets.toml or presets.toml beside the configuration changes them or adds your own.
    """
    from rich.table import Table

    folder = the_home().config_path.parent
    found = load_targets(folder / "targets.toml")
    presets = load_presets(folder / "presets.toml")
    if json:
        print_json({"targets": found, "presets": presets})
        return
    show = console()
    table = Table(box=None, pad_edge=False)
    for heading in ("target", "for", "level", "ceiling", "checked", "source"):
        table.add_column(heading, justify="right" if heading in {"level", "ceiling"} else "left")
    for name, target in found.items():
        checked = f"{target.checked:%Y-%m} ({target.confidence})"
        table.add_row(name, target.title, _level(target), f"{target.ceiling_dbtp:g} dBTP", checked, target.source)
    show.print(table)
    show.print()
    table = Table(box=None, pad_edge=False)
    for heading in ("preset", "for", "what it does"):
        table.add_column(heading)
    for name, preset in presets.items():
        table.add_row(name, preset.title, preset.why)
    show.print(table)


def _level(target: Target) -> str:
    return f"{target.integrated_lufs:g} LUFS" if target.integrated_lufs is not None else "by its peaks"
