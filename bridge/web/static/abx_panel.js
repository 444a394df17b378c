// The blind test on the page: buttons around the trials of abx.js.
import { Abx } from "./abx.js";

export class AbxPanel {
  /** part: the test's element; hear(index): play a track; begin(), end(): hide and show what tells A from B. */
  constructor(part, { hear, begin, end }) {
    Object.assign(this, { part, hear, begin, end });
    this.abx = null;
    this.work = part.querySelector("[data-abx-work]");
    this.start = part.querySelector("[data-abx-start]");
    this.words = part.querySelector("[data-abx-words]");
    this.start.addEventListener("click", () => this.open());
    part.querySelectorAll("[data-abx-hear]").forEach((button) => {
      button.addEventListener("click", () => this.play(button.dataset.abxHear));
    });
    part.querySelectorAll("[data-abx-answer]").forEach((button) => {
      button.addEventListener("click", () => this.answer(button.dataset.abxAnswer));
    });
  }

  get isRunning() {
    return Boolean(this.abx) && !this.abx.done;
  }

  open() {
    this.abx = new Abx();
    this.begin();
    this.tell();
    this.play("x");
  }

  tell() {
    const { abx } = this;
    this.words.textContent = abx.done ? abx.words : `Trial ${abx.answers.length + 1} of ${abx.trials}.`;
    this.work.hidden = abx.done;
    this.start.hidden = !abx.done;
  }

  play(which) {
    this.hear({ a: 0, b: 1, x: this.abx.x }[which]);
    this.part.querySelectorAll("[data-abx-hear]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.abxHear === which));
    });
  }

  answer(which) {
    this.abx.answer(which === "a" ? 0 : 1);
    this.tell();
    if (this.abx.done) this.end();
    else this.play("x");
  }
}
