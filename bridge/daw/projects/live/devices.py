"""The devices of a Live set: their names, whether they are on, and the racks they sit in.

A device is an element whose tag is its type. ``On/Manual`` is its switch, in Live 8 the one event of ``On``; where the
switch is automated, its events stand in an ``AutomationEnvelope`` that names it by the id of ``On/AutomationTarget``. A
rack holds devices in ``Branches/…Branch/DeviceChain/…/Devices``, a branch has a switch of its own in its mixer.
"""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath, PureWindowsPath

from msgspec import Struct

from bridge.daw.projects.saved import MAX_FX_COUNT
from bridge.daw.projects.xml_walk import Element, nested
from bridge.model import FxSlot

_MAX_NAME = 200
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z])(?=[A-Z][a-z])")
# Live's own devices whose tag is not their name; the names are those of Live's manual.
_OWN_NAMES = {
    "StereoGain": "Utility",
    "Eq8": "EQ Eight",
    "FilterEQ3": "EQ Three",
    "ChannelEq": "Channel EQ",
    "Compressor2": "Compressor",
    "MultibandDynamics": "Multiband Dynamics",
    "GlueCompressor": "Glue Compressor",
    "DrumBuss": "Drum Buss",
    "Redux2": "Redux",
    "Chorus2": "Chorus-Ensemble",
    "PhaserNew": "Phaser-Flanger",
    "Tube": "Dynamic Tube",
    "Amp": "Amp",
    "Transmute": "Spectral Resonator",
    "Spectral": "Spectral Time",
    "Hybrid": "Hybrid Reverb",
    "Shifter": "Shifter",
    "SpectrumAnalyzer": "Spectrum",
    "OriginalSimpler": "Simpler",
    "MultiSampler": "Sampler",
    "ProxyAudioEffectDevice": "External Audio Effect",
    "ProxyInstrumentDevice": "External Instrument",
    "AudioEffectGroupDevice": "Audio Effect Rack",
    "InstrumentGroupDevice": "Instrument Rack",
    "DrumGroupDevice": "Drum Rack",
    "MidiEffectGroupDevice": "MIDI Effect Rack",
    "MxDeviceAudioEffect": "Max Audio Effect",
    "MxDeviceInstrument": "Max Instrument",
    "MxDeviceMidiEffect": "Max MIDI Effect",
}
_KINDS = {"VstPluginInfo": "VST", "Vst3PluginInfo": "VST3", "AuPluginInfo": "AU"}
_MIDI_ONLY = ("Midi", "MxDeviceMidiEffect")


class Device(Struct):
    """One device while it is read, and afterwards."""

    tag: str
    container: tuple["Device", ...] = ()
    kind: str = "builtin"
    name: str = ""  # of a plug-in, a Max device or a rack: what it is called by its maker or the person
    is_on: bool = True
    events: list[bool] = []  # of the switch, where they stand in it
    has_only_events: bool = True
    switch_id: str = ""
    branches: int = 0
    branch_is_on: bool = True  # of the branch that is open
    in_branch_off: bool = False
    parallel: bool = False
    branch_is_new: bool = False
    branch_begins: int = 0  # in the chain

    @property
    def sounds(self) -> bool:
        """Whether it makes or changes sound, not notes alone."""
        return not self.tag.startswith(_MIDI_ONLY)

    @property
    def shown(self) -> str:
        """What it is called."""
        return self.name or _OWN_NAMES.get(self.tag) or _CAMEL.sub(" ", self.tag) or "device"


class DeviceReader:
    """Collects the devices of one chain at a time; `elements` is what is looked at in a ``Devices``."""

    def __init__(self) -> None:
        self.chain: list[Device] = []
        self.is_full = False
        self._open: list[Device] = []
        self.elements = self._table()

    def begin(self) -> None:
        """Begin a new chain."""
        self.chain, self._open = [], []

    def _table(self) -> Element:
        device = Element(starts=self._start, ends=self._end)
        devices = Element(any_other=device)
        switch = Element(inside={
            "Manual": Element(self._manual),
            "AutomationTarget": Element(self._target),
            **nested("ArrangerAutomation/Events/BoolEvent", Element(self._event)),
        })  # fmt: skip
        info = {"PlugName": Element(self._plug_name), "Name": Element(self._plug_name)}
        branch = Element(self._branch, self._branch_end, inside={
            "DeviceChain": Element(any_other=Element(inside={"Devices": devices})),
            **nested("MixerDevice/Speaker/Manual", Element(self._branch_switch)),
        })  # fmt: skip
        patch = {"Name": Element(self._patch), "Path": Element(self._patch)}
        device.inside = {
            "On": switch,
            "UserName": Element(self._user_name),
            "PluginDesc": Element(any_other=Element(self._info, inside=info)),
            "Branches": Element(any_other=branch),
            **nested("PatchSlot/Value/MxDPatchRef/FileRef", Element(inside=patch)),
        }
        return devices

    def _start(self, tag: str, _: dict[str, str]) -> None:
        around = self._open[-1] if self._open else None
        device = Device(tag[:_MAX_NAME], container=tuple(self._open))
        if around is not None:
            device.parallel = around.branches > 1 and around.branch_is_new
            around.branch_is_new = False
        self._open.append(device)
        if len(self.chain) >= MAX_FX_COUNT:
            self.is_full = True
        else:
            self.chain.append(device)

    def _end(self, _: str) -> None:
        device = self._open.pop()
        if device.events and device.has_only_events:
            device.is_on = any(device.events)

    def _manual(self, _: str, attributes: dict[str, str]) -> None:
        device = self._open[-1]
        device.is_on, device.has_only_events = attributes.get("Value") != "false", False

    def _target(self, _: str, attributes: dict[str, str]) -> None:
        self._open[-1].switch_id = attributes.get("Id", "")[:32]

    def _event(self, _: str, attributes: dict[str, str]) -> None:
        events = self._open[-1].events
        if len(events) < 2:
            events.append(attributes.get("Value") != "false")
        elif attributes.get("Value") != "false":
            events[1] = True

    def _info(self, tag: str, _: dict[str, str]) -> None:
        self._open[-1].kind = _KINDS.get(tag, "plug-in")

    def _plug_name(self, tag: str, attributes: dict[str, str]) -> None:
        device = self._open[-1]
        if tag == "PlugName" or device.kind != "VST":
            device.name = attributes.get("Value", "")[:_MAX_NAME]

    def _user_name(self, _: str, attributes: dict[str, str]) -> None:
        """Take the person's name for a rack; what another device is called says less than what it is."""
        device = self._open[-1]
        if device.tag.endswith("GroupDevice") and attributes.get("Value"):
            device.name = attributes["Value"][:_MAX_NAME]

    def _patch(self, _: str, attributes: dict[str, str]) -> None:
        device, value = self._open[-1], attributes.get("Value", "")[:1000]
        if device.tag.startswith("MxDevice") and value:
            device.name = PurePosixPath(PureWindowsPath(value).as_posix()).stem[:_MAX_NAME]

    def _branch(self, _: str, __: dict[str, str]) -> None:
        rack = self._open[-1]
        rack.branches += 1
        rack.branch_is_on = rack.branch_is_new = True
        rack.branch_begins = len(self.chain)

    def _branch_switch(self, _: str, attributes: dict[str, str]) -> None:
        self._open[-1].branch_is_on = attributes.get("Value") != "false"

    def _branch_end(self, _: str) -> None:
        rack = self._open[-1]
        if not rack.branch_is_on:
            for device in self.chain[rack.branch_begins :]:
                device.in_branch_off = True


def chain_of(devices: list[Device], automated: Mapping[str, bool]) -> tuple[FxSlot, ...]:
    """Return the slots of a chain; `automated` tells of each automated switch, by its id, whether it is ever on."""
    slots = []
    for device in devices:
        around = tuple(outer for outer in device.container if outer.tag.endswith("GroupDevice"))
        is_on = automated.get(device.switch_id, device.is_on) and not device.in_branch_off
        slots.append(
            FxSlot(
                name=device.shown,
                kind="CONTAINER" if device.tag.endswith("GroupDevice") else device.kind,
                enabled=is_on,
                parallel=device.parallel,
                container=tuple(outer.shown for outer in around),
            )
        )
    return tuple(slots)
