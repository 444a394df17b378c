"""Who holds the other end of a socket on this computer: its user, as Linux tells in /proc/net.

Loopback keeps other computers out, not other users. Elsewhere than on Linux nothing is told without special rights;
the functions then say None, and who asks decides by other means.
"""

import os
import sys
from collections.abc import Callable, Iterator, Set
from pathlib import Path
from typing import NamedTuple

TABLES = Path("/proc/net")
_REFUSED_S = 1.0  # ours: a port that was somebody else's is looked at again after this
_KNOWN_S = 0.25  # ours: for what gives nothing away, one look serves a burst
_MOST_KEPT = 512  # ours: ports remembered at once
_LOOPBACK = ("0100007F", "0000000000000000FFFF00000100007F")  # 127.0.0.1 as the tables write it


class _Row(NamedTuple):
    local: str
    remote: str
    uid: int
    inode: int  # 0: no process has it open any more, and the user is not told truly


def tells_owners(tables: Path = TABLES) -> bool:
    """Tell whether this system says whose a socket is."""
    return sys.platform == "linux" and (tables / "udp").is_file() and (tables / "tcp").is_file()


def our_udp_ports(ports: Set[int], tables: Path = TABLES) -> set[int]:
    """Return which UDP ports of this computer are open and held by this user (or root), and nobody else.

    Two users can hold one port under different addresses, and either may send as the other: then it is nobody's.
    """
    found: dict[int, bool] = {}
    for row in _rows(tables, "udp"):
        port = int(row.local.rpartition(":")[2], 16)
        if port in ports:
            found[port] = found.get(port, True) and _is_ours(row)
    return {port for port, is_ours in found.items() if is_ours}


def udp_inodes(port: int, tables: Path = TABLES) -> set[int]:
    """Return by which numbers the system knows the sockets on a UDP port; empty where it does not say."""
    return {row.inode for row in _rows(tables, "udp") if int(row.local.rpartition(":")[2], 16) == port and row.inode}


def tcp_peer_is_ours(peer_port: int, port: int, tables: Path = TABLES) -> bool:
    """Tell whether the process at the other end of a connection to our port is this user's (or root's)."""
    ends = {(f"{at}:{peer_port:04X}", f"{at}:{port:04X}") for at in _LOOPBACK}
    rows = [row for row in _rows(tables, "tcp") if (row.local, row.remote) in ends]
    return bool(rows) and all(_is_ours(row) for row in rows)


class SenderCheck:
    """Tells of datagrams, one after another, whether their sender is this user; from one thread.

    Parameters
    ----------
    look_up
        Returns which ports are ours; None where the system does not say whose they are: then everybody passes.
    clock
        Seconds that only go forward.
    """

    def __init__(self, look_up: Callable[[Set[int]], set[int]] | None, clock: Callable[[], float]) -> None:
        self._look_up = look_up
        self._clock = clock
        self._foreign: dict[int, float] = {}  # port: until when it is not looked at again
        self._known: dict[int, float] = {}

    def passing(self, ports: Set[int], *, is_harmless: bool = False) -> set[int]:
        """Return the ports from which something came that is to be heard, with one look at the tables for all.

        What is harmless may rest on a look just before.
        """
        if self._look_up is None:
            return set(ports)
        now_s = self._clock()
        known = {port for port in ports if is_harmless and self._known.get(port, 0.0) > now_s}
        asked = {port for port in ports - known if self._foreign.get(port, 0.0) <= now_s}
        ours = self._look_up(asked) if asked else set()
        _remember(self._known, ours, now_s + _KNOWN_S)
        _remember(self._foreign, asked - ours, now_s + _REFUSED_S)
        return known | ours


def sender_check(clock: Callable[[], float]) -> SenderCheck:
    """Return the check this system is able to do."""
    return SenderCheck(our_udp_ports if tells_owners() else None, clock)


def _remember(kept: dict[int, float], ports: Set[int], until_s: float) -> None:
    if len(kept) + len(ports) > _MOST_KEPT:
        kept.clear()
    kept.update(dict.fromkeys(ports, until_s))


def _is_ours(row: _Row) -> bool:
    return row.inode != 0 and row.uid in {os.geteuid(), 0}


def _rows(tables: Path, kind: str) -> Iterator[_Row]:
    """Yield the rows of a table and its sixth version's; nothing when it cannot be read."""
    for name in (kind, f"{kind}6"):
        try:
            text = (tables / name).read_text("ascii")
        except (OSError, UnicodeDecodeError):
            continue
        for line in text.splitlines()[1:]:
            fields = line.split()
            if len(fields) > 9 and ":" in fields[1]:
                yield _Row(fields[1], fields[2], int(fields[7]), int(fields[9]))
