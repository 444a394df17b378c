"""Mutations of bytes: blind ones, and ones that know where formats keep their sizes and names."""

import random
import re
import struct
from collections.abc import Callable, Sequence

MOST_BYTES = 1 << 20  # what is promised to be read within two seconds

_EDGES = (
    0,
    1,
    2,
    3,
    7,
    8,
    15,
    16,
    127,
    128,
    255,
    256,
    0x7FFF,
    0x8000,
    0xFFFF,
    0x10000,
    (1 << 31) - 1,
    1 << 31,
    (1 << 32) - 8,
    (1 << 32) - 1,
    1 << 32,
    (1 << 62),
    (1 << 63) - 1,
    1 << 63,
    (1 << 64) - 1,
)
_NAME = re.compile(rb"[A-Za-z][A-Za-z0-9 ]{3}")
_HEAD_BYTES = 256
_NAMES_BYTES = 1024

Mutation = Callable[[random.Random, bytearray], None]


def _place(rng: random.Random, data: bytearray) -> int:
    """Return where to change something: most often in the head, where structure is."""
    end = len(data)
    if end == 0:
        return 0
    return rng.randrange(min(end, _HEAD_BYTES) if rng.random() < 0.6 else end)


def _flip(rng: random.Random, data: bytearray) -> None:
    if data:
        data[_place(rng, data)] ^= 1 << rng.randrange(8)


def _set(rng: random.Random, data: bytearray) -> None:
    if data:
        data[_place(rng, data)] = rng.choice((0, 0xFF, 0x7F, 0x80, rng.randrange(256)))


def _number_at(rng: random.Random, data: bytearray, at: int) -> None:
    width = rng.choice((1, 2, 4, 4, 4, 8))
    value = (
        rng.choice(_EDGES) if rng.random() < 0.7 else rng.choice((len(data), len(data) - at, at, rng.getrandbits(32)))
    )
    data[at : at + width] = (value % (1 << 8 * width)).to_bytes(width, rng.choice(("little", "big")))


def _number(rng: random.Random, data: bytearray) -> None:
    _number_at(rng, data, _place(rng, data))


def _size_of_chunk(rng: random.Random, data: bytearray) -> None:
    """Change what stands after something that looks like the name of a chunk."""
    names = [found.end() for found in _NAME.finditer(data, 0, _NAMES_BYTES)]
    _number_at(rng, data, rng.choice(names) if names else _place(rng, data))


def _float(rng: random.Random, data: bytearray) -> None:
    at = _place(rng, data)
    value = rng.choice((float("nan"), float("inf"), float("-inf"), -0.0, 1e38, 1e-45, -1.0))
    form = rng.choice("<>") + rng.choice("fd")
    data[at : at + struct.calcsize(form)] = struct.pack(form, value)


def _delete(rng: random.Random, data: bytearray) -> None:
    at = _place(rng, data)
    del data[at : at + rng.choice((1, 2, 4, 8, rng.randrange(1, 64), rng.randrange(1, 4096)))]


def _repeat(rng: random.Random, data: bytearray) -> None:
    at = _place(rng, data)
    part = data[at : at + rng.choice((1, 4, 8, 16, rng.randrange(1, 512)))]
    times = rng.choice((1, 2, 3, 10, 100)) if rng.random() < 0.98 else 20_000 // max(1, len(part))
    data[at:at] = part * times


def _insert(rng: random.Random, data: bytearray) -> None:
    at = _place(rng, data)
    data[at:at] = rng.choice(
        (bytes(rng.randrange(1, 64)), b"\xff" * rng.randrange(1, 16), rng.randbytes(rng.randrange(1, 32)))
    )


def _move(rng: random.Random, data: bytearray) -> None:
    at, length = _place(rng, data), rng.randrange(1, 128)
    part = data[at : at + length]
    del data[at : at + length]
    to = _place(rng, data)
    data[to:to] = part


def _cut(rng: random.Random, data: bytearray) -> None:
    del data[_place(rng, data) if rng.random() < 0.5 else rng.randrange(len(data) + 1) :]


def _grow(rng: random.Random, data: bytearray) -> None:
    data += rng.choice((bytes(rng.randrange(1, 4096)), rng.randbytes(rng.randrange(1, 256)), bytes(data[:4096])))


BLIND: tuple[Mutation, ...] = (
    _flip,
    _flip,
    _set,
    _set,
    _number,
    _number,
    _size_of_chunk,
    _size_of_chunk,
    _size_of_chunk,
    _float,
    _delete,
    _repeat,
    _insert,
    _move,
    _cut,
    _grow,
)


def mutated(rng: random.Random, seed: bytes, others: Sequence[bytes] = (), words: Sequence[bytes] = ()) -> bytes:
    """Return a seed with one to eight changes.

    Parameters
    ----------
    rng : where the randomness comes from.
    seed : what is changed.
    others : seeds that parts are taken from.
    words : names and values of the format, put over others of their kind.
    """
    data = bytearray(seed)
    for _ in range(1 + int(rng.expovariate(0.7)) % 8):
        kind = rng.random()
        if kind < 0.08 and others:
            other = rng.choice(others)
            at, start = _place(rng, data), rng.randrange(len(other) + 1)
            data[at : at + rng.randrange(512)] = other[start : start + rng.randrange(1, 512)]
        elif kind < 0.2 and words:
            word, at = rng.choice(words), _place(rng, data)
            names = [found.start() for found in _NAME.finditer(data, 0, _NAMES_BYTES)]
            at = rng.choice(names) if names and rng.random() < 0.7 else at
            data[at : at + (len(word) if rng.random() < 0.7 else 0)] = word
        else:
            rng.choice(BLIND)(rng, data)
    return bytes(data[:MOST_BYTES])
