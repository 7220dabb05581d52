"""Personal data as pages show it: enough for whoever knows it to know it again, too little for anybody else."""

import re


def masked(address: str) -> str:
    """li•••@example.org, 137••••0001."""
    name, at, host = address.partition("@")
    if at:
        return f"{name[:2] if len(name) > 2 else name[:1]}•••@{host}"
    return f"{address[:3]}••••{address[-4:]}" if len(address) > 7 else "•" * len(address)


def masked_name(name: str) -> str:
    """张**, however long the name is."""
    return f"{name[:1]}**" if name else ""


def hidden(words: str, *addresses: str) -> str:
    """`words` with every one of `addresses` masked, however its digits are grouped: for what others said or wrote."""
    for address in filter(None, addresses):
        words = re.sub(pattern(address), masked(address), words, flags=re.I)
    return words


def pattern(address: str) -> str:
    name, at, host = address.partition("@")
    if at:
        return rf"{re.escape(name)}(?:@|%40){re.escape(host)}"
    return r"[\s-]?".join(map(re.escape, address))
