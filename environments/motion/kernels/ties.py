"""Stateless hashes that break ties and draw visiting orders without a random stream."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, inline="always")
def mix(value):
    """A hash of a uint64, 64 bits (the finaliser of splitmix64)."""
    value = (value + np.uint64(0x9E3779B97F4A7C15)) & np.uint64(0xFFFFFFFFFFFFFFFF)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@njit(cache=True, inline="always")
def tick_salt(seed: int, tick: int) -> int:
    """The part of the tie hash that is the same for all vehicles of a tick, 32 bits."""
    salt = ((seed & 0xFFFFFFFF) ^ ((tick * 0x9E3779B1) & 0xFFFFFFFF)) & 0xFFFFFFFF
    salt = ((salt ^ (salt >> 16)) * 0x7FEB352D) & 0xFFFFFFFF
    return ((salt ^ (salt >> 15)) * 0x846CA68B) & 0xFFFFFFFF


@njit(cache=True, inline="always")
def tie(salt: int, vehicle: int) -> int:
    """The tie hash of a vehicle, 32 bits; rankings of moves use the top two and the low two."""
    mixed = ((salt ^ (vehicle * 0x85EBCA6B)) * 0xC2B2AE35) & 0xFFFFFFFF
    return ((mixed ^ (mixed >> 15)) * 0x27D4EB2F) & 0xFFFFFFFF
