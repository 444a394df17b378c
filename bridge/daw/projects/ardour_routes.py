"""The routes of an Ardour session: how they are connected, what lies on them, and the processors of each.

A route's sound goes where the ports of its own output are connected: ``<Connection other="Mix Bus/audio_in 1"/>``
names the route and the port, ``system:playback_1`` the hardware. A processor of the type ``intsend`` sends to the route
of its ``target`` beside that. What lies on a track stands in its playlist, named by its id (since Ardour 5) or by the
name of its ``<Diskstream`` (3 and 4).
"""

from msgspec import Struct

from bridge.daw.routing import LEAST_WHOLE_S, MOST_STRIPS, Content, RoutedStrip
from bridge.model import BusStrip, FxSlot

# ours: more sources than this are not told apart; then no track holds "one imported file".
_MOST_SOURCES = 20_000
_MAX_NAME = 200
_NO_STRIPS = ("MasterOut", "MonitorOut", "Auditioner", "VCA", "SurroundMaster")


class Route(Struct, kw_only=True):
    """One route while it is read."""

    route_id: str = ""
    name: str = ""
    flags: str = ""
    active: bool = True
    is_track: bool = False  # as Ardour 3 and 4 say it
    playlists: list[str] = []
    outputs: list[str] = []  # names of what it is connected to, hardware as "system:…"
    targets: list[str] = []  # ids of the routes it sends to
    chain: list[FxSlot] = []

    def has(self, *flags: str) -> bool:
        """Tell whether it is one of these kinds."""
        return bool(set(self.flags.split(",")) & set(flags))

    @property
    def counts_as_track(self) -> bool:
        """Whether it is a track that records or plays something."""
        return self.is_track or self.has("AudioTrack", "MidiTrack")


class Playlist(Struct, kw_only=True):
    """What lies on a track: how many regions, whether they play one imported file, from when to when."""

    regions: int = 0
    sources: str | None = None
    plays_more: bool = False
    length_s: float = 0.0
    first_s: float = float("inf")
    last_s: float = 0.0
    is_timed: bool = True


class RouteGraph:
    """Collects routes, sources and playlists, and tells how they hang together once all of them are read."""

    def __init__(self) -> None:
        self.routes: list[Route] = []
        self._imported: set[str] = set()
        self._playlists: dict[str, Playlist] = {}
        self._open: Playlist | None = None
        self._clocks_per_s = 0.0

    def add_route(self, route: Route) -> None:
        """Record a route."""
        if len(self.routes) <= MOST_STRIPS:
            self.routes.append(route)

    def add_source(self, attributes: dict[str, str]) -> None:
        """Record a sound file that was imported, not recorded here."""
        is_imported = attributes.get("type") == "audio" and not attributes.get("captured-for")
        if is_imported and len(self._imported) < _MOST_SOURCES:
            self._imported.add(attributes.get("id", "")[:64])

    def begin_playlist(self, attributes: dict[str, str]) -> None:
        """Record the beginning of a track's playlist."""
        self._open = Playlist()
        if len(self._playlists) <= 2 * MOST_STRIPS:
            for key in {attributes.get("id", ""), attributes.get("name", "")} - {""}:
                self._playlists[key[:_MAX_NAME]] = self._open

    def set_rate(self, rate_hz: float) -> None:
        """Record how many of the units of times make a second: samples before Ardour 7."""
        self._clocks_per_s = rate_hz

    def add_region(self, attributes: dict[str, str], is_new_time: bool) -> None:
        """Record a region of the playlist that is open."""
        playlist = self._open
        if playlist is None:
            return
        playlist.regions += 1
        names = [attributes[key][:64] for key in ("source-0", "source-1") if key in attributes]
        sources = " ".join(names)
        playlist.plays_more |= (
            playlist.sources not in {None, sources} or not names or not self._imported.issuperset(names)
        )
        playlist.sources = sources
        length, position = (_units(attributes.get(key, ""), is_new_time) for key in ("length", "position"))
        if length is None or position is None:
            playlist.is_timed = False
        else:
            playlist.length_s += length
            playlist.first_s = min(playlist.first_s, position)
            playlist.last_s = max(playlist.last_s, position + length)

    def strips(self) -> tuple[list[RoutedStrip], list[Route]]:
        """Return tracks and buses as strips, and their routes; master, monitor and the like are none."""
        routes = [route for route in self.routes if not route.has(*_NO_STRIPS)]
        if len(routes) > MOST_STRIPS:
            return [], []
        masters = {route.name for route in self.routes if route.has("MasterOut")}
        place_of_name = {route.name: at for at, route in enumerate(routes)}
        place_of_id = {route.route_id: at for at, route in enumerate(routes)}
        strips = []
        for route in routes:
            names = {_route_of(output) for output in route.outputs}
            to = tuple(sorted(place_of_name[name] for name in names if name in place_of_name))
            content, span_s = self._holds(route)
            is_master, into_hardware = (
                bool(names & masters),
                any(o.startswith("system:playback") for o in route.outputs),
            )
            strips.append(
                RoutedStrip(
                    name=route.name,
                    to=to,
                    sends=tuple(place_of_id[target] for target in route.targets if target in place_of_id),
                    to_master=is_master,
                    to_hardware=into_hardware and not to and not is_master,
                    content=content,
                    enabled=route.active,
                    span_s=span_s,
                )
            )
        return strips, routes

    def _holds(self, route: Route) -> tuple[Content, tuple[float, float]]:
        found = [self._playlists[key] for key in route.playlists if key in self._playlists]
        held = [playlist for playlist in found if playlist.regions]
        if not held:
            return "empty", (0.0, 0.0)
        if route.has("MidiTrack") or len(held) > 1:
            return "instrument" if route.has("MidiTrack") else "material", (0.0, 0.0)
        lies, clocks = held[0], self._clocks_per_s
        is_whole = not lies.plays_more and lies.is_timed and clocks > 0 and lies.length_s / clocks >= LEAST_WHOLE_S
        return ("whole-file", (lies.first_s / clocks, lies.last_s / clocks)) if is_whole else ("material", (0.0, 0.0))


def bus_strip(route: Route) -> BusStrip:
    """Return a route as a strip of the bus."""
    return BusStrip(name=route.name or "(no name)", strip_id=route.route_id, chain=tuple(route.chain))


def _route_of(output: str) -> str:
    """Return the route whose input a port belongs to: ``ardour:Mix Bus/audio_in 1`` → Mix Bus; "" for another port."""
    name, _, port = output.rpartition("/")
    return name.removeprefix("ardour:") if port.startswith(("audio_in", "in ")) else ""


def _units(text: str, is_new_time: bool) -> float | None:
    """Return a time in samples (before Ardour 7) or superclocks (``a16934400000@a0``); None for one in beats."""
    if is_new_time:
        if not text.startswith("a"):
            return None
        text = text[1:].partition("@")[0]
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < 1e18 else None
