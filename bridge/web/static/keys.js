// The player on the keyboard: keys count unless somebody writes, or a button has them.
export function bindKeys(player) {
  const keys = {
    ArrowLeft: () => player.seek(player.now - 5),
    ArrowRight: () => player.seek(player.now + 5),
    Home: () => player.seek(0),
    ...Object.fromEntries(player.tracks.map((_, i) => [i + 1, () => player.choose(i)])),
    l: () => player.toggleLoop(),
    L: () => player.toggleLoop(),
    s: () => player.loopSection(),
    S: () => player.loopSection(),
    "+": () => player.zoom(2),
    "-": () => player.zoom(0.5),
    0: () => player.zoom(0),
  };
  document.addEventListener("keydown", (event) => {
    const target = event.target;
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest?.("input, select, textarea, [contenteditable]")) return;
    if (event.key === " " && !target.closest?.("button, summary, a")) {
      event.preventDefault();
      player.toggle();
    } else if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  });
}
