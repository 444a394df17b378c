// The waveform: wavesurfer.js draws peaks that were computed beforehand; it never touches the sound itself.
import WaveSurfer from "./vendor/wavesurfer.js";
import Regions from "./vendor/wavesurfer-regions.js";
import { lanesOf, peaksAt, stepFor } from "./lanes.js";

const MOST_MARKS = 120;
const FINEST_PX_PER_S = 100; // a value every 10 ms is the finest there is

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function washed(name) {
  return `color-mix(in srgb, ${colour(name)} 18%, transparent)`;
}

export class Wave {
  /** curves: one for each track; the first one's time is the page's. */
  constructor(container, { curves, tracks, gains, duration, seek, play, loop, range }) {
    Object.assign(this, { container, curves, tracks, gains, duration, told: loop });
    this.factor = 1;
    this.loopRegion = null;
    this.waveforms = curves.map((curve) => curve.waveform);
    if (this.waveforms.some((waveform) => !waveform) || duration <= 0) return;
    const peaks = this.lanes();
    this.view = WaveSurfer.create({
      container,
      peaks,
      duration,
      height: peaks.length > 1 ? 64 : 128,
      maxPeak: 1,
      cursorWidth: 2,
      interact: true,
      hideScrollbar: false,
      autoScroll: true,
      autoCenter: false,
      splitChannels: peaks.length > 1 ? peaks.map(() => ({})) : undefined,
      cspNonce: document.querySelector('meta[name="freshears-nonce"]').content,
      ...this.colours(peaks.length),
    });
    this.view.on("interaction", (at) => seek(at));
    this.view.on("scroll", (from, to) => range(from, Math.min(to, duration)));
    this.regions = this.view.registerPlugin(Regions.create());
    this.view.once("ready", () => this.marks(curves[0].findings, play));
    this.regions.enableDragSelection({ color: washed("--accent") });
    this.regions.on("region-created", (region) => this.created(region));
    this.regions.on("region-updated", (region) => region === this.loopRegion && this.tellLoop());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.view.setOptions(this.colours(peaks.length));
    });
    container.setAttribute("aria-hidden", "true"); // the range slider below is the accessible way to move
  }

  lanes() {
    return lanesOf(this.waveforms, this.tracks.map((track) => track.shift_s ?? 0), this.gains, this.duration);
  }

  colours(lanes) {
    const one = { waveColor: colour("--peak"), progressColor: colour("--rms"), cursorColor: colour("--ink") };
    if (lanes < 2) return one;
    const second = this.tracks.length > 1 ? { ...one, waveColor: colour("--second-peak"), progressColor: colour("--second") } : one;
    return { ...one, splitChannels: [one, second] };
  }

  /** Look closer (or from further away); what is at `at_s` stays in sight. Returns how many times closer that is. */
  async zoom(step, at_s) {
    if (!this.view) return 1;
    const whole = this.container.clientWidth / this.duration;
    const most = Math.max(1, FINEST_PX_PER_S / whole);
    this.factor = Math.max(1, Math.min(most, step === 0 ? 1 : this.factor * step));
    const wanted = this.factor;
    const pixels = this.factor === 1 ? 0 : whole * this.factor;
    this.waveforms = await Promise.all(
      this.curves.map((curve, i) => peaksAt(this.tracks[i], curve, stepFor(curve, Math.max(pixels, whole)))),
    );
    if (wanted !== this.factor) return this.factor; // another wish was quicker
    await this.view.load("", this.lanes(), this.duration);
    this.view.zoom(pixels);
    this.view.setTime(Math.min(at_s, this.duration));
    const visible = this.duration / this.factor;
    this.view.setScrollTime(Math.max(0, at_s - visible / 2));
    return this.factor;
  }

  /** Draw the tracks as loud as they are played. */
  async setGains(gains) {
    this.gains = gains;
    if (this.view && this.tracks.length > 1) {
      const at = this.view.getScroll();
      await this.view.load("", this.lanes(), this.duration);
      this.view.setScroll(at);
    }
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
    const { start, end } = this.loopRegion ?? {};
    if (loop && loop.start === start && loop.end === end) return; // it was drawn there
    this.loopRegion?.remove();
    this.loopRegion = loop ? this.regions.addRegion({ id: "loop", ...loop, color: washed("--accent") }) : null;
  }

  showPosition(at_s) {
    this.view?.setTime(Math.min(at_s, this.duration));
  }
}
