"""Checks of noise that does not belong: mains hum."""

from collections.abc import Iterator

from bridge.model import Finding, Measurement
from bridge.text import clock


def check_noise(measurement: Measurement) -> Iterator[Finding]:
    """Yield noise that does not belong."""
    yield from _hum(measurement)


def _hum(m: Measurement) -> Iterator[Finding]:
    if m.hum_dbfs is None or m.hum_at_s is None:
        return
    yield Finding(
        kind="listen",
        check="hum",
        message=f"Mains hum ({m.mains_hz} Hz and its multiples, {m.hum_dbfs:.0f} dBFS) lies under the song; "
        f"it is heard best at {clock(m.hum_at_s, 1)}.",
        remedy="Turn up there and mute tracks one by one until it stops: a ground loop, a pickup, an unbalanced cable.",
        at_s=(m.hum_at_s,),
        length_s=(1.0,),
        values={"hum_dbfs": m.hum_dbfs, "mains_hz": float(m.mains_hz)},
    )
