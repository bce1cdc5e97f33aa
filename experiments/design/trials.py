"""One trial: what identifies it, and the seed that it runs under.

A trial is one scenario (a case of the sweep, fully resolved) with one seed. Its id is a hash of these two and of the
robocell that runs it (version and code), so a result can be found again whatever the order, the executor or the rest of
the sweep.
The seed depends on the root and on the replication alone. The root is the experiment's seed, so replication r of every
case sees the same arrivals and breakdowns (common random numbers), which is what makes paired comparison sharp; a case
to which the sweep gives a `seed` has that as its root, and other random numbers.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ...environments.scenario.own_classes import with_classes
from .classes import make_importable
from .given_classes import unpickled
from .software import software

ID_BYTES = 10


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One run to be made; everything that a worker on another machine needs."""

    id: str
    case: int
    replication: int
    seed: int
    scenario: Any  # a Scenario; trial functions of other models may use any object that can be pickled
    keep_log: bool = False
    search_path: tuple[str, ...] = ()  # folders from which the user's own agent modules are imported
    classes: bytes = b""  # pickle of classes that workers cannot import, by path

    @contextmanager
    def with_own_classes(self) -> Iterator[None]:
        """In this block the user's own classes can be imported."""
        make_importable(self.search_path)
        with with_classes(unpickled(self.classes)):
            yield


def canonical(document: Any) -> str:
    """The JSON text that stands for a document when it is hashed; order counts, as it does for stations."""
    return json.dumps(document, separators=(",", ":"), default=str)


def identity(document: Any) -> str:
    """What the resolved scenario `document` (plain data) and this robocell put into the ids of its trials."""
    return _digest(canonical([document, software()]))


def trial_id(case: str, seed: int) -> str:
    """Id of the trial that runs the case of this identity under `seed`."""
    return _digest(f"[{json.dumps(case)},{seed}]")  # canonical([case, seed]), of which there are many


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=ID_BYTES).hexdigest()


@lru_cache(maxsize=65536)  # all cases use the same replications
def trial_seed(root: int, replication: int) -> int:
    """Seed of replication `replication`: 63 bits from a NumPy SeedSequence, the same in every case with this root."""
    import numpy as np

    return int(np.random.SeedSequence(root, spawn_key=(replication,)).generate_state(1, np.uint64)[0]) >> 1
