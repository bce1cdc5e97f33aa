"""Planners: where each vehicle moves next."""
