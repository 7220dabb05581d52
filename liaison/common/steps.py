"""Named steps of work that has to survive being killed at any of them.

In production nobody listens, and a step costs one comparison. No setting and no environment variable changes that: only
code that calls `listen` does, and only the proof (tests/proof) calls it, in processes that it starts itself.
"""

from collections.abc import Callable

_listener: Callable[[str], None] | None = None


def at(step: str) -> None:
    """Work has come to `step`."""
    if _listener is not None:
        _listener(step)


def listen(listener: Callable[[str], None] | None) -> None:
    """Tell `listener` of every step in this process from now on; it may stop there for as long as it likes."""
    global _listener
    _listener = listener
