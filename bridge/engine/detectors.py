"""Every detector of faults and its version: what a stored analysis was examined with.

A version rises with every change that can change what is found in some file. A catalogue compares these with those
stored beside an analysis and re-examines only what changed, with that detector alone.
"""

from typing import ClassVar, Protocol

from dsp.faults.clicks import ClickDetector
from dsp.faults.clipping import ClippingDetector
from dsp.faults.cut_tops.tops import TopsDetector
from dsp.faults.cut_tops.undone import UndoneTopsDetector
from dsp.faults.edges import EdgeDetector
from dsp.faults.holes.detector import HoleDetector
from dsp.faults.noise.hum import HumDetector
from dsp.faults.noise.infrasound import InfrasoundDetector
from dsp.faults.noise.stretches import NoiseStretchDetector
from dsp.faults.noise.whine import WhineDetector
from dsp.faults.offset import OffsetDetector
from dsp.faults.samples import NotFiniteDetector, OverFullScaleDetector
from dsp.faults.sides.delay import DelayDetector
from dsp.faults.source.codec_grid import CodecGridDetector
from dsp.faults.source.lattice import LatticeDetector
from dsp.meters.channels import ChannelDetector
from dsp.meters.provenance import BrickWallDetector, ProvenanceStage
from dsp.meters.stereo import StereoStage


class Detector(Protocol):
    """What every detector has besides ``process`` and ``finish``."""

    VERSION: ClassVar[int]


DETECTORS: dict[str, type[Detector]] = {
    "clipping": ClippingDetector,
    "cut_tops": TopsDetector,
    "undone_tops": UndoneTopsDetector,
    "over_full_scale": OverFullScaleDetector,
    "clicks": ClickDetector,
    "dropouts": HoleDetector,
    "not_finite": NotFiniteDetector,
    "edges": EdgeDetector,
    "dc": OffsetDetector,
    "channels": ChannelDetector,
    "out_of_phase": StereoStage,
    "provenance": ProvenanceStage,
    "brick_wall": BrickWallDetector,
    "channel_delay": DelayDetector,
    "lattice": LatticeDetector,
    "codec_grid": CodecGridDetector,
    "hum": HumDetector,
    "whine": WhineDetector,
    "noise_stretches": NoiseStretchDetector,
    "infrasound": InfrasoundDetector,
}


def detector_versions() -> dict[str, int]:
    """Return the version of every detector by its name."""
    return {name: detector.VERSION for name, detector in DETECTORS.items()}
