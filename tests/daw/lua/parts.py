"""Parts of Ardour's scripts run in a real Lua 5.3, with as much of Ardour around them as they need."""

from pathlib import Path
from typing import Any

import lupa.lua53

PARTS = Path(__file__).parents[3] / "daw_scripts" / "ardour" / "parts"


def lua_function(paths: list[Path], name: str, config: Path) -> Any:
    """Return a local function of scripts put one below the other; ``config`` is Ardour's settings folder."""
    lua = lupa.lua53.LuaRuntime(unpack_returned_tuples=True, register_eval=False, register_builtins=False)
    ardour = lua.table()
    ardour["user_config_directory"] = lambda _version: str(config)
    lua.globals()["ARDOUR"] = ardour
    text = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    return lua.execute(f"{text}\nreturn {name}")


def as_python(value: Any) -> Any:
    """Return a Lua value as lists, dicts and plain values."""
    if lupa.lua53.lua_type(value) != "table":
        return value
    if len(value):
        return [as_python(value[number]) for number in range(1, len(value) + 1)]
    return {key: as_python(value[key]) for key in value}
