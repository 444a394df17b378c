"""Other people's limiters behind one door: `python peers.py` answers lines of JSON.

Request: {"tool", "input", "output", "rate_hz", "ceiling_dbtp"}; input and output are names of npy files, shape
(frames, 2), the drive already applied; matchering is given sound files and a "reference". Answer: {"ok"} or
{"missing"}.
It may run in an environment of its own: the peers need not be installed where we are.
"""

import json
import subprocess
import sys

import numpy as np


def _ffmpeg(audio: np.ndarray, rate_hz: int, filters: str) -> np.ndarray:
    done = subprocess.run(
        [*f"ffmpeg -v error -f f64le -ac 2 -ar {rate_hz} -i - -af".split(), filters, *["-f", "f64le", "-"]],
        input=audio.tobytes(),
        capture_output=True,
        check=True,
    )
    return np.frombuffer(done.stdout).reshape(-1, 2)


def alimiter(audio: np.ndarray, rate_hz: int, ceiling_dbtp: float) -> np.ndarray:
    """ffmpeg's look-ahead limiter."""
    return _ffmpeg(audio, rate_hz, f"alimiter=limit={10 ** (ceiling_dbtp / 20):.9f}:level=false:latency=true")


def alimiter_4x(audio: np.ndarray, rate_hz: int, ceiling_dbtp: float) -> np.ndarray:
    """The same at four times the rate."""
    limit = f"alimiter=limit={10 ** (ceiling_dbtp / 20):.9f}:level=false:latency=true"
    return _ffmpeg(audio, rate_hz, f"aresample={4 * rate_hz},{limit},aresample={rate_hz}")


def loudnorm(audio: np.ndarray, rate_hz: int, ceiling_dbtp: float) -> np.ndarray:
    """ffmpeg's two-pass loudness normaliser, asked for the loudness the driven audio has and the ceiling."""

    def asked(more: str, level: str, into: list[str]) -> subprocess.CompletedProcess[bytes]:
        filters = f"loudnorm=I={level}:TP={ceiling_dbtp}:LRA=50{more}"
        command = f"ffmpeg -hide_banner -nostats -f f64le -ac 2 -ar {rate_hz} -i - -af".split()
        return subprocess.run([*command, filters, *into], input=audio.tobytes(), capture_output=True, check=True)

    def read(text: bytes) -> dict[str, str]:
        return dict(json.loads(text[text.rindex(b"{") : text.rindex(b"}") + 1]))

    nowhere = ["-f", "null", "-"]
    level = read(asked(":print_format=json", "-14", nowhere).stderr)["input_i"]  # to be asked for what it measures
    level = str(min(float(level), -5.0))
    found = read(asked(":print_format=json", level, nowhere).stderr)
    given = "".join(
        f":measured_{name}={found[f'input_{key}']}" for name, key in (("I", "i"), ("TP", "tp"), ("LRA", "lra"))
    )
    given += f":measured_thresh={found['input_thresh']}:offset={found['target_offset']}:linear=true"
    made = asked(given, level, [*f"-ar {rate_hz} -f f64le -".split()]).stdout
    return np.frombuffer(made).reshape(-1, 2)


def hyrax(audio: np.ndarray, rate_hz: int, ceiling_dbtp: float) -> np.ndarray:
    """matchering's limiter; its threshold is fixed, so the level is moved around it."""
    from matchering import Config
    from matchering.limiter import limit

    config = Config(internal_sample_rate=rate_hz)
    shift = 10 ** (ceiling_dbtp / 20) / config.threshold
    return limit(audio / shift, config) * shift


def pedalboard(audio: np.ndarray, rate_hz: int, ceiling_dbtp: float) -> np.ndarray:
    """pedalboard's limiter (JUCE): it ends at full scale whatever its threshold, so the level is moved around it."""
    from pedalboard import Limiter

    shift = 10 ** (ceiling_dbtp / 20)
    made = Limiter(threshold_db=0.0, release_ms=100.0)((audio / shift).T.astype(np.float32), rate_hz)
    return made.T.astype(float) * shift


def libsonare(audio: np.ndarray, rate_hz: int, ceiling_dbtp: float) -> np.ndarray:
    """libsonare's true-peak limiter."""
    import libsonare as sonare

    settings = {"ceilingDb": ceiling_dbtp}
    left, right = (np.ascontiguousarray(line, dtype=np.float32) for line in audio.T)
    made = sonare.mastering_process_stereo("maximizer.truePeakLimiter", left, right, rate_hz, settings)
    return np.stack([np.asarray(made.left), np.asarray(made.right)], axis=1).astype(float)


def matchering(request: dict[str, str]) -> None:
    """matchering's whole master towards a reference, file to file."""
    from matchering import pcm24, process

    process(request["input"], request["reference"], [pcm24(request["output"])])


TOOLS = {f.__name__: f for f in (alimiter, alimiter_4x, loudnorm, hyrax, pedalboard, libsonare)}


def main() -> None:
    """Answer until the input ends."""
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["tool"] == "matchering":
                matchering(request)
            else:
                audio = np.load(request["input"])
                made = TOOLS[request["tool"]](audio, request["rate_hz"], request["ceiling_dbtp"])
                np.save(request["output"], np.ascontiguousarray(made, dtype=np.float64))
            answer = {"ok": True}
        except (ImportError, FileNotFoundError) as error:
            answer = {"missing": str(error)}
        except Exception as error:  # noqa: BLE001 - a peer's failure is a result
            answer = {"missing": f"{type(error).__name__}: {error}"[:200]}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
