"""How an open Ardour session is wired, as the hook says it, and the strips before the master it is asked to watch.

The hook tells which strip is connected to which and what lies on the tracks; the bridge writes the ids of those that
everything passes through into the mailbox, and the hook sends what stands on them.
"""

import re
from collections.abc import Sequence
from pathlib import PurePath

from msgspec import Struct

from bridge.daw.routing import LEAST_WHOLE_S, Content, RoutedStrip, layout_of, leaves_by_hardware, passed_by_all
from bridge.model import MOST_MUTED, BusStrip, FxSlot, Hazard, Layout

MASTER, HARDWARE = "master", "hardware"
MOST_ROUTES = 1000
MOST_WATCHED = 16  # ours: two or three in a row are many
CHAIN_LIFE_S = 4.0  # ours: the hook repeats a chain every second
_MAX_TEXT = 1000
_KINDS = {0: "bus", 1: "track", 2: "midi"}
# What Ardour records is named after its track and numbered: "Gtr-1%L.wav", with a take before it "T001_Gtr-1.wav".
_NUMBERED = re.compile(r"-\d+(?:%[LR])?$")


class LiveRoute(Struct, frozen=True):
    """One route as the hook describes it."""

    route_id: str
    name: str
    kind: str  # bus, track or midi
    active: bool
    regions: int
    start_s: float
    length_s: float  # of a lone region that is as long as a song, else 0
    file: str
    to: tuple[str, ...]


class LiveRouting(Struct, frozen=True):
    """What the hook last said of a session."""

    project_path: str
    routes: tuple[LiveRoute, ...]
    passed: tuple[str, ...]  # ids of those that everything passes through
    layout: Layout
    hazards: tuple[Hazard, ...] = ()


def parse_routing(params: Sequence[object]) -> LiveRouting | None:
    """Return what a ``routing`` message says, None if it is malformed or of another version."""
    if len(params) < 5 or params[0] != 1 or not isinstance(params[1], str):
        return None
    soloing, muted, count, rest = params[2], params[3], params[4], params[5:]
    if not isinstance(count, int) or not 0 <= count <= MOST_ROUTES or len(rest) != 9 * count:
        return None
    routes = []
    for at in range(0, len(rest), 9):
        route = _route(rest[at : at + 9])
        if route is None:
            return None
        routes.append(route)
    strips = _strips(routes)
    passed = tuple(routes[at].route_id for at in passed_by_all(strips))[:MOST_WATCHED]
    found: list[Hazard] = ["solo"] if soloing else []
    found += ["master-muted"] if muted else []
    found += ["hardware-only"] if leaves_by_hardware(strips) else []
    return LiveRouting(params[1], tuple(routes), passed, layout_of(strips), tuple(found))


def _route(values: Sequence[object]) -> LiveRoute | None:
    route_id, name, kind, active, regions, start_s, length_s, file, to = values
    if not all(isinstance(text, str) for text in (route_id, name, file, to)):
        return None
    if not all(isinstance(number, int | float) for number in (kind, active, regions, start_s, length_s)):
        return None
    return LiveRoute(
        route_id=str(route_id)[:64],
        name=str(name)[:_MAX_TEXT],
        kind=_KINDS.get(kind, "bus") if isinstance(kind, int) else "bus",
        active=bool(active),
        regions=int(regions) if isinstance(regions, int) else 0,
        start_s=float(start_s) if isinstance(start_s, int | float) else 0.0,
        length_s=float(length_s) if isinstance(length_s, int | float) else 0.0,
        file=str(file)[:_MAX_TEXT],
        to=tuple(str(to).split()),
    )


def _strips(routes: Sequence[LiveRoute]) -> list[RoutedStrip]:
    place = {route.route_id: at for at, route in enumerate(routes)}
    return [
        RoutedStrip(
            name=route.name,
            to=tuple(place[target] for target in route.to if target in place),
            to_master=MASTER in route.to,
            to_hardware=HARDWARE in route.to and MASTER not in route.to,
            content=_content(route),
            enabled=route.active,
            is_fed=route.kind == "bus",  # a bus records nothing: it is never a source to come
            span_s=(route.start_s, route.start_s + route.length_s),
        )
        for route in routes
    ]


def _content(route: LiveRoute) -> Content:
    if route.regions <= 0 or route.kind == "bus":
        return "empty"
    if route.kind == "midi":
        return "instrument"
    stem = PurePath(route.file).stem
    was_recorded = bool(_NUMBERED.search(stem)) and route.name in stem
    return "whole-file" if route.length_s >= LEAST_WHOLE_S and not was_recorded else "material"


class ArdourBuses:
    """What is known of the strips before the master of the session that is open."""

    def __init__(self) -> None:
        self._routing: LiveRouting | None = None
        self._muted: tuple[str, tuple[str, ...]] = ("", ())  # the session, and the names of its muted tracks
        self._chains: dict[str, tuple[float, tuple[FxSlot, ...]]] = {}

    def heard_routing(self, params: Sequence[object]) -> bool:
        """Handle one ``routing`` message; False when it is not valid."""
        routing = parse_routing(params)
        if routing is None:
            return False
        self._routing = routing
        self._chains = {one: chain for one, chain in self._chains.items() if one in routing.passed}
        return True

    def heard_muted(self, params: Sequence[object]) -> bool:
        """Handle one ``muted`` message; False when it is not valid."""
        if len(params) < 2 or params[0] != 1 or not all(isinstance(text, str) for text in params[1:]):
            return False
        self._muted = (str(params[1]), tuple(str(name)[:_MAX_TEXT] for name in params[2 : MOST_MUTED + 2]))
        return True

    def muted(self, project_path: str) -> tuple[str, ...]:
        """Return the names of the muted tracks of a session that hold something."""
        return self._muted[1] if self._muted[0] == project_path else ()

    def heard_chain(self, project_path: object, route_id: object, chain: tuple[FxSlot, ...], now_s: float) -> None:
        """Handle what stands on a strip; one that is not asked for (any more) is left aside."""
        if route_id in self.asked(str(project_path)):
            self._chains[str(route_id)] = (now_s, chain)

    def asked(self, project_path: str) -> tuple[str, ...]:
        """Return the ids of the strips that everything passes through in a session."""
        routing = self._routing
        return routing.passed if routing is not None and routing.project_path == project_path else ()

    def layout(self, project_path: str) -> Layout:
        """Return what a session looks like by what lies in it."""
        routing = self._routing
        return routing.layout if routing is not None and routing.project_path == project_path else ""

    def hazards(self, project_path: str) -> tuple[Hazard, ...]:
        """Return what a bounce of a session would catch."""
        routing = self._routing
        known = routing.hazards if routing is not None and routing.project_path == project_path else ()
        return (*known, "muted-tracks") if self.muted(project_path) else known

    def strips(self, project_path: str, now_s: float) -> tuple[BusStrip, ...]:
        """Return the strips before the master with what stands on them, as far as that is known."""
        names = {route.route_id: route.name for route in self._routing.routes} if self._routing is not None else {}
        known = [(one, self._chains[one]) for one in self.asked(project_path) if one in self._chains]
        return tuple(
            BusStrip(name=names[one] or "(no name)", strip_id=one, chain=chain)
            for one, (heard_s, chain) in known
            if now_s - heard_s <= CHAIN_LIFE_S
        )
