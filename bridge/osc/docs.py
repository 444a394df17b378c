"""Write `docs/osc.md` from the address table: `python -m bridge.osc.docs docs/osc.md`."""

import sys
from pathlib import Path

from bridge.osc.address import Address
from bridge.osc.addresses import ADDRESSES

_HEAD = """# OSC addresses

*Written from `bridge/osc/addresses.py` by `python -m bridge.osc.docs docs/osc.md`; do not edit.*

The bridge listens on UDP port 9124 of 127.0.0.1 (`[osc] port` in the configuration) and nowhere else.
Types are OSC's: `s` text (UTF-8), `i` 32-bit integer, `f` 32-bit float; arguments in brackets may be left out.
A message that is unknown, malformed, longer than 16 KiB or one too many (more than 500 a second, pings aside) is
dropped and counted. Paths must lie in one of the configured folders.

Every order is answered to the port it came from, with `/freshears/done` or `/freshears/refused`; a ping with
`/freshears/pong`, a subscription with `/freshears/state`. Done means on disk: no crash loses it. Who gets no answer
within a second or two asks again: the same work asked for twice is done once.

Who may: on Linux only programs of the user who runs the bridge (and root); whatever another user sends, a ping too, is
dropped and counted. A sender keeps its socket open until it is answered: whose a closed one was is not told. macOS and
Windows do not say whose a socket is: there every program on the computer is heard, also those of other users;
`[osc] enabled = false` turns it off.
"""


def render() -> str:
    """Return the page."""
    parts = [_HEAD]
    for title, direction in (("Incoming", "in"), ("Outgoing, to subscribers", "out")):
        parts.append(f"\n## {title}\n")
        parts.extend(_entry(address) for address in ADDRESSES.values() if address.direction == direction)
    return "\n".join(parts)


def _entry(address: Address) -> str:
    shown = " ".join(f"[{arg.type} {arg.name}]" if arg.optional else f"{arg.type} {arg.name}" for arg in address.args)
    lines = [f"### `{address.path}{' ' if shown else ''}{shown}`", "", address.meaning, ""]
    if address.args:
        lines += [f"- `{arg.name}`: {arg.meaning}" for arg in address.args] + [""]
    return "\n".join(lines)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(render(), encoding="utf-8")
