"""Numba kernels, a file for each purpose: pure functions over arrays."""
