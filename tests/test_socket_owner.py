"""Whose a socket is, from the system's tables; and who is heard because of it."""

import os
import socket
import sys
from collections.abc import Set
from pathlib import Path

import pytest

from bridge.socket_owner import SenderCheck, our_udp_ports, tcp_peer_is_ours, tells_owners

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref\n"
ME = os.geteuid() if hasattr(os, "geteuid") else 0
ELSE = ME + 1 if ME else 65_534


def row(local: str, uid: int, inode: int = 77, remote: str = "00000000:0000") -> str:
    return f"  1: {local} {remote} 07 00000000:00000000 00:00000000 00000000 {uid:5d} 0 {inode} 2 0 0\n"


def tables(folder: Path, **texts: str) -> Path:
    for name in ("udp", "udp6", "tcp", "tcp6"):
        (folder / name).write_text(HEAD + texts.get(name, ""))
    return folder


V6 = "0000000000000000FFFF00000100007F"


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no users of this kind here")
@pytest.mark.parametrize(
    ("udp", "udp6", "ours"),
    [
        (row("0100007F:1F90", ME), "", True),
        (row("00000000:1F90", ME), "", True),
        (row("0100007F:1F90", 0), "", True),  # root may everything anyway
        ("", row(f"{V6}:1F90", ME), True),
        (row("0100007F:1F90", ELSE), "", False),
        (row("0100007F:1F91", ME), "", False),  # another port
        (row("0100007F:1F90", ME, inode=0), "", False),  # closed: whose it was is not told
        (row("0100007F:1F90", 0, inode=0), "", False),
        (row("0100007F:1F90", ME) + row("0200007F:1F90", ELSE), "", False),  # both may send as 127.0.0.1
        (row("0100007F:1F90", ME), row(f"{V6}:1F90", ELSE), False),
        ("rubbish\n\x00", "", False),
        ("", "", False),
    ],
)
def test_a_port_is_ours_when_it_is_open_and_nobody_elses(tmp_path: Path, udp: str, udp6: str, ours: bool) -> None:
    assert our_udp_ports({0x1F90, 0x1F8F}, tables(tmp_path, udp=udp, udp6=udp6)) == ({0x1F90} if ours else set())


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no users of this kind here")
@pytest.mark.parametrize(("uid", "inode", "ours"), [(ME, 77, True), (ELSE, 77, False), (ME, 0, False)])
def test_a_connections_other_end_is_looked_up_by_both_ports(
    tmp_path: Path, uid: int, inode: int, *, ours: bool
) -> None:
    theirs = row("0100007F:C001", ELSE, remote="0100007F:0050")  # another connection from the same port
    tcp = theirs + row("0100007F:C001", uid, inode, remote="0100007F:23A7")
    assert tcp_peer_is_ours(0xC001, 0x23A7, tables(tmp_path, tcp=tcp)) is ours


def test_tables_that_are_not_there_make_nobody_ours(tmp_path: Path) -> None:
    assert not tells_owners(tmp_path)
    assert not our_udp_ports({9}, tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells whose a socket is")
def test_our_own_real_sockets_are_ours_while_they_are_open() -> None:
    assert tells_owners()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind(("127.0.0.1", 0))
        port = sender.getsockname()[1]
        assert our_udp_ports({port}) == {port}
    assert not our_udp_ports({port})


class Looked:
    """Ports that are ours, and how often somebody looked."""

    def __init__(self, *ours: int) -> None:
        self.ours = set(ours)
        self.times = 0
        self.now_s = 100.0

    def look_up(self, ports: Set[int]) -> set[int]:
        self.times += 1
        return self.ours & ports


def test_orders_are_looked_up_every_time_pings_and_strangers_now_and_then() -> None:
    looked = Looked(1)
    check = SenderCheck(looked.look_up, lambda: looked.now_s)
    assert [check.passing({1}) for _ in range(3)] == [{1}] * 3
    assert looked.times == 3
    assert all(check.passing({1}, is_harmless=True) for _ in range(50))
    assert looked.times == 3  # the order before it was looked up a moment ago
    assert not any(check.passing({2}) for _ in range(50))
    assert looked.times == 4
    looked.ours.add(2)  # the port has changed hands
    looked.now_s += 1.5
    assert check.passing({2})
    for port in range(3, 5000):
        assert not check.passing({port})  # and nothing grows
    assert len(check._foreign) <= 512


def test_where_owners_are_not_told_everybody_passes() -> None:
    assert SenderCheck(None, lambda: 0.0).passing({1, 2}) == {1, 2}
