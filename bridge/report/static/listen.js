// The player on the page: buttons, keys, waveform and curve around a Deck.
import { Abx } from "./abx.js";
import { Deck, matchedGains, serviceGains } from "./player.js";
import { drawCurve } from "./curve.js";
import { Wave } from "./wave.js";

const LEAD_S = 0.5; // a fault is heard in its place, not from the middle of it

export function clock(seconds, digits = 0) {
  const scale = 10 ** digits;
  const units = Math.round(Math.max(0, seconds) * scale);
  const whole = Math.floor(units / scale);
  const rest = digits ? `.${String(units % scale).padStart(digits, "0")}` : "";
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const second = String(whole % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${second}${rest}` : `${minutes}:${second}${rest}`;
}

function seconds(words) {
  return words.split(":").reduce((sum, part) => 60 * sum + Number(part), 0);
}

export class Listening {
  constructor(element) {
    this.element = element;
    this.tracks = JSON.parse(element.dataset.tracks);
    this.services = JSON.parse(element.dataset.playback);
    this.deck = null;
    this.abx = null;
    this.abxHeard = null;
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
    this.levels = one("levels");
    this.seekBar = one("seek");
    this.words = one("player-words");
    this.abxPart = one("abx");
  }

  get duration() {
    return Math.max(...this.tracks.map((track) => track.frames / track.rate_hz));
  }

  build() {
    this.durationWords.textContent = clock(this.duration);
    this.playButton.disabled = this.seekBar.disabled = this.loopButton.disabled = false;
    this.seekBar.max = String(Math.max(1, Math.floor(this.duration * 10)));
    if (this.tracks.length > 1) {
      this.tracks.forEach((track, index) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "button";
        button.textContent = `${"AB"[index]} ${track.name}`;
        button.setAttribute("aria-pressed", String(index === 0));
        button.addEventListener("click", () => this.choose(index));
        this.choices.append(button);
      });
    } else {
      this.choices.remove();
    }
    if (this.levels) {
      const option = (value, words) => this.levels.append(new Option(words, value));
      option("matched", "matched by loudness");
      option("own", "as they are");
      this.services.forEach((service, i) => option(String(i), `as ${service.label} plays them`));
      if (this.tracks.length < 2) this.levels.closest("label").hidden = true;
    }
  }

  bind() {
    this.playButton.addEventListener("click", () => this.toggle());
    this.loopButton.addEventListener("click", () => this.toggleLoop());
    this.seekBar.addEventListener("input", () => this.seek(Number(this.seekBar.value) / 10));
    this.levels?.addEventListener("change", () => this.setLevels(this.levels.value));
    if (this.abxPart && this.tracks.length > 1) this.bindAbx();
    else if (this.abxPart) this.abxPart.hidden = true;
    document.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("click", (event) => this.chip(event));
    this.makeChips();
  }

  /** Times of findings become buttons that play from there. */
  makeChips() {
    document.querySelectorAll("[data-time]:not(:has(button))").forEach((item) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "time-button";
      button.textContent = item.dataset.time;
      button.setAttribute("aria-label", `Play from ${item.dataset.time}`);
      item.replaceChildren(button);
    });
  }

  chip(event) {
    const item = event.target.closest?.("[data-time]");
    if (item && event.target.closest("button")) this.playFrom(seconds(item.dataset.time) - LEAD_S);
  }

  async load() {
    try {
      const answer = await fetch(this.element.dataset.curves);
      if (!answer.ok) return undefined;
      this.curves = await answer.json();
    } catch {
      return undefined; // the player works without its pictures
    }
    this.wave = new Wave(this.element.querySelector("[data-wave]"), this.curves, {
      seek: (at) => this.seek(at),
      play: (at) => this.playFrom(at - LEAD_S),
      loop: (loop) => this.setLoop(loop),
    });
    if ("quiet" in this.element.dataset) return this.show(); // while mixing, loudness stays out of sight
    this.curve = await drawCurve(this.element.querySelector("[data-wave]"), this.curves, (at) => this.seek(at));
    return this.show();
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
    if (this.abx && !this.abx.done) return; // during a blind test the names are hidden
    this.choice = index;
    this.deck?.choose(index);
    [...this.choices.children].forEach((button, i) => button.setAttribute("aria-pressed", String(i === index)));
  }

  setLevels(value) {
    if (value === "matched") this.gains = matchedGains(this.tracks);
    else if (value === "own") this.gains = this.tracks.map(() => 0);
    else this.gains = serviceGains(this.tracks, this.services[Number(value)]);
    this.deck?.setLevels(this.gains);
    const words = this.tracks.map((track, i) => `${track.name} ${this.gains[i].toFixed(1).replace("-", "\u2212")} dB`);
    this.say(`Played with: ${words.join(", ")}.`);
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

  key(event) {
    const target = event.target;
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest?.("input, select, textarea, [contenteditable]")) return;
    const onControl = target.closest?.("button, summary, a");
    const keys = {
      ArrowLeft: () => this.seek(this.now - 5),
      ArrowRight: () => this.seek(this.now + 5),
      Home: () => this.seek(0),
      1: () => this.choose(0),
      2: () => this.tracks.length > 1 && this.choose(1),
      l: () => this.toggleLoop(),
      L: () => this.toggleLoop(),
    };
    if (event.key === " " && !onControl) {
      event.preventDefault();
      this.toggle();
    } else if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  }

  bindAbx() {
    const part = this.abxPart;
    const work = part.querySelector("[data-abx-work]");
    const start = part.querySelector("[data-abx-start]");
    const words = part.querySelector("[data-abx-words]");
    const tell = () => {
      words.textContent = this.abx.done ? this.abx.words : `Trial ${this.abx.answers.length + 1} of ${this.abx.trials}.`;
      work.hidden = this.abx.done;
      start.hidden = !this.abx.done;
      this.choices.hidden = !this.abx.done;
    };
    start.addEventListener("click", () => {
      this.abx = new Abx();
      if (this.levels) this.levels.value = "matched";
      this.setLevels("matched");
      this.ready();
      tell();
      this.hear("x");
    });
    part.querySelectorAll("[data-abx-hear]").forEach((button) => {
      button.addEventListener("click", () => this.hear(button.dataset.abxHear));
    });
    part.querySelectorAll("[data-abx-answer]").forEach((button) => {
      button.addEventListener("click", () => {
        this.abx.answer(button.dataset.abxAnswer === "a" ? 0 : 1);
        tell();
        if (this.abx.done) this.choose(this.choice);
        else this.hear("x");
      });
    });
  }

  hear(which) {
    const deck = this.ready();
    deck.choose({ a: 0, b: 1, x: this.abx.x }[which]);
    if (!deck.playing) deck.play();
    this.abxPart.querySelectorAll("[data-abx-hear]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.abxHear === which));
    });
  }
}
