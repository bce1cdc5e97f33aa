"""Imported by the server from which workers are forked, so imports and kernels are loaded once for all of them."""

import contextlib

from .kernels import warm_up

if __name__ != "__main__":
    with contextlib.suppress(Exception):  # a worker that is not warm is slow, not wrong; its trials report any error
        warm_up()
