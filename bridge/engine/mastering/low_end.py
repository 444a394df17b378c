"""What lies below hearing: an offset is subtracted, a filter is for real infrasound only."""

from bridge.engine.mastering.spec import MasterSpec
from bridge.model import Analysis, MasterMove
from dsp.core.units import amplitude_db

SUBSONIC_HZ = 16.0  # ours: -0.1 dB at 25 Hz, the lowest note of most instruments
_SUBSONIC_DB = -20.0  # ours: one part in a hundred below 20 Hz is no instrument, and it costs headroom
_DC_DBFS = -60.0  # the readiness check's note: at a peak of -6 dBFS it costs 0.02 dB


def offsets_of(analysis: Analysis) -> tuple[float, ...]:
    """Return what is subtracted from each channel, full scale 1.0; empty where there is no offset worth it."""
    offsets = analysis.measurement.dc_channels
    if not offsets or amplitude_db(max(abs(offset) for offset in offsets)) <= _DC_DBFS:
        return ()
    return tuple(max(min(offset, 1.0), -1.0) for offset in offsets)


def offset_move(offsets: tuple[float, ...]) -> MasterMove:
    """Return the move that subtracts offsets."""
    level = amplitude_db(max(abs(offset) for offset in offsets))
    return MasterMove(
        stage="subsonic",
        what=f"Subtracted an offset of {level:.0f} dBFS",
        amount_db=0.0,
        why="the waveform sat off the centre line; no filter, so nothing that is heard changes",
    )


def has_infrasound(spec: MasterSpec, analysis: Analysis) -> bool:
    """Tell whether something steady goes on below hearing, whatever is played, and takes headroom.

    Bass notes and drums bring and take what they have down there; an offset that comes and goes is no rumble.
    """
    share_db = analysis.measurement.subsonic_share_db
    steady = analysis.places.infrasound
    if spec.is_off("subsonic") or not steady.count or share_db is None or share_db <= _SUBSONIC_DB:
        return False
    dc_dbfs = analysis.measurement.dc_dbfs
    return dc_dbfs is None or max((place.severity for place in steady.worst), default=-200.0) > dc_dbfs


def infrasound_move(analysis: Analysis) -> MasterMove:
    """Return the move that filters infrasound."""
    share_db = analysis.measurement.subsonic_share_db
    percent = 100.0 * 10.0 ** ((share_db if share_db is not None else 0.0) / 10.0)
    return MasterMove(
        stage="subsonic",
        what=f"Removed what lies below {SUBSONIC_HZ:g} Hz, without turning the phase of anything above it",
        amount_db=0.0,
        why=f"{percent:.1f} % of the energy lies below hearing and takes headroom",
        where=f"below {SUBSONIC_HZ:g} Hz",
    )
