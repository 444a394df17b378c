"""When a measurement becomes a finding: every threshold with its reason."""

from msgspec import Struct


class Thresholds(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Thresholds of the readiness checks; the defaults suit a mix on its way to mastering."""

    over_full_scale: float = 1.0  # a float file may hold more, every other format cuts it off
    dc_note_dbfs: float = -60.0  # costs headroom nobody hears
    dc_fault_dbfs: float = -40.0  # clicks at edits and fades, moves limiters off centre
