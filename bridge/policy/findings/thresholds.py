"""When a measurement becomes a finding: every threshold with its reason."""

from msgspec import Struct


class Thresholds(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Thresholds of the readiness checks; the defaults suit a mix on its way to mastering."""

    dc_note_dbfs: float = -60.0  # costs headroom nobody hears
    dc_headroom_listen_db: float = 0.5  # as much less can a limiter or a converter take on that side
    dc_fault_dbfs: float = 0.0  # never by itself: a master takes it out
    # Loudness processing printed in: one of the three alone is ordinary music, the three together are a limiter.
    printed_crest_db: float = 12.5  # 6 dB into a limiter leave 8 to 12, mixes have 13 and more
    printed_plr_db: float = 11.0
    printed_ceiling_share: float = 0.5  # mixes reach their peak in a few of a hundred tenths of a second, loops in 40
    balance_listen_db: float = 1.5  # a lean of 1 dB moves the singer audibly; released songs lean by up to 1.4
    correlation_listen: float = 0.0  # below, more is lost in mono than kept
    mono_loss_listen_db: float = 5.0  # unrelated sides lose 3.0 dB by nature, wide ensembles up to 4
    # Of the song, or a quarter of a minute at a stretch: less is a passage, and passages may be wide.
    correlation_listen_share: float = 0.1
    rumble_listen_db: float = -16.0  # a fortieth of the energy where no small speaker and few ears follow
    first_sample_listen_dbfs: float = -40.0  # a first sample this high is heard as a click
    tail_listen_dbfs: float = -48.0  # released songs end at -50 and below, faded or in their own noise
    head_silence_listen_s: float = 2.0  # more than a count-in's breath: often a wrong bounce range
    tail_silence_listen_s: float = 10.0  # longer than any reverb
    silence_listen_s: float = 3.0  # longer than a general pause at any usual tempo
    unused_bits_listen: int = 4  # fewer are also explained by a gain of a power of two
    shortest_s: float = 0.5  # shorter files are samples, not songs: their edges and averages say nothing
