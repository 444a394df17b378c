"""The tone of references is not paid for with the song's arc: its loudness range grows by no more than a limit.

Where verse and chorus differ in tone, a curve that fits the whole song moves them apart: more bass raises the passages
that have bass. How much is known once the shaped mix was heard; the share is lowered until it is little.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from bridge.engine.mastering.decisions import Decisions
from bridge.engine.mastering.references.followed import FollowedReferences
from bridge.engine.mastering.spec import MasterSpec
from bridge.model import Analysis
from dsp.mastering.chain import ShapingSettings

MOST_GROWN_LU = 1.0  # what is promised of the loudness range (EBU Tech 3342)
_LIMIT_LU = MOST_GROWN_LU - 0.1  # ours: the model keeps every n-th part of a long song, and is that far off at most
_MOST_TRIES = 4  # ours: each may mean to hear the mix once more
_NEAR_LU = 0.2  # ours: a share whose growth is so little below the limit is as good as the best


@dataclass(frozen=True, slots=True)
class KeptRange:
    """The order and its decisions, with a share of the references' tone that keeps the range."""

    spec: MasterSpec
    decisions: Decisions


def keep_range(
    spec: MasterSpec,
    analysis: Analysis,
    references: FollowedReferences | None,
    decide: Callable[[MasterSpec], Decisions],
    range_lu: Callable[[ShapingSettings, MasterSpec], float],
) -> KeptRange:
    """Return the decisions for an order; with references, those whose tone lets the loudness range grow little.

    Songs whose range is not known, which are short, stay. ``range_lu`` is what an order makes of a shape.
    """
    decisions, before_lu = decide(spec), analysis.measurement.range_lu
    if references is None or "tone" not in spec.request.match or before_lu is None or not decisions.settings.eq:
        return KeptRange(spec, decisions)

    def grown_lu(share: float) -> float:
        """Return by how much the range grows with a share of the tone."""
        tried = replace(spec, match_share=share)
        shaping = decide(tried).settings
        return range_lu(shaping, tried) - before_lu if shaping.eq else 0.0

    first_lu = grown_lu(spec.match_share)
    if first_lu <= _LIMIT_LU:
        return KeptRange(spec, decisions)
    share = _share_within(grown_lu, spec.match_share, first_lu)
    taken = round(100.0 * share / spec.match_share)
    spec = replace(spec, match_share=share)
    decisions = decide(spec)
    said = f"Only {taken} % of what was asked of their tone" if taken else "Nothing of their tone"
    note = f"{said}: all of it would have set loud and quiet passages {first_lu:.1f} LU further apart."
    return KeptRange(spec, replace(decisions, notes=(*decisions.notes, note)))


def _share_within(grown_lu: Callable[[float], float], asked: float, asked_lu: float) -> float:
    """Return the largest share found whose growth is within the limit, by regula falsi; 0 where none was found."""
    within, within_lu, beyond, beyond_lu = 0.0, 0.0, asked, asked_lu
    for _ in range(_MOST_TRIES):
        aim_lu = _LIMIT_LU - _NEAR_LU / 2
        part = (aim_lu - within_lu) / (beyond_lu - within_lu)
        share = within + (beyond - within) * min(max(part, 0.1), 0.9)
        lu = grown_lu(share)
        if lu > _LIMIT_LU:
            beyond, beyond_lu = share, lu
            continue
        within, within_lu = share, lu
        if lu >= _LIMIT_LU - _NEAR_LU:
            break
    return within
