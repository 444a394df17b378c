// The player on the page: buttons, keys, waveform and curve around a Deck.
import { AbxPanel } from "./abx_panel.js";
import { drawCurve } from "./curve.js";
import { bindKeys } from "./keys.js";
import { Deck, durationOf, matchedGains, serviceGains } from "./player.js";
import { PREVIEWS } from "./previews.js";
import { bindTimes, clock, makeTimes } from "./times.js";
import { Wave } from "./wave.js";

const LEAD_S = 0.5; // a fault is heard in its place, not from the middle of it

export class Listening {
  constructor(element) {
    this.element = element;
    this.tracks = JSON.parse(element.dataset.tracks);
    this.services = JSON.parse(element.dataset.playback);
    this.matchings = JSON.parse(element.dataset.matchings);
    this.deck = null;
    this.abx = null;
    this.preview = "direct";
    this.wanted_s = 0;
    this.loop = null;
    this.choice = 0;
    this.gains = matchedGains(this.tracks);
    this.find();
    if (this.tracks.length === 0) return;
    this.build();
    this.bind();
    this.load();
  }

  find() {
    const one = (name) => this.element.querySelector(`[data-${name}]`);
    this.playButton = one("play");
    this.playWords = one("play-words");
    this.positionWords = one("position");
    this.durationWords = one("duration");
    this.choices = one("choices");
    this.loopButton = one("loop");
    this.sectionButton = one("loop-section");
    this.levels = one("levels");
    this.previewChoice = one("preview");
    this.closerButton = one("closer");
    this.furtherButton = one("further");
    this.seekBar = one("seek");
    this.words = one("player-words");
    this.abxPart = one("abx");
  }

  get duration() {
    return durationOf(this.tracks);
  }

  build() {
    this.durationWords.textContent = clock(this.duration);
    for (const control of [this.playButton, this.seekBar, this.loopButton, this.previewChoice]) control.disabled = false;
    this.seekBar.max = String(Math.max(1, Math.floor(this.duration * 10)));
    if (this.tracks.length > 1) {
      this.tracks.forEach((track, index) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "button";
        button.textContent = `${"ABCDE"[index]} ${track.name}`;
        button.setAttribute("aria-pressed", String(index === 0));
        button.addEventListener("click", () => this.choose(index));
        this.choices.append(button);
      });
    } else {
      this.choices.remove();
    }
    PREVIEWS.forEach(({ key, label }) => this.previewChoice.append(new Option(label, key)));
    if (this.levels) this.offerLevels();
  }

  offerLevels() {
    const before = this.levels.selectedOptions[0]?.textContent;
    this.waysToMatch = [
      ["matched by loudness", () => matchedGains(this.tracks)],
      ...this.matchings.map(({ label, gains_db }) => [label, () => gains_db]),
      ["as they are", () => this.tracks.map(() => 0)],
      ...this.services.map((service) => [`as ${service.label} plays them`, () => serviceGains(this.tracks, service)]),
    ];
    this.levels.replaceChildren(...this.waysToMatch.map(([words], i) => new Option(words, String(i))));
    const same = this.waysToMatch.findIndex(([words]) => words === before);
    this.levels.value = String(Math.max(0, same));
  }

  bind() {
    this.playButton.addEventListener("click", () => this.toggle());
    this.loopButton.addEventListener("click", () => this.toggleLoop());
    this.seekBar.addEventListener("input", () => this.seek(Number(this.seekBar.value) / 10));
    this.sectionButton.addEventListener("click", () => this.loopSection());
    this.levels?.addEventListener("change", () => this.setLevels(Number(this.levels.value)));
    this.previewChoice.addEventListener("change", () => this.setPreview(this.previewChoice.value));
    this.closerButton.addEventListener("click", () => this.zoom(2));
    this.furtherButton.addEventListener("click", () => this.zoom(0.5));
    if (this.abxPart && this.tracks.length > 1) this.bindAbx();
    else if (this.abxPart) this.abxPart.hidden = true;
    bindKeys(this);
    bindTimes((at_s) => this.playFrom(at_s - LEAD_S));
    makeTimes();
  }

  async load() {
    try {
      const drawable = this.tracks.filter(({ kind }) => kind !== "reference");
      const answers = await Promise.all(drawable.map(({ kind, id }) => fetch(`/api/${kind}/${id}/curves`)));
      if (!answers[0].ok) return undefined;
      const drawn = answers.every((answer) => answer.ok) ? answers : answers.slice(0, 1); // an old master has no curves
      this.curves = await Promise.all(drawn.map((answer) => answer.json()));
    } catch {
      return undefined; // the player works without its pictures
    }
    const place = this.element.querySelector("[data-wave]");
    const tracks = this.tracks.slice(0, this.curves.length);
    const shared = { curves: this.curves, tracks, gains: this.drawnGains, duration: this.duration };
    this.wave = new Wave(place, {
      ...shared,
      seek: (at) => this.seek(at),
      play: (at) => this.playFrom(at - LEAD_S),
      loop: (loop) => this.setLoop(loop),
      range: (from, to) => this.curve?.showRange(from, to),
    });
    this.sectionButton.disabled = this.curves[0].sections.length < 2;
    this.closerButton.disabled = this.furtherButton.disabled = !this.wave.view;
    // While mixing, loudness stays out of sight.
    if (!("quiet" in this.element.dataset)) this.curve = await drawCurve(place, { ...shared, seek: (at) => this.seek(at) });
    return this.show();
  }

  /** Take what the bridge has found out since: how much later one file begins, another way to match them. */
  take(data) {
    const known = this.element.dataset;
    const tracks = JSON.parse(data.tracks);
    if ((data.tracks === known.tracks && data.matchings === known.matchings) || tracks.length !== this.tracks.length) return;
    if (this.abx?.isRunning) return; // not in the middle of a blind test; the next change of the page brings it
    Object.assign(known, { tracks: data.tracks, matchings: data.matchings });
    tracks.forEach((track, i) => Object.assign(this.tracks[i], track)); // deck, waveform and curve hold the same ones
    this.matchings = JSON.parse(data.matchings);
    if (this.levels) this.offerLevels();
    this.deck?.forget();
    this.wave?.setGains(this.drawnGains);
    this.curve?.setGains(this.drawnGains);
  }

  /** The deck is made at the first wish to hear something: browsers allow sound only then. */
  ready() {
    if (this.deck) return this.deck;
    const context = new AudioContext({ sampleRate: this.tracks[0].rate_hz, latencyHint: "interactive" });
    this.deck = new Deck(this.tracks, context);
    this.deck.resting_s = this.wanted_s;
    this.deck.loop = this.loop;
    this.deck.setLevels(this.gains);
    this.deck.choose(this.choice);
    this.tellPreviews();
    this.deck.addEventListener("state", () => this.show());
    this.deck.addEventListener("trouble", (event) => this.say(event.detail));
    this.element.deck = this.deck;
    this.tick();
    return this.deck;
  }

  toggle() {
    this.say("");
    return this.ready().toggle();
  }

  playFrom(at_s) {
    this.say("");
    return this.ready().play(Math.max(0, at_s));
  }

  seek(at_s) {
    this.wanted_s = Math.max(0, Math.min(at_s, this.duration));
    if (this.deck) this.deck.seek(this.wanted_s);
    this.show();
  }

  choose(index) {
    if (this.abx?.isRunning) return; // during a blind test the names are hidden
    this.choice = index;
    this.deck?.choose(index);
    [...this.choices.children].forEach((button, i) => button.setAttribute("aria-pressed", String(i === index)));
  }

  setLevels(way) {
    this.gains = this.waysToMatch[way][1]();
    this.deck?.setLevels(this.gains);
    this.tellPreviews();
    this.wave?.setGains(this.drawnGains);
    this.curve?.setGains(this.drawnGains);
    const shown = (gain) => gain.toFixed(1).replace("-", "\u2212");
    this.say(`Played with: ${this.tracks.map((track, i) => `${track.name} ${shown(this.gains[i])} dB`).join(", ")}.`);
  }

  setPreview(key) {
    this.preview = key;
    this.ready();
    this.tellPreviews();
    this.say(key === "direct" ? "" : "A rough preview: it leaves out what such a place leaves out, no more.");
  }

  /** Two versions are drawn as loud as they are played, one alone as it is in its file. */
  get drawnGains() {
    return this.curves?.length > 1 ? this.gains : [0];
  }

  /** Noise keeps its distance from the song as it plays. */
  tellPreviews() {
    if (!this.deck) return;
    const levels = this.tracks.map((track, i) => track.integrated_lufs + this.gains[i]);
    const known = levels.filter((_, i) => this.tracks[i].integrated_lufs !== null);
    if (known.length) this.deck.previews.setSongLevel(Math.max(...known));
    if (this.preview !== this.deck.previews.chosen) this.deck.previews.choose(this.preview);
  }

  async zoom(step) {
    const factor = await this.wave?.zoom(step, this.now);
    if (factor > 1.01) this.curve?.refine();
    if (factor) this.say(factor > 1.01 ? `${factor.toFixed(factor < 10 ? 1 : 0)} times closer.` : "The whole song.");
  }

  setLoop(loop) {
    this.loop = loop;
    this.deck?.setLoop(loop);
    this.loopButton.setAttribute("aria-pressed", String(Boolean(loop)));
    this.wave?.showLoop(loop);
    if (loop) this.say(`Loop from ${clock(loop.start, 1)} to ${clock(loop.end, 1)}.`);
  }

  /** Loop the four seconds from here, or stop looping. A stretch drawn on the waveform loops that. */
  toggleLoop() {
    if (this.loop) {
      this.setLoop(null);
      this.say("");
      return;
    }
    const start = Math.max(0, Math.min(this.now, this.duration - 0.5));
    this.setLoop({ start, end: Math.min(this.duration, start + 4) });
  }

  /** Loop the section of the song that is heard now, as the loudness shows them. */
  loopSection() {
    const at_s = this.now;
    const section = this.curves?.[0].sections.find(({ start_s, end_s }) => at_s >= start_s && at_s < end_s);
    if (section) this.setLoop({ start: section.start_s, end: Math.min(section.end_s, this.duration) });
  }

  get now() {
    return this.deck ? this.deck.position : this.wanted_s;
  }

  say(words) {
    this.words.textContent = words;
  }

  tick() {
    if (this.deck?.playing) this.show();
    requestAnimationFrame(() => this.tick());
  }

  show() {
    const at_s = this.now;
    const playing = Boolean(this.deck?.playing);
    this.positionWords.textContent = clock(at_s, 1);
    if (document.activeElement !== this.seekBar || playing) this.seekBar.value = String(Math.round(at_s * 10));
    this.seekBar.setAttribute("aria-valuetext", clock(at_s));
    this.playWords.textContent = playing ? "Pause" : "Play";
    this.playButton.setAttribute("aria-pressed", String(playing));
    this.wave?.showPosition(at_s);
    this.curve?.showPosition(at_s);
  }

  bindAbx() {
    this.abx = new AbxPanel(this.abxPart, {
      begin: () => {
        if (this.levels) this.levels.value = "0";
        this.setLevels(0);
        this.say("");
        this.hide(true);
      },
      hear: (index) => {
        const deck = this.ready();
        deck.choose(index);
        if (!deck.playing) deck.play();
      },
      end: () => {
        this.hide(false);
        this.choose(this.choice);
      },
    });
  }

  /** Nothing on the page may tell A from B during a blind test. */
  hide(hidden) {
    this.choices.hidden = hidden;
    if (this.levels) this.levels.disabled = hidden;
  }
}
