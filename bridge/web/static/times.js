// Times as people read them, and the times of findings as buttons that play from there.

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

/** Times of findings become buttons. */
export function makeTimes() {
  document.querySelectorAll("[data-time]:not(:has(button))").forEach((item) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "time-button";
    button.textContent = item.dataset.time;
    button.setAttribute("aria-label", `Play from ${item.dataset.time}`);
    item.replaceChildren(button);
  });
}

export function bindTimes(play) {
  document.addEventListener("click", (event) => {
    const item = event.target.closest?.("[data-time]");
    if (item && event.target.closest("button")) play(seconds(item.dataset.time));
  });
}
