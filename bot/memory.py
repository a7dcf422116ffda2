"""Garbage collection in programs that run for weeks."""

from __future__ import annotations

import gc


def settle_memory() -> None:
    """Leave what there is after the start out of all later garbage collections: each would stop every message for 0.1 s."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)  # a message makes thousands of objects, and none of them outlives it in a circle
    gc.enable()
