// The waveform: wavesurfer.js draws peaks that were computed beforehand; it never touches the sound itself.
import WaveSurfer from "./vendor/wavesurfer.js";
import Regions from "./vendor/wavesurfer-regions.js";

const MOST_MARKS = 120;

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function washed(name) {
  return `color-mix(in srgb, ${colour(name)} 18%, transparent)`;
}

export class Wave {
  constructor(container, curves, { seek, play, loop }) {
    this.duration = curves.duration_s;
    this.loopRegion = null;
    this.told = loop;
    if (!curves.waveform || this.duration <= 0) return;
    const lanes = curves.waveform.peaks;
    const highest = Math.max(0.001, ...lanes.map((lane) => lane.reduce((top, value) => Math.max(top, value), 0)));
    const peaks = lanes.map((lane) => lane.map((value) => value / highest)); // a quiet mix is to be seen, too
    this.view = WaveSurfer.create({
      container,
      peaks,
      duration: this.duration,
      height: peaks.length > 1 ? 64 : 128,
      maxPeak: 1,
      cursorWidth: 2,
      interact: true,
      hideScrollbar: true,
      autoScroll: false,
      splitChannels: peaks.length > 1 ? peaks.map(() => ({})) : undefined,
      cspNonce: document.querySelector('meta[name="freshears-nonce"]').content,
      ...this.colours(peaks.length),
    });
    this.view.on("interaction", (at) => seek(at));
    this.regions = this.view.registerPlugin(Regions.create());
    this.view.on("ready", () => this.marks(curves.findings, play));
    this.regions.enableDragSelection({ color: washed("--accent") });
    this.regions.on("region-created", (region) => this.created(region));
    this.regions.on("region-updated", (region) => region === this.loopRegion && this.tellLoop());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.view.setOptions(this.colours(peaks.length));
    });
    container.setAttribute("aria-hidden", "true"); // the range slider below is the accessible way to move
  }

  colours(lanes) {
    const one = { waveColor: colour("--peak"), progressColor: colour("--rms"), cursorColor: colour("--ink") };
    return lanes > 1 ? { ...one, splitChannels: Array.from({ length: lanes }, () => one) } : one;
  }

  marks(findings, play) {
    let left = MOST_MARKS;
    for (const finding of findings) {
      for (const at of finding.at_s) {
        if ((left -= 1) < 0) return;
        const label = document.createElement("span");
        label.textContent = String(finding.number);
        // It stands in a shadow tree, which our style sheet does not reach.
        Object.assign(label.style, { font: "680 11px system-ui", color: colour(`--${finding.kind}`), padding: "0 3px" });
        label.title = finding.message;
        const region = this.regions.addRegion({
          id: `finding-${finding.number}-${at}`,
          start: at,
          drag: false,
          resize: false,
          color: colour(`--${finding.kind}`),
          content: label,
        });
        region.on("click", (event) => {
          event.stopPropagation();
          play(at);
        });
      }
    }
  }

  created(region) {
    if (region.id.startsWith("finding-") || region.id === "loop") return;
    this.loopRegion?.remove();
    this.loopRegion = region;
    this.tellLoop();
  }

  tellLoop() {
    this.told({ start: this.loopRegion.start, end: this.loopRegion.end });
  }

  showLoop(loop) {
    if (!this.regions) return;
    if (!loop) {
      this.loopRegion?.remove();
      this.loopRegion = null;
    } else if (!this.loopRegion) {
      this.loopRegion = this.regions.addRegion({ id: "loop", ...loop, color: washed("--accent") });
    }
  }

  showPosition(at_s) {
    this.view?.setTime(Math.min(at_s, this.duration));
  }
}
