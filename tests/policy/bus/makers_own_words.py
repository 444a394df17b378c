"""Products in their makers' own words: the class in their LV2 bundle, or the heading in their own index.

Read on 27 November 2026, and labelled by these rules before anything was classified:

- LV2 bundles as Debian 12 packages them: ``doap:name`` and the one LV2 class beside ``lv2:Plugin``. Limiter is
  *loudness*; compressor and dynamics *glue*; EQ and filters *tone*; analyser *meter*; reverb, delay and modulation
  *space*; distortion and waveshaper *saturation*; spatial *stereo*; gate, expander, utility, mixer, converter and
  pitch *utility*. Of a mono, stereo and multichannel version one stands here. Left out: MIDI and control signals,
  bundles with several classes, and a few whose class says less than their manual (vocoders, tape effects). Guitar
  amplifiers are *saturation*, de-essers *tone*, a de-clipper and a delay that aligns microphones *utility*, scopes
  *meter*.
- Airwindopedia: clipping is *loudness*; consoles, dynamics and tape *glue* (gates *utility*); biquads, brightness and
  filters *tone*; amps, distortion and saturation *saturation*; reverb and ambience *space*; dithers *utility*. Its
  mixed headings (bass, effects, lo-fi, noise, subtlety, tone colour) are left out.
- chokehold's index of JSFX: by its headings.

The first run on all 669, before the list had been written from them: 452 right (68 %), 182 *unknown* (about which
nobody is warned), no meter called loudness or glue, three called loudness that are not (Declipper, BlockParty, Loud).
"""

from typing import NamedTuple

from bridge.model import Purpose


class Source(NamedTuple):
    """Where a maker says what its products are, and how a DAW shows a name of it."""

    address: str
    shown_as: str
    names: dict[Purpose, str]  # separated by ";"


# fmt: off
SOURCES: tuple[Source, ...] = (
    Source(
        "https://packages.debian.org/bookworm/calf-plugins 0.90.3", "{}",
        {
            "meter": "Calf Analyzer",
            "space": (
                "Calf Flanger;Calf Multi Chorus;Calf Phaser;Calf Pulsator;Calf Reverb;Calf Reverse Delay;"
                "Calf Ring Modulator;Calf Vintage Delay"
            ),
            "glue": "Calf Mono Compressor;Calf Multiband Compressor;Calf Sidechain Compressor",
            "saturation": "Calf Crusher;Calf Saturator",
            "tone": (
                "Calf Deesser;Calf Emphasis;Calf Envelope Filter;Calf Equalizer 12 Band;"
                "Calf Equalizer 30 Band;Calf Equalizer 5 Band;Calf Equalizer 8 Band;Calf Filter;"
                "Calf Filterclavier"
            ),
            "instrument": "Calf Fluidsynth;Calf Organ;Calf Wavetable;Calf Monosynth",
            "utility": (
                "Calf Gate;Calf Mono Input;Calf Multiband Gate;Calf Pitch Tools;Calf Sidechain Gate;"
                "Calf X-Over 2 Band;Calf X-Over 3 Band;Calf X-Over 4 Band;Calf Compensation Delay Line"
            ),
            "stereo": "Calf Haas Stereo Enhancer;Calf Multi Spread;Calf Multiband Enhancer;Calf Stereo Tools",
            "loudness": "Calf Limiter;Calf Multiband Limiter;Calf Sidechain Limiter",
        },
    ),
    Source(
        "https://packages.debian.org/bookworm/dpf-plugins-lv2 1.6", "{}",
        {
            "tone": "3 Band EQ",
            "instrument": "Kars;Nekobi",
            "space": "MVerb;MaFreeverb;MaGigaverb",
            "saturation": "MaBitcrush;Soul Force",
            "utility": "MaPitchshift",
            "stereo": "Ping Pong Pan",
            "meter": "ProM;glBars",
        },
    ),
    Source(
        "https://packages.debian.org/bookworm/dragonfly-reverb-lv2 3.2.8", "{}",
        {
            "space": (
                "Dragonfly Early Reflections;Dragonfly Hall Reverb;Dragonfly Plate Reverb;"
                "Dragonfly Room Reverb"
            ),
        },
    ),
    Source(
        "https://packages.debian.org/bookworm/eq10q 2.2", "{}",
        {
            "saturation": "BassUp",
            "glue": "CS10QM;CS10QM-SC;CS10QS;CS10QS-SC",
            "tone": "EQ10Q Stereo;EQ1Q Stereo;EQ4Q Stereo;EQ6Q Stereo",
            "utility": "GT10QM;GT10QS;LR2MS;MS2LR",
        },
    ),
    Source(
        "https://packages.debian.org/bookworm/guitarix-lv2 0.44.1", "{}",
        {
            "tone": "GxAutoWah;GxBarkGraphicEQ;GxGraphicEQ;GxWah",
            "saturation": (
                "GxBigMuffPi;GxBoss DS1;GxColorSound Tonebender;GxFuzz;GxFuzzFaceFuller;GxFuzzFaceJH2;"
                "GxFuzzMaster;GxHornet;GxMXR Distortion;GxMultiBandDistortion;GxRat;GxRedeye Big Chump;"
                "GxRedeye Chump;GxRedeye Vibro Chump;GxScreamingBird;GxSustainer;GxTubeScreamer;Gxjcm800pre;"
                "Gxjcm800preST"
            ),
            "space": (
                "GxChorus-Stereo;GxDelay-Stereo;GxEcho-Stereo;GxEchoCat;GxFlanger;GxMultiBandDelay;"
                "GxMultiBandEcho;GxMultiBandReverb;GxPhaser;GxReverb-Stereo;GxTremolo;GxTubeDelay;"
                "GxTubeTremelo;GxTubeVibrato;GxZita_rev1-Stereo;Gxdigital_delay;Gxdigital_delay_st;"
                "Gxduck_delay;Gxduck_delay_st;Gxroom_simulator;Gxshimmizita;Gxswitched_tremolo"
            ),
            "glue": "GxCompressor;GxMultiBandCompressor",
            "utility": "GxExpander;Gxdetune",
            "meter": "GxTuner",
        },
    ),
    Source(
        "https://packages.debian.org/bookworm/invada-studio-plugins-lv2 1.2.0", "{}",
        {
            "glue": "Invada Compressor (stereo)",
            "space": (
                "Invada Delay Munge (sum L+R in);Invada Delay Munge (mono in);"
                "Invada Early Reflection Reverb (sum L+R in);Invada Early Reflection Reverb (mono in);"
                "Invada Stereo Phaser (sum L+R in);Invada Stereo Phaser (stereo in)"
            ),
            "tone": "Invada High Pass Filter (stereo);Invada Low Pass Filter (stereo)",
            "meter": "Invada Meter",
            "saturation": "Invada Tube Distortion (mono)",
        },
    ),
    Source(
        "https://packages.debian.org/bookworm/lsp-plugins-lv2 1.2.5", "{}",
        {
            "space": (
                "LSP Artistic Delay Stereo;LSP Delay Compensator Stereo;LSP Room Builder Stereo;"
                "LSP Slapback Delay Stereo"
            ),
            "glue": (
                "LSP Compressor Stereo;LSP Dynamic Processor Stereo;LSP Multiband Compressor Stereo x8;"
                "LSP Multiband Dynamic Processor Stereo x8;LSP Sidechain Compressor Stereo;"
                "LSP Sidechain Dynamic Processor Stereo;LSP Sidechain Multiband Compressor Stereo x8;"
                "LSP Sidechain Multiband Dynamic Processor Stereo x8"
            ),
            "utility": (
                "LSP Crossover Stereo x8;LSP Expander Stereo;LSP Gate Stereo;LSP Loudness Compensator Stereo;"
                "LSP Multiband Expander Stereo x8;LSP Multiband Gate Stereo x8;LSP Noise Generator x4;"
                "LSP Sidechain Expander Stereo;LSP Sidechain Gate Stereo;"
                "LSP Sidechain Multiband Expander Stereo x8;LSP Sidechain Multiband Gate Stereo x8"
            ),
            "tone": "LSP Graphic Equalizer x32 Stereo;LSP Parametric Equalizer x32 Stereo",
            "loudness": "LSP Limiter Stereo;LSP Sidechain Limiter Stereo",
            "instrument": (
                "LSP Multi-Sampler x48 Stereo;LSP Multi-Sampler x12 DirectOut;"
                "LSP Multi-Sampler x24 DirectOut;LSP Multi-Sampler x48 DirectOut;LSP Sampler Stereo"
            ),
            "meter": "LSP Oscilloscope x4;LSP Phase Detector;LSP Profiler Stereo;LSP Spectrum Analyzer x1",
        },
    ),
    Source(
        "https://packages.debian.org/bookworm/mda-lv2 1.2.10", "{}",
        {
            "stereo": "MDA Stereo;MDA Image;MDA RoundPan",
            "space": "MDA Ambience;MDA Delay;MDA DubDelay;MDA RingMod;MDA ThruZero",
            "saturation": "MDA Bandisto;MDA Degrade;MDA Overdrive",
            "instrument": "MDA DX10;MDA JX10;MDA Piano;MDA ePiano",
            "tone": "MDA De-ess;MDA RezFilter",
            "utility": "MDA Detune;MDA Dither",
            "glue": "MDA Dynamics;MDA Transient",
            "loudness": "MDA Limiter",
        },
    ),
    Source(
        "https://packages.debian.org/bookworm/swh-lv2 1.0.16", "{}",
        {
            "utility": (
                "Mono to Stereo splitter;AM pitchshifter;Artificial latency;Declipper;Gate;"
                "Higher Quality Pitch Scaler"
            ),
            "space": (
                "Auto phaser;DJ flanger;Flanger;Fractionally Addressed Delay Line;GVerb;Giant flange;"
                "L/C/R Delay;LFO Phaser;Modulatable delay;Multivoice Chorus;Plate reverb;Retro Flanger;"
                "Reverse Delay (5s max);Ringmod with LFO;Ringmod with two inputs;"
                "Simple delay line, cubic spline interpolation;Simple delay line, linear interpolation;"
                "Simple delay line, noninterpolating"
            ),
            "saturation": (
                "Chebyshev distortion;Decimator;Diode Processor;Fast overdrive;Foldover distortion;"
                "Pointer cast distortion;Sinus wavewrapper;Smooth Decimator;VyNil (Vinyl Effect);Wave shaper"
            ),
            "tone": (
                "DJ EQ;GLAME Butterworth Highpass;GLAME Butterworth Lowpass;Glame Bandpass Analog Filter;"
                "Glame Bandpass Filter;Glame Butterworth X-over Filter;Glame Highpass Filter;"
                "Glame Lowpass Filter;Hermes Filter;LS Filter;Multiband EQ;Single band parametric;"
                "State Variable Filter;Triple band parametric with shelves"
            ),
            "glue": "Dyson compressor;SC1;SC2;SC3;SC4;SE4",
            "loudness": "Fast Lookahead limiter;Lookahead limiter;Lookahead limiter (fixed latency)",
        },
    ),
    Source(
        "https://packages.debian.org/bookworm/x42-plugins 20221119", "{}",
        {
            "stereo": "Stereo Balance Control",
            "meter": (
                "Stereo Phase Scope;Stereo Phase-Correlation Meter;Stereo/Frequency Scope;"
                "1/3 Octave Spectrum Display Stereo;BBC M-6;BBC Meter (Stereo);Bit Meter;DIN Meter (Stereo);"
                "DR-14 - Crest Factor Loudness Range Meter (Stereo);EBU Meter (Stereo);EBU R128 Meter;"
                "K12/RMS Meter (Stereo);K14/RMS Meter (Stereo);K20/RMS Meter (Stereo);Nordic Meter (Stereo);"
                "Phase/Frequency Wheel;Signal Distribution Histogram;Simple Scope (Stereo);Spectr;"
                "Surround Level 3;Surround Level 4;Surround Level 5;Surround Level 8;"
                "True-Peak Meter (Stereo);True-Peak and RMS Meter (Stereo);VU Meter (Stereo);"
                "x42 Instrument Tuner;x42 Instrument Tuner[Spectrum]"
            ),
            "utility": (
                "Mega Delay Line;Micro Delay Line;No Delay Line;Phaserotate Stereo;Test Signal Generator;"
                "x42-Autotune;x42-Autotune (microtonal);x42-Autotune (scales)"
            ),
            "space": (
                "x42 - IR Convolver Stereo;x42 - IR Convolver Mono => Stereo;x42 - Preset Convolver Stereo;"
                "x42 - Preset Convolver Mono => Stereo"
            ),
            "glue": "x42-comp - Dynamic Compressor Stereo",
            "loudness": "x42-dpl - Digital Peak Limiter Stereo",
            "tone": "x42-eq - Parametric Equalizer Stereo",
        },
    ),
    Source(
        "https://packages.debian.org/bookworm/zam-plugins 4.1", "{}",
        {
            "loudness": "ZaMaximX2",
            "glue": "ZaMultiComp;ZaMultiCompX2;ZamComp;ZamCompX2",
            "space": "ZamDelay;ZamGrains;ZamVerb",
            "tone": "ZamDynamicEQ;ZamEQ2;ZamGEQ31",
            "utility": "ZamGate;ZamGateX2;ZamPhono",
            "stereo": "ZamHeadX2",
            "saturation": "ZamTube",
        },
    ),
    Source(
        "https://github.com/airwindows/airwindows/blob/master/Airwindopedia.txt", "{} (airwindows)",
        {
            "space": (
                "ClearCoat;TapeDelay2;Doublelay;PitchDelay;SampleDelay;BrightAmbience3;TripleSpread;Melt;MV2;"
                "MV;ADT;kChamberAR;StereoChorus;PurestEcho;TapeDelay;StarChild2;StarChild;Hombre;"
                "BrightAmbience2;BrightAmbience;StereoEnsemble;StereoDoubler;Chorus;ChorusEnsemble;Ensemble;"
                "Galactic3;kCathedral3;kPlate140;kPlate240;CreamCoat;kGuitarHall;kPlateD;kPlateB;kPlateA;"
                "kPlateC;CrunchCoat;kCathedral2;Verbity2;Galactic;Galactic2;Verbity;Chamber2;Chamber;"
                "Infinity2;NonlinearSpace;kCathedral;Infinity;MatrixVerb;PocketVerbs;Reverb"
            ),
            "saturation": (
                "GrindAmp;FireAmp;LeadAmp;CrickBass;Wolfbot;LilAmp;MidAmp;BigAmp;Cabs;BassDrive;BassAmp;"
                "Distortion;Edge;Dirt;Mackity;ZOutputStage;Density2;Zoom;Density;Drive;Loud;Hard Vacuum;"
                "HighImpact;MultiBandDistortion;SquareRoot;Hypersoft;Creature;Huge;NCSeventeen;Tube2;Tube;"
                "Spiral2;PurestDrive;Focus;Mojo;Dyno;Spiral;UnBox;Desk4;Righteous4"
            ),
            "tone": (
                "BiquadStack;BiquadNonLin;BiquadHiLo;BiquadPlus;Biquad;BiquadDouble;BiquadOneHalf;"
                "BiquadTriple;Biquad2;Air4;Air3;PlatinumSlew;DeBess;GoldenSlew;Sinew;SlewSonic;Acceleration2;"
                "DeEss;Smooth;EverySlew;Slew3;Slew2;Slew;Air2;Air;PurestAir;Acceleration;DeHiss;Hypersonic;"
                "HypersonX;Ultrasonic;UltrasonicLite;UltrasonicMed;UltrasonX;SmoothEQ;Parametric;Stonefire;"
                "AngleEQ;Isolator3;BezEQ;Baxandall2;Pear2;Capacitor2;Distance3;Pear;ResEQ2;SubTight;CStrip2;"
                "Weight;Isolator2;Kalman;Holt2;Holt;ToneSlant;AverMatrix;Average;MackEQ;Hull2;Baxandall;Hull;"
                "EQ;Capacitor;Isolator;TapeFat;ResEQ;Lowpass2;Highpass2;Distance;Distance2;Lowpass;Highpass;"
                "ZBandpass2;ZHighpass2;ZLowpass2;ZNotch2;ZRegion2;ZBandpass;ZHighpass;ZLowpass;ZNotch;"
                "ZRegion;YBandpass;YNotBandpass;YHighpass;YNotHighpass;YLowpass;YNotLowpass;YNotch;YNotNotch;"
                "XBandpass;XHighpass;XLowpass;XNotch;XRegion"
            ),
            "loudness": "ClipOnly2;ADClip8;ClipSoftly;OneCornerClip;ADClip7;AQuickVoiceClip;ClipOnly;FinalClip",
            "glue": (
                "Console9Buss;Console9Channel;ConsoleLABuss;ConsoleLAChannel;ConsoleMCBuss;ConsoleMCChannel;"
                "ConsoleMDBuss;ConsoleMDChannel;Console8LiteChannel;Console8LiteBuss;Console8BussHype;"
                "Console8BussIn;Console8BussOut;Console8ChannelHype;Console8ChannelIn;Console8ChannelOut;"
                "Console8SubHype;Console8SubIn;Console8SubOut;Console0Channel;Console0Buss;"
                "PurestConsole3Buss;PurestConsole3Channel;PurestConsole2Buss;PurestConsole2Channel;"
                "Console7Buss;Console7Channel;Console7Cascade;Console7Crunch;PurestConsoleBuss;"
                "PurestConsoleChannel;Console6Buss;Console6Channel;PDBuss;PDChannel;Console5Buss;"
                "Console5Channel;Console5DarkCh;C5RawBuss;C5RawChannel;AtmosphereBuss;AtmosphereChannel;"
                "Console4Buss;Console4Channel;EveryConsole;Pop3;Pop2;Pressure5;StoneFireComp;Dynamics;Pop;"
                "Logical4;VariMu;ButterComp2;curve;Overheads;Recurve;Pyewacket;BlockParty;Thunder;"
                "Compresaturator;DrumSlam;ButterComp;BrassRider;Point;PodcastDeluxe;Podcast;Swell;"
                "PurestSquish;Pressure4;Surge;SurgeTide;ToTape8;ToTape7;ToTape6;FromTape;Tape;"
                "IronOxideClassic2;IronOxide5;ToTape5;IronOxideClassic"
            ),
            "utility": (
                "Dark;PaulWide;PaulDither;TPDFWide;TPDFDither;NotJustAnotherDither;NotJustAnotherCD;Beam;"
                "TapeDither;SpatializeDither;VinylDither;DoublePaul;Ditherbox;BuildATPDF;NodeDither;"
                "StudioTan;DitherMeTimbers;DitherMeDiskers;RawTimbers;RawGlitters;NaturalizeDither;"
                "HighGlossDither;DitherFloat;BitShiftPan;BitShiftGain;PurestGain;PurestFade;EveryTrim;"
                "HermeTrim;Golem;DCVoltage;MidSide;RightoMono;LeftoMono;Balanced;Flipity;SoftGate;"
                "DigitalBlack;Gatelope"
            ),
            "stereo": "Srsly3;Srsly2;Srsly;Wider;StereoFX;AutoPan;Sidepass;SideDull",
            "monitor": "Monitoring3;Monitoring2;Monitoring;CansAW;Cans;SubsOnly;SlewOnly;PeaksOnly",
        },
    ),
    Source(
        "https://github.com/chkhld/jsfx/blob/main/PLUGINS.md", "JS: {}",
        {
            "loudness": "Hard Clipper;Knee Clipper;Loud Clipper;Sine Clipper;Soft Clipper;Staging Clipper",
            "saturation": "Foldback Distortion;Amp Sim;Cabinet Sim;Signal Crusher;Telephone",
            "glue": "Bus Comp;Consolidator;Track Comp;Bass Squeezer",
            "utility": (
                "Gate/Expander;DC Filter;DC Offset;Impulse Generator;Volume Range Trim;Volume Trim;"
                "Mic Combiner;Test Signals"
            ),
            "tone": "EQ 560",
            "space": "Filthy Delay;Ring Mod",
            "meter": "Correlation Meter;Phase Scope;Stereo Checker;Wave Scope",
            "stereo": "M-S Fader;Stereo Pan;Stereo Bleed Remover",
        },
    ),
)
