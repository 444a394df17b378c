import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import ConfigError
from bridge.model import Purpose
from bridge.policy.bus.plugins import (
    MEANING,
    PURPOSES,
    classify,
    parse_plugin_list,
    plain_name,
    shipped_list,
)
from bridge.text import plain_text
from tests.policy.bus.makers_own_words import SOURCES
from tests.policy.bus.product_names import PRODUCTS, READ

LABELLED = [(name, purpose) for purpose, names in PRODUCTS.items() for name in names]
MAKERS_OWN = [
    (source.shown_as.format(name), purpose)
    for source in SOURCES
    for purpose, names in source.names.items()
    for name in names.split(";")
]
MEASURES: set[Purpose] = {"meter", "reference", "room-correction", "monitor"}


@pytest.mark.parametrize("labelled", [MAKERS_OWN, LABELLED], ids=["as makers say", "as people know them"])
def test_at_least_97_of_100_real_products_are_classified_as_they_are_labelled(
    labelled: list[tuple[str, Purpose]],
) -> None:
    assert len(labelled) >= 300
    assert len({name for name, _ in labelled}) == len(labelled)
    wrong = {name: (purpose, classify(name).purpose) for name, purpose in labelled if classify(name).purpose != purpose}
    assert len(wrong) <= 0.03 * len(labelled), wrong


def test_no_meter_or_reference_is_ever_called_loudness_or_glue() -> None:
    quiet = [name for name, purpose in (*LABELLED, *MAKERS_OWN) if purpose in MEASURES]
    assert len(quiet) > 100
    assert not [name for name in quiet if classify(name).purpose in {"loudness", "suite", "glue", "tone"}]


def test_what_was_read_is_labelled_and_classified_so() -> None:
    labels = dict(LABELLED)
    for address, names in READ.items():
        assert address
        for name in names:
            assert classify(name).purpose == labels[name], (name, address)


def test_nothing_unknown_is_warned_about_as_if_known() -> None:
    for name in PRODUCTS["unknown"]:
        assert classify(name).purpose == "unknown"


@pytest.mark.parametrize(
    ("shown", "text", "maker"),
    [
        ("VST3: Pro-L 2 (FabFilter)", "Pro-L 2", ("fabfilter",)),
        ("VST: Pro-L 2 (FabFilter) (mono)", "Pro-L 2", ("fabfilter",)),
        ("VST: Pro-L (x64) (FabFilter) (4ch)", "Pro-L", ("fabfilter",)),
        ("VST3i: Kontakt 7 (Native Instruments) (64 out)", "Kontakt 7", ("native", "instruments")),
        ("AU: Channel EQ (Apple)", "Channel EQ", ("apple",)),
        ("CLAP: Surge XT Effects (Surge Synth Team)", "Surge XT Effects", ("surge", "synth", "team")),
        ("JS: Volume/Pan Smoother v5", "Volume/Pan Smoother v5", ()),
        ("ACE Compressor (stereo)", "ACE Compressor", ()),
        ("final loudness / VST3: Pro-L 2 (FabFilter)", "Pro-L 2", ("fabfilter",)),
        ("3: VST: ReaComp (Cockos)", "ReaComp", ("cockos",)),
        ("  VST3:   LoudMax\t(2->2ch)\n", "LoudMax", ()),
        ("Ｐｒｏ－Ｌ ２", "Pro-L 2", ()),  # full-width letters
    ],
)
def test_decorations_come_off(shown: str, text: str, maker: tuple[str, ...]) -> None:
    plain = plain_name(shown)
    assert (plain.text, plain.maker_words) == (text, maker)


@pytest.mark.parametrize(
    ("name", "purpose"),
    [
        ("VST3: Superb Limiter (Nobody)", "loudness"),
        ("VST3: LoudnessMaximiser", "loudness"),
        ("VST3: Softclip One", "loudness"),
        ("Warm Bus Comp", "glue"),
        ("Dusty Tape Machine", "glue"),
        ("Clean EQ", "tone"),
        ("Limiter Meter", "meter"),
        ("Peak Limiter Analyser", "meter"),
        ("LUFS Loudness Monitor", "meter"),
        ("Infinity EQ", "tone"),
        ("VST3: Saturn Reverb (Somebody Else)", "space"),
        ("Headphone Calibration", "room-correction"),
        ("VST3: Limiter (FabFilter)", "loudness"),
        ("VST3i: Limiterless (Nobody)", "instrument"),
    ],
)
def test_words_speak_for_products_nobody_listed(name: str, purpose: Purpose) -> None:
    assert classify(name).purpose == purpose


@pytest.mark.parametrize(
    ("name", "purpose"),
    [
        # the name of a family decides only where nothing says which of its parts it is
        ("Nectar 4 De-Esser", "tone"),
        ("VST3: Nectar 4 Pitch (iZotope)", "utility"),
        ("Nectar 3", "glue"),
        ("VST3: GTR Tuner (Waves)", "meter"),
        ("VST: GTR Amp Stereo (Waves)", "saturation"),
        ("GTR Tool Rack", "saturation"),
        ("Tool", "utility"),
        ("Delay Tool", "space"),
        ("Pan Tool", "stereo"),
        ("Channel Tool", "unknown"),
        ("Stereo Tool", "stereo"),
        # nor does a word that says how or for what
        ("Crossover Equalizer", "tone"),
        ("Loudness Makeup", "utility"),
        ("Multiband Saturation", "saturation"),
        ("Guitar Pedal", "saturation"),
        ("Convolution Kick Synth", "instrument"),
        ("Spectrum Equaliser", "tone"),
        ("Multiband Spectrum Analyzer", "meter"),
        ("Spectrum", "meter"),
        ("Utility Compressor", "glue"),
        ("Utility", "utility"),
        ("Loudness", "loudness"),
    ],
)
def test_a_filler_word_wins_no_purpose(name: str, purpose: Purpose) -> None:
    assert classify(name).purpose == purpose


@pytest.mark.parametrize(
    ("saved", "purpose"),
    [
        # Live's set: the tag of the device
        ("Eq8", "tone"),
        ("FilterEQ3", "tone"),
        ("GlueCompressor", "glue"),
        ("MultibandDynamics", "glue"),
        ("StereoGain", "utility"),
        ("Limiter", "loudness"),
        ("SpectrumAnalyzer", "meter"),
        ("Hybrid", "space"),
        ("AudioEffectGroupDevice", "unknown"),
        # FL Studio's project: the internal name
        ("Soundgoodizer", "loudness"),
        ("Fruity Fast LP", "tone"),
        ("Fruity Squeeze", "saturation"),
        ("Fruity Flangus", "space"),
        ("Wave Candy", "meter"),
        ("Fruity Wrapper", "unknown"),
        ("Fruity NoteBook", "unknown"),
        # Studio One's song: the device's name, marks and all
        ("RedlightDist™", "saturation"),
        ("Pro EQ²", "tone"),
        ("Pro EQ3", "tone"),
        ("Limiter²", "loudness"),
        ("Tricomp", "glue"),
        # LMMS's project: the name of the library
        ("multitapecho", "space"),
        ("dynamicsprocessor", "glue"),
        ("granularpitchshifter", "utility"),
        ("amplifier", "utility"),
        ("spectrumanalyzer", "meter"),
        ("ladspaeffect", "unknown"),
    ],
)
def test_names_are_known_as_projects_save_them(saved: str, purpose: Purpose) -> None:
    assert classify(saved).purpose == purpose


def test_every_answer_says_why() -> None:
    assert classify("VST3: Pro-L 2 (FabFilter)").why == f"{MEANING['loudness']}; listed as pro l"
    assert classify("Superb Limiter").why.endswith("the name says 'limiter'")
    assert classify("Zyklotron").why == MEANING["unknown"]
    assert classify("").name == "(no name)"


def test_ones_own_list_wins() -> None:
    mine = parse_plugin_list('[any]\nmeter = ["my limiter rack"]\nglue = ["Pro-L"]', "plugins.toml")
    assert classify("My Limiter Rack 3", mine).purpose == "meter"
    answer = classify("VST3: Pro-L 2 (FabFilter)", mine)
    assert (answer.purpose, answer.why) == ("glue", "your own plugins.toml says so: Pro-L")
    assert classify("VST3: KClip 3 (Kazrog)", mine).purpose == "loudness"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[any\n", "not valid TOML"),
        ("loudness = ['x']", "put \\[any\\] above it"),
        ("[any]\nloud = ['x']", "'loud' is not a purpose; use one of loudness"),
        ("[any]\nloudness = 'x'", "must be a list of names"),
        ("[any]\ndefault = 'x'", "is not a purpose"),
    ],
)
def test_a_wrong_list_is_refused_with_the_remedy(text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        parse_plugin_list(text, "mine.toml")


def test_the_shipped_list_is_sound() -> None:
    shipped = shipped_list()
    products = [product for group in shipped.products.values() for product in group]
    assert len(products) > 800
    assert {product.purpose for product in products} <= set(PURPOSES)
    twice: dict[tuple[str, tuple[str, ...]], set[str]] = {}
    for product in products:
        twice.setdefault((product.maker, product.words), set()).add(product.purpose)
    assert not {key: found for key, found in twice.items() if len(found) > 1}


@pytest.mark.parametrize(
    "name",
    [
        "x" * 10_000,
        "Limiter " * 2_000,
        "\u202eretimiL\u202c",
        "\x1b[2J\x07bell",
        "\x00",
        "🎚️🔥",
        "<script>alert(1)</script>",
        "]]--[[",
    ],
)
def test_hostile_names_are_shown_plainly(name: str) -> None:
    shown = classify(name).name
    assert len(shown) <= 200
    assert not set(shown) & set("\x00\x07\x1b\n\r\t\u202e\u202c")


@pytest.mark.slow
@given(st.text(max_size=300))
def test_any_text_is_classified_and_safe_to_show(name: str) -> None:
    answer = classify(name)
    assert answer.purpose in PURPOSES
    assert answer.name.isprintable()
    assert plain_text(plain_text(name)) == plain_text(name)


@pytest.mark.parametrize(
    ("path", "purpose"),
    [
        ("sstillwell/eventhorizon", "loudness"),
        ("sstillwell/eventhorizon2", "loudness"),
        ("sstillwell/louderizer", "loudness"),
        ("sstillwell/realoud_lpf", "loudness"),
        ("sstillwell/expressbus", "glue"),
        ("sstillwell/majortom", "glue"),
        ("sstillwell/1175", "glue"),
        ("sstillwell/fairlychildish2", "glue"),
        ("sstillwell/rbj1073", "tone"),
        ("sstillwell/hpflpf", "tone"),
        ("sstillwell/badbussmojo_aa", "saturation"),
        ("liteon/moog24db", "tone"),
        ("waveshapers/graphdist-dyn", "saturation"),
        ("loser/masterLimiter", "loudness"),
        ("loser/ZeroCrossingMaximizer", "loudness"),
        ("loser/MGA_JSLimiterST", "loudness"),
        ("loser/gfxGoniometer", "meter"),
        ("utility/limiter", "loudness"),
    ],
)
def test_stock_effects_of_reaper_are_known_by_the_path_they_are_saved_with(path: str, purpose: Purpose) -> None:
    assert classify(path).purpose == purpose
    assert classify(f"JS: {path}").purpose == purpose
