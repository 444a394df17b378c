"""As loud as the references, where that is a loudness masters have."""

from dataclasses import replace

from bridge.engine.mastering.references.followed import FollowedReferences
from bridge.engine.mastering.spec import MasterSpec, ceiling_at

_QUIETEST_LUFS, _LOUDEST_LUFS = -24.0, -7.0  # ours: beyond, a reference is no finished master
_SAID_LU = 0.1  # a loudness is told to a tenth


def follow_loudness(spec: MasterSpec, references: FollowedReferences | None) -> MasterSpec:
    """Return the order as loud as its references, where that is asked, with the ceiling that such a loudness needs."""
    if references is None or "loudness" not in spec.request.match or spec.request.integrated_lufs is not None:
        return spec
    asked_lufs = references.integrated_lufs
    lufs = round(min(max(asked_lufs, _QUIETEST_LUFS), _LOUDEST_LUFS), 1)
    many = references.count > 1
    why = f"as loud as the reference{'s' if many else ''}"
    if abs(lufs - asked_lufs) >= _SAID_LU:
        had = "references have" if many else "reference has"
        why = f"the {had} {asked_lufs:.1f} LUFS, a master goes no further"
    ceiling_dbtp = ceiling_at(lufs, spec.request, spec.target)
    lufs = round(lufs - spec.mono_lu, 2)
    return replace(spec, integrated_lufs=lufs, ceiling_dbtp=ceiling_dbtp, level_why=why)
