"""How things are timed: medians of interleaved rounds, because the machine is shared."""

import statistics
import time
from collections.abc import Callable


def median_ms(act: Callable[[], object], repeats: int) -> float:
    """Median milliseconds of one call, after two calls that warm it up."""
    times = []
    for _ in range(repeats + 2):
        start = time.perf_counter()
        act()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times[2:])
