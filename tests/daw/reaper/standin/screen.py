"""The stand-in's ``gfx``: records what is drawn, answers about text widths, and turns a frame into a picture."""

from dataclasses import dataclass, field
from html import escape
from typing import Any

# Advance widths of Helvetica (and of Arial, which copies them) in 1/1000 em, from Adobe's published metrics,
# for the characters 32 to 126.
_WIDTHS = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
)  # fmt: skip
_WRITABLE = {"r", "g", "b", "a", "x", "y", "mouse_wheel", "ext_retina", "clear"}
_READABLE = _WRITABLE | {"w", "h", "mouse_x", "mouse_y", "mouse_cap", "texth"}


@dataclass
class Screen:
    """One gfx window."""

    values: dict[str, float] = field(default_factory=lambda: dict.fromkeys(_READABLE, 0.0))
    is_open: bool = False
    title: str = ""
    dock: int = 0
    fonts: dict[int, tuple[str, float, bool]] = field(default_factory=dict)
    font: int = 0
    keys: list[int] = field(default_factory=list)
    frame: list[tuple[Any, ...]] = field(default_factory=list)  # what is on the screen
    drawing: list[tuple[Any, ...]] = field(default_factory=list)  # what was drawn since the last update
    draw_count: int = 0
    pixel_ratio: float = 1.0

    def get(self, name: str) -> float:
        if name not in _READABLE:
            raise AttributeError(f"gfx.{name} is not known")
        return self.values[name]

    def put(self, name: str, value: float) -> None:
        if name not in _WRITABLE:
            raise AttributeError(f"gfx.{name} may not be set")
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise TypeError(f"gfx.{name} takes a number, not {value!r}")
        self.values[name] = self.pixel_ratio if name == "ext_retina" and value else float(value)

    def init(self, title: str, w: float = 640, h: float = 480, dock: float = 0, x: float = 0, y: float = 0) -> int:
        self.is_open, self.title, self.dock = True, title, int(dock)
        self.values.update(w=float(w), h=float(h))
        return 1

    def quit(self) -> None:
        self.is_open = False

    def setfont(self, index: int, name: str = "", size: float = 0, flags: int = 0) -> int:
        if name:
            self.fonts[int(index)] = (name, float(size), flags == ord("b"))
        self.font = int(index)
        self.values["texth"] = float(round(self._size() * 1.15))
        return 1

    def _size(self) -> float:
        return self.fonts.get(self.font, ("Arial", 12.0, False))[1]

    def measurestr(self, text: str) -> tuple[float, float]:
        units = sum(_WIDTHS[ord(c) - 32] if 32 <= ord(c) < 127 else 556 for c in text)
        wider = 1.06 if self.fonts.get(self.font, ("", 0, False))[2] else 1.0
        return units / 1000 * self._size() * wider, self.values["texth"]

    def set(self, r: float, g: float | None = None, b: float | None = None, a: float = 1.0) -> None:
        self.values.update(r=r, g=r if g is None else g, b=r if b is None else b, a=a)

    def _color(self) -> str:
        return "#" + "".join(f"{round(max(0.0, min(1.0, self.values[c])) * 255):02x}" for c in "rgb")

    def rect(self, x: float, y: float, w: float, h: float, filled: int = 1) -> None:
        self.drawing.append(("rect", x, y, w, h, bool(filled), self._color()))

    def drawstr(self, text: str) -> None:
        _, size, bold = self.fonts.get(self.font, ("Arial", 12.0, False))
        width = self.measurestr(text)[0]
        x, y = self.values["x"], self.values["y"]
        self.drawing.append(("text", x, y, text, size, bold, self._color(), width))
        self.values["x"] += width

    def getchar(self, _char: int = 0) -> int:
        if not self.is_open:
            return -1
        return self.keys.pop(0) if self.keys else 0

    def update(self) -> None:
        if self.drawing:
            self.frame, self.drawing = self.drawing, []
            self.draw_count += 1

    def dock_state(self, value: float = -1, *_place: float) -> tuple[int, float, float, float, float]:
        if value >= 0:
            self.dock = int(value)
        return self.dock, 120.0, 120.0, self.values["w"], self.values["h"]

    def texts(self) -> list[str]:
        """Return the texts on the screen, in drawing order."""
        return [op[3] for op in self.frame if op[0] == "text"]

    def svg(self) -> str:
        """Return the frame on the screen as an SVG picture."""
        w, h = self.values["w"], self.values["h"]
        head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w:g} {h:g}" width="{w:g}" height="{h:g}"'
        parts = [head + ' font-family="Arial, Helvetica, Liberation Sans, sans-serif">']
        for op in self.frame:
            if op[0] == "rect":
                _, x, y, rw, rh, filled, color = op
                paint = f'fill="{color}"' if filled else f'fill="none" stroke="{color}"'
                parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{rw:.1f}" height="{rh:.1f}" {paint}/>')
            else:
                _, x, y, text, size, bold, color, width = op
                weight = ' font-weight="bold"' if bold else ""
                parts.append(
                    f'<text x="{x:.1f}" y="{y + size * 0.92:.1f}" font-size="{size:.1f}"{weight} fill="{color}" '
                    f'textLength="{width:.1f}" lengthAdjust="spacingAndGlyphs">{escape(text)}</text>'
                )
        return "\n".join([*parts, "</svg>\n"])
