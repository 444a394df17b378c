"""Rendering into sound files: one thread decodes ahead, one runs the chain, one rounds and writes.

Plans that differ only in what the samples are rounded to and encoded as are rendered together.
"""

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bridge.audio.kinds import integer_bits
from bridge.audio.writer import AudioWriter
from bridge.engine.mastering.loudness_model import IsCancelled, OnProgress, blocks_of
from bridge.engine.mastering.plan import MasteringPlan
from bridge.engine.threads import budget
from bridge.errors import JobCancelledError
from bridge.model import Analysis, Progress
from dsp.mastering.chain import MasterChain
from dsp.mastering.dither import Quantiser
from dsp.mastering.limiter.limiter import GainReduction

_AHEAD = 2  # blocks that may wait to be written
_SLICE = 1 << 16  # libsndfile's Vorbis encoder needs small ones


@dataclass(frozen=True, slots=True)
class Rendered:
    """What the stages did while they ran."""

    reduction: GainReduction | None
    compressed_db: float
    clipped_db: float


class _Rounder:
    """Rounds blocks in order as the plan says; the dither is seeded by the mix, so the same mix gets the same one."""

    def __init__(self, plan: MasteringPlan, channels: int, sha256: str) -> None:
        spec = plan.spec
        self._bits = integer_bits(spec.subtype)
        self._quantiser: Quantiser | None = None
        if self._bits is not None and not spec.is_off("dither"):
            random = np.random.Generator(np.random.PCG64(int(sha256, 16)))
            self._quantiser = Quantiser(spec.rate_hz, channels, self._bits, random, shaped=spec.shaped_dither)

    def __call__(self, block: NDArray[np.float64]) -> NDArray[np.int32] | NDArray[np.float32] | NDArray[np.float64]:
        if self._bits is None:
            return block.astype(np.float32)
        if self._quantiser is None:
            return block  # libsndfile rounds
        return self._quantiser.process(block)


def render(
    analysis: Analysis, outputs: Sequence[tuple[MasteringPlan, AudioWriter]], report: OnProgress, stop: IsCancelled
) -> Rendered:
    """Write the mix through the plans' chain, which is the same for all of them.

    Raises JobCancelledError, AudioFileError, ValueError for plans whose chains differ.
    """
    plan = outputs[0][0]
    if any(other.settings != plan.settings for other, _ in outputs):
        raise ValueError("outputs has plans with different chains, allowed is one chain")
    chain = MasterChain(analysis.format.rate_hz, analysis.format.channels, plan.settings)
    sinks = [(_Rounder(own, analysis.format.channels, analysis.sha256), writer) for own, writer in outputs]

    def write(block: NDArray[np.float64]) -> None:
        for rounder, writer in sinks:
            for start in range(0, block.shape[0], _SLICE):
                writer.write(rounder(block[start : start + _SLICE]))

    done = 0
    waiting: deque[Future[None]] = deque()
    blocks = blocks_of(plan.spec.mix, lambda _: None, lambda: False, "rendering")
    # one thread each, so that blocks are decoded and written in order
    with ThreadPoolExecutor(1, "decode") as decoder, ThreadPoolExecutor(1, "write") as encoder:
        try:
            coming = decoder.submit(budget.run, next, blocks, None)
            while (block := coming.result()) is not None:
                if stop():
                    raise JobCancelledError(f"the master of {plan.spec.mix.name} was cancelled")
                coming = decoder.submit(budget.run, next, blocks, None)
                waiting.append(encoder.submit(budget.run, write, budget.run(chain.process, block)))
                done += block.shape[0]
                report(Progress(stage="rendering", fraction=done / analysis.format.frames))
                if len(waiting) > _AHEAD:
                    waiting.popleft().result()
            waiting.append(encoder.submit(budget.run, write, budget.run(chain.finish)))
            for future in waiting:
                future.result()
        except BaseException:
            for future in waiting:
                future.cancel()
            raise
    shaping = chain.shaping
    return Rendered(
        reduction=chain.gain_reduction(),
        compressed_db=shaping.compressor.max_reduction_db if shaping.compressor is not None else 0.0,
        clipped_db=shaping.clipper.max_clip_db if shaping.clipper is not None else 0.0,
    )
