"""What a page of a lower app shows from a higher one: the higher app lends a function under a name when it starts.

So a station's page can say when the next visit is, though visits know stations and not the other way round.
"""

from collections.abc import Callable

_lent: dict[str, Callable] = {}


def lend(name: str, act: Callable) -> None:
    _lent[name] = act


def borrowed(name: str, *args, **kwargs):
    """What the lender of `name` answers; None where nobody lends it."""
    return _lent[name](*args, **kwargs) if name in _lent else None
