"""Named random streams: every draw belongs to one stream, independently of all others."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np


class Streams:
    """Spawns generators from one seed, by name.

    The same seed and name give the same draws whatever other streams exist, so fleet sizes and policies are compared on
    the same orders and breakdowns (common random numbers; L'Ecuyer 1994).
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def __call__(self, name: str) -> np.random.Generator:
        """A generator at the start of the stream `name`."""
        words = np.frombuffer(blake2b(name.encode(), digest_size=16).digest(), "<u4")
        key = tuple(int(word) for word in words)
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=key)))
