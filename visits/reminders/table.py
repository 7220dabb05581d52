"""The rules of a kind of visit as lines of a page, in words."""

from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from liaison.notices.choices import Kind

from .rules import SHAPES, Anchor, Rule, Rules

ALL_KINDS = gettext_lazy("所有类别")


class Line(NamedTuple):
    """One reminder: what, when, to whom, and how late it may still go."""

    kind: Kind
    rule: Rule
    when: str
    to: str
    is_apart: bool  # set for this kind of visit alone

    @property
    def grace(self) -> str:
        return _("%(n)s 小时") % {"n": self.rule.grace}


def lines_of(rules: Rules, visit_kind: str) -> Iterator[Line]:
    for kind, rule in rules.of(visit_kind).items():
        yield Line(kind, rule, when_words(kind, rule), str(SHAPES[kind].to), bool(visit_kind) and rule.is_own)


def when_words(kind: Kind, rule: Rule) -> str:
    """进站前 3 天 9:00, and the like."""
    values = {"n": rule.amount, "at": f"{rule.hour}:00"}
    anchor = SHAPES[kind].anchor
    if anchor is Anchor.DAYS_BEFORE:
        return (_("进站前 %(n)s 天 %(at)s") if rule.amount else _("进站当天 %(at)s")) % values
    if anchor is Anchor.HOURS_BEFORE:
        return _("开始前 %(n)s 小时") % values
    if anchor is Anchor.DAYS_AFTER:
        return (_("结束后 %(n)s 天 %(at)s") if rule.amount else _("结束当天 %(at)s")) % values
    return {
        Anchor.ASKED: _("公布时，或加入名单时"), Anchor.END: _("进站结束时"), Anchor.LOGGED: _("登记以后"),
    }[anchor]  # fmt: skip
