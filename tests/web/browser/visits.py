"""A visitor to the pages in a real browser, and what its player puts out."""

import base64
from typing import Any

import numpy as np
import pytest

from bridge.web.server import PageServer
from tests.web.entering import let_in, link

EVIL = '"><script>window.pwned=1</script><img src=x onerror=window.pwned=2>\u202e'
RATE_HZ = 44100


class Visit:
    """A page in the browser with everything it said and asked for."""

    def __init__(self, browser: Any, server: PageServer, **options: Any) -> None:
        self.context = browser.new_context(**options)
        let_in(self.context, link(server.port))
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.server = server

    def open(self, path: str) -> Any:
        self.page.goto(self.server.url.rstrip("/") + path)
        return self.page

    def ready(self, path: str) -> Any:
        """Open a page with a player and wait for its pictures."""
        page = self.open(path)
        page.wait_for_selector(".curve canvas")
        return page


def until(page: Any, condition: str) -> None:
    """Wait for a condition; the page's policy forbids the browser's own way, which evaluates a text in the page."""
    for _ in range(300):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never: {condition}")


def deck(page: Any, script: str) -> Any:
    return page.evaluate(f"(() => {{ const deck = document.querySelector('[data-player]').deck; return {script}; }})()")


RENDER = """
async ({ tracks, seconds, switches, chosen, from, loop, matched, preview }) => {
  const player = await import("/static/player.js");
  const rate = tracks[0].rate_hz;
  const context = new OfflineAudioContext(2, seconds * rate, rate);
  const deck = new player.Deck(tracks, context);
  deck.loop = loop ?? null;
  if (matched) deck.setLevels(player.matchedGains(tracks));
  deck.choose(chosen);
  deck.previews.setSongLevel(Math.min(...tracks.map((track) => track.integrated_lufs)));
  if (preview) deck.previews.choose(preview);
  const ahead = async () => {  // real playing waits for nothing; here the pump must have had its time
    const over = () => deck.segmentEnd(deck.cursor) <= deck.cursor;
    while (deck.queued - (context.currentTime - deck.anchor.at) * rate <= player.AHEAD_S * rate && !over()) {
      await new Promise((done) => setTimeout(done, 10));
    }
  };
  switches.forEach((at, i) => context.suspend(at).then(() => {
    deck.choose((chosen + i + 1) % tracks.length);
    context.resume();
  }));
  for (let at = 4; at < seconds; at += 4) {
    if (!switches.includes(at)) context.suspend(at).then(ahead).then(() => context.resume());
  }
  await deck.play(from ?? 0);
  await ahead();
  const sound = await context.startRendering();
  deck.halt();
  const both = new Float32Array(2 * sound.length);
  both.set(sound.getChannelData(0));
  both.set(sound.getChannelData(1), sound.length);
  const bytes = new Uint8Array(both.buffer);
  let text = "";
  for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return { audio: btoa(text), start: deck.anchor.at * rate };
}
"""


def render(page: Any, tracks: list[dict[str, Any]], seconds: int, **options: Any) -> tuple[np.ndarray, int]:
    """Return what the player's own audio graph puts out, and the frame at which it begins."""
    values = {"tracks": tracks, "seconds": seconds, "switches": [], "chosen": 0, "matched": True} | options
    answer = page.evaluate(RENDER, values)
    sound = np.frombuffer(base64.b64decode(answer["audio"]), "<f4").reshape(2, -1).T.astype(float)
    return sound, round(answer["start"])


def tracks_of(page: Any) -> list[dict[str, Any]]:
    return list(page.evaluate("JSON.parse(document.querySelector('[data-player]').dataset.tracks)"))
