"""A clock for tests that are about its length alone."""

from feedback.deadlines import Clock


def clock(count: int, unit: str, rule: str = "") -> Clock:
    return Clock(count, unit, "本系统默认值", rule)
