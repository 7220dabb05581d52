"""How a Chinese name is spelled, for search by pinyin and by initials."""

from pypinyin import Style, lazy_pinyin


def spellings(name: str) -> tuple[str, str]:
    """`name` in pinyin without tones, and its initials: 张三 → ("zhangsan", "zs"), read as the library reads it."""
    syllables = lazy_pinyin(name, style=Style.NORMAL, errors=lambda rest: list(rest.lower()))
    letters = ["".join(c for c in s if c.isascii() and c.isalnum()) or "" for s in syllables]
    return "".join(letters)[:120], "".join(s[0] for s in letters if s)[:40]
