import pytest

from bridge.model import Measurement
from bridge.policy.bus.dual_print import bus_effect, effect_rows, find_pair, print_name


@pytest.mark.parametrize(
    ("stem", "mix", "kind"),
    [
        ("Night Drive v3 (dry)", "night drive v3", "dry"),
        ("Night Drive_v3_wet", "night drive v3", "wet"),
        ("Night Drive v3 no bus", "night drive v3", "dry"),
        ("Night Drive v3 - NoMasterFX", "night drive v3", "dry"),
        ("Night Drive v3", "night drive v3", ""),
        ("Laundry", "laundry", ""),  # "dry" inside a word says nothing
        ("Dry", "dry", ""),  # a song may be called that
        ("Bus Stop", "stop", "wet"),
    ],
)
def test_names_of_prints(stem: str, mix: str, kind: str) -> None:
    assert print_name(stem) == (print_name(stem).__class__)(mix, kind)


def test_pairs_are_found_by_name() -> None:
    others = ["Other", "Night Drive v2 dry", "Night Drive v3 dry", "Night Drive v3"]
    assert find_pair("Night Drive v3", others) == ("Night Drive v3", "Night Drive v3 dry")
    assert find_pair("Night Drive v3 dry", others) == ("Night Drive v3", "Night Drive v3 dry")
    assert find_pair("Night Drive v3 wet", ["Night Drive v3 dry"]) == ("Night Drive v3 wet", "Night Drive v3 dry")
    assert find_pair("Night Drive v1", others) is None
    assert find_pair("Night Drive v3", ["Night Drive v3"]) is None


def measured(lufs: float, peak: float) -> Measurement:
    return Measurement(
        integrated_lufs=lufs, true_peak_dbtp=peak, plr_db=peak - lufs, crest_db=peak - lufs + 1, range_lu=6
    )


def test_what_the_bus_adds_in_a_sentence() -> None:
    effect = bus_effect(measured(-9.8, -0.7), measured(-16.0, -1.0))
    assert effect.sentence == "Of +6.2 LU over the dry bus, 5.9 come from the bus, 0.3 from plain gain."
    assert effect.plr_db == pytest.approx(-5.9)
    assert effect.from_bus_lu == pytest.approx(5.9)


@pytest.mark.parametrize(
    ("wet", "dry", "says"),
    [
        ((-10.0, -1.0), (-16.0, -1.0), "Of +6.0 LU over the dry bus, 6.0 come from the bus."),
        ((-10.0, -3.0), (-16.0, -1.0), "Of +6.0 LU over the dry bus, 6.0 come from the bus."),
        ((-10.0, 5.0), (-16.0, -1.0), "Of +6.0 LU over the dry bus, 0.0 come from the bus, 6.0 from plain gain."),
        ((-16.0, -1.0), (-16.0, -1.0), "The bus leaves the loudness as it is."),
        ((-18.0, -4.0), (-16.0, -1.0), "The bus makes the mix 2.0 LU quieter; its peaks moved by -3.0 dB."),
    ],
)
def test_other_buses(wet: tuple[float, float], dry: tuple[float, float], says: str) -> None:
    assert bus_effect(measured(*wet), measured(*dry)).sentence == says


def test_silence_has_no_bus() -> None:
    assert bus_effect(Measurement(), measured(-16.0, -1.0)).sentence.startswith("One of the two prints is silent")


def test_tone_and_width_of_the_bus_stand_in_the_rows() -> None:
    wet = Measurement(integrated_lufs=-10, true_peak_dbtp=-1, width_db=-8, tilt_db_per_octave=-1, low_share_db=-2)
    dry = Measurement(integrated_lufs=-14, true_peak_dbtp=-1, width_db=-10, tilt_db_per_octave=-1.5, low_share_db=-1)
    rows = {label: (value, unit) for label, value, unit in effect_rows(bus_effect(wet, dry))}
    assert rows["Side to middle"] == (2.0, "dB")
    assert rows["Tilt"] == (0.5, "dB/oct")
    assert rows["Share below 250 Hz"] == (-1.0, "dB")
    assert rows["Share above 4 kHz"] == (None, "dB")
    assert rows["Loudness"] == (4.0, "LU")
