"""What a preset may ask for is what the stages can do: the same bounds, held on both sides."""

from collections.abc import Callable
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import msgspec
import pytest
from msgspec import Meta, Struct

from bridge.policy.mastering.presets import Preset, PresetBand, PresetCompressor
from dsp.mastering.compressor import CompressorSettings
from dsp.mastering.eq import EqBand
from dsp.mastering.limiter.gain_curve import LimiterSettings
from dsp.mastering.stereo_width import WidthSettings

Make = Callable[[str, float], object]


def eq(name: str, value: float) -> object:
    return EqBand("bell", **({"frequency_hz": 1000.0, "gain_db": 0.0} | {name: value}))


def compressor(name: str, value: float) -> object:
    return CompressorSettings(**({"threshold_dbfs": -20.0} | {name: value}))


def width(name: str, value: float) -> object:
    return WidthSettings(**({"side_gain_db": 0.0, "mono_below_hz": None} | {name: value}))


def limiter(name: str, value: float) -> object:
    return LimiterSettings(**({"ceiling_dbtp": -1.0} | {name: value}))


COMPRESSOR = {"ratio", "max_reduction_db", "threshold_dbfs", "attack_s", "release_s", "crossover_hz"}
# A clip depth becomes a threshold beside the peaks it meets: it is no setting of the clipper itself.
STAGES: list[tuple[type[Struct], Make, set[str]]] = [
    (PresetBand, eq, {"frequency_hz", "gain_db", "q"}),
    (
        PresetCompressor,
        compressor,
        {"ratio", "max_reduction_db", "threshold_dbfs", "attack_s", "release_s", "crossover_hz"},
    ),
    (Preset, width, {"side_gain_db", "mono_below_hz"}),
    (Preset, limiter, {"link"}),
]


def bounds_of(record: type[Struct]) -> dict[str, tuple[float, float]]:
    """Return the bounds that stand at a record's fields."""
    found = {}
    for name, hint in get_type_hints(record, include_extras=True).items():
        for kind in (hint, *get_args(hint)):
            if get_origin(kind) is Annotated:
                meta = next(part for part in get_args(kind) if isinstance(part, Meta))
                assert meta.ge is not None
                assert meta.le is not None
                found[name] = (float(meta.ge), float(meta.le))
    return found


def test_every_bound_of_a_preset_is_compared() -> None:
    named = {name for record in (PresetBand, PresetCompressor, Preset) for name in bounds_of(record)}
    # nor is how far references are followed
    alone = {"clip_db", "match_amount_percent", "match_range_db"}
    assert named - {name for _, _, names in STAGES for name in names} == alone


@pytest.mark.parametrize(
    ("record", "make", "name"), [(record, make, name) for record, make, names in STAGES for name in sorted(names)]
)
def test_a_preset_and_its_stage_have_the_same_bounds(record: type[Struct], make: Make, name: str) -> None:
    low, high = bounds_of(record)[name]
    required: dict[str, Any] = {"kind": "bell", "frequency_hz": 1000.0, "gain_db": 0.0} if record is PresetBand else {}
    if record is Preset:
        required = {"title": "t"}
    for edge, beyond in ((low, low - 1e-6), (high, high + 1e-2)):
        make(name, edge)
        msgspec.convert(required | {name: edge}, record)
        with pytest.raises(ValueError, match=name):
            make(name, beyond)
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(required | {name: beyond}, record)
