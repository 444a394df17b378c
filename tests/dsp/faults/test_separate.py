"""Each detector alone finds what all of them find together in one pass, however the signal is cut into blocks."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.engine.detectors import DETECTORS, detector_versions
from dsp.core.checks import Audio
from dsp.faults.chunks import ChunkDetector, Geometry
from dsp.faults.clicks import ClickDetector
from dsp.faults.clipping import ClippingDetector
from dsp.faults.cut_tops.tops import TopsDetector
from dsp.faults.cut_tops.undone import UndoneTopsDetector
from dsp.faults.detector import FaultDetector, Faults
from dsp.faults.edges import EdgeDetector
from dsp.faults.holes.detector import HoleDetector
from dsp.faults.noise.stretches import NoiseStretchDetector
from dsp.faults.offset import OffsetDetector
from dsp.faults.samples import NotFiniteDetector, OverFullScaleDetector
from dsp.meters.channels import ChannelDetector
from dsp.meters.meter import measure
from dsp.meters.provenance import BrickWallDetector, ProvenanceStage, find_brick_wall
from tests.dsp.fault_music import clip_of

RATE_HZ = 44_100
MUSIC = {1: ("pop", 1), 2: ("ambient", 4), 3: ("ambient", 2)}

# One of the blocks is long, so that a list of tiny ones does not cut the whole song into them.
cuts = st.lists(st.integers(1, 90_000), min_size=1, max_size=5).map(lambda lengths: [*lengths, 30_000])


def faulty(seed: int, kinds: set[str]) -> Audio:
    """Music of four seconds, more than two chunks, with faults of these kinds at places of the seed's."""
    rng = np.random.default_rng(seed)
    audio = clip_of(*MUSIC[seed % 3 + 1], length_s=4.0).astype(np.float32)
    places = iter(rng.integers(5_000, len(audio) - 5_000, 12).tolist())
    if "clipping" in kinds:
        audio = np.clip(audio, -0.5, 0.5)
    if "dropouts" in kinds:
        audio[(at := next(places)) : at + 400] = 0.0
        audio[(at := next(places)) : at + 300, 0] = 0.0
    if "clicks" in kinds:
        audio[next(places)] += 0.5
        audio[next(places), 1] -= 0.4
    if "over" in kinds:
        audio[(at := next(places)) : at + 3] = 1.4
    if "broken" in kinds:
        audio[next(places), 0], audio[next(places), 1] = np.nan, -np.inf
    if "offset" in kinds:
        audio += np.float32(0.01)
    if "dead" in kinds:
        audio[:, 1] = 0.0
    return audio


KINDS = st.sets(st.sampled_from(("clipping", "dropouts", "clicks", "over", "broken", "offset", "dead")))


def blocks_of(audio: Audio, lengths: Sequence[int]) -> list[Audio]:
    """Cut a signal into blocks of these lengths, over and over."""
    blocks, at, number = [], 0, 0
    while at < len(audio):
        blocks.append(audio[at : at + lengths[number % len(lengths)]])
        at += len(blocks[-1])
        number += 1
    return blocks


def together(audio: Audio, lengths: Sequence[int]) -> Faults:
    stage = FaultDetector(RATE_HZ, audio.shape[1])
    for block in blocks_of(audio, lengths):
        stage.process(block)
    return stage.finish()


def alone(kind: type[ChunkDetector[object]], audio: Audio, lengths: Sequence[int]) -> object:
    detector = kind(RATE_HZ, audio.shape[1])
    for block in blocks_of(audio, lengths):
        detector.process(block)
    return detector.finish()


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 999), kinds=KINDS, whole=cuts, single=cuts, channels=st.sampled_from((1, 2)))
def test_the_whole_pass_equals_each_detector_alone(
    seed: int, kinds: set[str], whole: list[int], single: list[int], channels: int
) -> None:
    audio = np.ascontiguousarray(faulty(seed, kinds)[:, :channels])
    found = together(audio, whole)
    clipping = alone(ClippingDetector, audio, single)
    assert clipping == ClippingDetector.find(audio, RATE_HZ)
    assert (found.clipping, found.square_like_s) == (clipping.flat_tops, clipping.square_like_s)  # type: ignore[attr-defined]
    for detector in (TopsDetector, UndoneTopsDetector):
        assert alone(detector, audio, single) == detector.find(audio, RATE_HZ)
    assert found.over_full_scale == alone(OverFullScaleDetector, audio, single)
    assert found.not_finite == alone(NotFiniteDetector, audio, single)
    clicks = alone(ClickDetector, audio, single)
    assert (found.clicks, found.likely_clicks) == (clicks.certain, clicks.likely)  # type: ignore[attr-defined]
    assert found.switches == clicks.switches  # type: ignore[attr-defined]
    assert found.holes == alone(HoleDetector, audio, single)
    assert found.edges == alone(EdgeDetector, audio, single)
    assert found.noise == alone(NoiseStretchDetector, audio, single)
    assert found.dc == alone(OffsetDetector, audio, single)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "check", "unit"),
    [
        ("clipping", "clipping", "samples"),
        ("dropouts", "dropouts", "s"),
        ("clicks", "clicks", "dB"),
        ("over", "over_full_scale", "dB"),
        ("broken", "not_finite", "samples"),
    ],
)
def test_the_faults_of_that_test_are_really_found(kind: str, check: str, unit: str) -> None:
    counts = [getattr(together(faulty(seed, {kind}), [10_000]), check).count for seed in range(3)]
    assert max(counts) > 0
    assert getattr(together(faulty(0, {kind}), [10_000]), check).unit == unit


@pytest.mark.slow
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 999), whole=cuts, single=cuts, form=st.sampled_from(("as is", "same", "inverse", "dead")))
def test_a_whole_measurement_equals_the_other_detectors_alone(
    seed: int, whole: list[int], single: list[int], form: str
) -> None:
    audio = faulty(seed, {"clipping"})
    if form != "as is":
        audio[:, 1] = {"same": 1, "inverse": -1, "dead": 0}[form] * audio[:, 0]
    found = measure(blocks_of(audio, whole), RATE_HZ, 2, ("stereo", "spectrum", "provenance", "faults"))
    assert found.stereo is not None
    assert found.spectrum is not None
    assert found.faults is not None
    channels, provenance = ChannelDetector(RATE_HZ, 2), ProvenanceStage(RATE_HZ, 2)
    wall = BrickWallDetector(RATE_HZ, 2)
    for block in blocks_of(audio, single):
        for detector in (channels, provenance, wall):
            detector.process(block)
    result = channels.finish()
    assert (result.identical, result.inverted) == (found.stereo.identical, found.stereo.inverted)
    assert (result.identical, result.inverted, bool(result.silent)) == (
        form == "same",
        form == "inverse",
        form == "dead",
    )
    assert result.silent == tuple(i for i, peak in enumerate(found.faults.channel_peaks) if peak == 0.0)
    assert provenance.finish() == found.provenance == ProvenanceStage.find(audio, RATE_HZ)
    assert wall.finish() == find_brick_wall(found.spectrum)


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 44_100, 48_000, 96_000, 192_000, 384_000])
def test_every_detector_has_the_context_it_needs(rate_hz: int) -> None:
    cut = Geometry.of(rate_hz)
    assert ClickDetector(rate_hz, 1).look_frames <= cut.look
    assert HoleDetector(rate_hz, 1).look_frames <= cut.look
    assert cut.history == 2 * cut.look
    assert cut.chunk % cut.cell == 0
    assert cut.chunk >= 2 * cut.history


def test_every_detector_has_a_version_and_processes_and_finishes() -> None:
    assert min(detector_versions().values()) >= 1
    for detector in DETECTORS.values():
        assert callable(detector.process)  # type: ignore[attr-defined]
        assert callable(detector.finish)  # type: ignore[attr-defined]


def test_nothing_is_found_in_nothing() -> None:
    empty = np.zeros((0, 2), np.float32)
    clicks = ClickDetector.find(empty, RATE_HZ)
    assert clicks.certain.count == clicks.likely.count == 0
    assert ClickDetector(RATE_HZ, 2).finish() == clicks
    assert OffsetDetector.find(empty, RATE_HZ) == (0.0, 0.0)
    assert EdgeDetector.find(empty, RATE_HZ).head_silence_s == 0.0
    assert ChannelDetector.find(empty, RATE_HZ).silent == (0, 1)
    assert ProvenanceStage.find(empty, RATE_HZ).real_bits is None
    assert BrickWallDetector.find(empty, RATE_HZ) is None
