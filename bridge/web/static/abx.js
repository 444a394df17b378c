// A blind test: X is A or B by chance in every trial, the number of trials is fixed beforehand, nothing is told
// before the end. Telling results on the way, or stopping when they please, would make the statistics worthless.

/** Probability to be right at least this often by guessing. */
export function guessing(right, trials) {
  let sum = 0;
  for (let k = right; k <= trials; k += 1) sum += choose(trials, k);
  return sum / 2 ** trials;
}

function choose(n, k) {
  let result = 1;
  for (let i = 1; i <= k; i += 1) result = (result * (n - k + i)) / i;
  return Math.round(result);
}

export class Abx {
  constructor(trials = 10, coin = fairCoin) {
    this.trials = trials;
    this.coin = coin;
    this.answers = [];
    this.x = coin();
  }

  get done() {
    return this.answers.length >= this.trials;
  }

  get right() {
    return this.answers.filter(({ x, answer }) => x === answer).length;
  }

  answer(index) {
    if (this.done) return;
    this.answers.push({ x: this.x, answer: index });
    this.x = this.coin();
  }

  /** The result in words. */
  get words() {
    const chance = guessing(this.right, this.trials);
    const percent = chance < 0.001 ? "under 0.1" : (100 * chance).toFixed(chance < 0.1 ? 1 : 0);
    const verdict =
      chance < 0.05
        ? "You hear a difference."
        : "That could well be guessing. It does not prove that there is no difference.";
    return `${this.right} of ${this.trials} right. Guessing does as well in ${percent} % of tries. ${verdict}`;
  }
}

function fairCoin() {
  return crypto.getRandomValues(new Uint8Array(1))[0] & 1;
}
