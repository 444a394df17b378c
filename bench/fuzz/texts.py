"""Mutations of texts that are read by line, word or number: projects, JSON, notes."""

import copy
import json
import random
import re
from collections.abc import Sequence

from bench.fuzz.mutate import MOST_BYTES, mutated

_TOKEN = re.compile(rb"[A-Za-z_]+|-?[0-9][0-9.]*|\"[^\"\n]*\"|[<>{}\[\],:=/]")
_VALUES = (
    *(b"nan", b"inf", b"-inf", b"1e999", b"-1e999", b"-1", b"0", b"1e308", b"99999999999999999999", b"0x10", b"1_000"),
    *(b"", b"null", b"true", b"\xff\xfe", b"\xc3", b"\xed\xb2\x80", b"\x00", b"\x1b[2J", b"\\ud800", b"\\u0000", b"'"),
    *(b'""', b'"', b"<", b">", b"]]>", b"<!--", b"&x;", b"&#0;", b"&#x110000;", b"{", b"[", b"A" * 5000, b"../" * 50),
    *(b"9" * 5000, b"/" * 300, "é\u202e\u0000".encode()),
)
_DEEP = (b"<A\n", b"<a>", b"[", b'{"a":', b"<CONTAINER x\n")


def mutated_text(rng: random.Random, seed: bytes, others: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    """Return a seed with some lines, words and numbers changed, and sometimes its bytes."""
    data = seed
    for _ in range(1 + int(rng.expovariate(0.6)) % 6):
        kind = rng.random()
        if kind < 0.5:
            data = _with_token(rng, data, words)
        elif kind < 0.75:
            data = _with_line(rng, data, others)
        elif kind < 0.77:
            at = rng.randrange(len(data) + 1)
            data = data[:at] + rng.choice(_DEEP) * rng.choice((10, 1000, 50_000)) + data[at:]
        else:
            data = mutated(rng, data, others, words)
    return data[:MOST_BYTES]


def _with_token(rng: random.Random, data: bytes, words: Sequence[bytes]) -> bytes:
    """Put another word or value in the place of one."""
    start = rng.randrange(len(data) + 1)
    found = _TOKEN.search(data, start) or _TOKEN.search(data)
    if found is None:
        return data + rng.choice(_VALUES)
    new = rng.choice(_VALUES if rng.random() < 0.7 or not words else words)
    return data[: found.start()] + new + data[found.end() :]


def _with_line(rng: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Delete, repeat, move or bring in a line."""
    lines = data.split(b"\n")
    at = rng.randrange(len(lines))
    kind = rng.randrange(4)
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines[at:at] = lines[at : at + 1] * rng.choice((1, 2, 10, 1000 if len(lines[at]) < 100 else 2))
    elif kind == 2:
        line = lines.pop(at)
        lines.insert(rng.randrange(len(lines) + 1), line)
    elif others:
        theirs = rng.choice(others).split(b"\n")
        lines.insert(at, rng.choice(theirs))
    return b"\n".join(lines)


_ODD: tuple[object, ...] = (
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        1.5,
        2**31,
        2**53,
        2**63 - 1,
        2**63,
        2**64,
        -(2**63),
        1e308,
        float("nan"),
        float("inf"),
    ),
    *(
        "",
        "x",
        "é",
        "\u202e\x1b[2J",
        "\x00",
        "\ud800",
        "a" * 5000,
        "/etc/passwd",
        "../../x",
        "/songs/Tide.wav",
        "nan",
        "1e999",
    ),
    *([], {}, [[[]]], {"a": {}}, ["x"] * 100, [None], {"": ""}),
)


def mutated_json(rng: random.Random, seed: bytes) -> bytes:
    """Return a JSON text that still is one, with one to three of its values odd, gone or there twice."""
    whole = json.loads(seed)
    for _ in range(rng.randrange(1, 4)):
        holder, key = whole, None
        while isinstance(holder, dict | list) and holder:
            key = rng.choice(list(holder)) if isinstance(holder, dict) else rng.randrange(len(holder))
            if not isinstance(holder[key], dict | list) or rng.random() < 0.3:
                break
            holder = holder[key]
        if not isinstance(holder, dict | list) or not holder or key is None:
            continue
        kind = rng.random()
        if kind < 0.7:
            holder[key] = copy.deepcopy(rng.choice(_ODD))
        elif kind < 0.85:
            del holder[key]
        elif isinstance(holder, list):
            holder.extend(copy.deepcopy(holder[:1]) * rng.choice((1, 10, 600)))
        else:
            holder[rng.choice(("x", "", str(key).upper()))] = copy.deepcopy(holder[key])
    return json.dumps(whole).encode("ascii")
