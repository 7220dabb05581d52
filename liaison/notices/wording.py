"""Which text holds where, how it looks when it is filled in, and what became of it."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

from liaison.accounts.grants import noun_of, roles_that
from liaison.accounts.history import actor, people
from liaison.accounts.models import Region, User

from .choices import Channel, Kind
from .lines import in_use, is_under, reaching
from .models import Text
from .texts import SPEAKS_OF, VARIABLES, Variable, Words, compose, examples, shipped, sms_parts

MOST_CHANGES = 30
LANGUAGES = [language for language, _name in settings.LANGUAGES]


class Holding(NamedTuple):
    """The text of a kind in a language that holds at a place; `text` is None where it is the shipped one."""

    kind: Kind
    language: str
    words: Words
    text: Text | None
    whose: str

    @property
    def language_name(self) -> str:
        return _(dict(settings.LANGUAGES)[self.language])


def holdings(place: str, kinds: Iterable[Kind] = tuple(Kind)) -> list[Holding]:
    """Every kind in every language. Words are no secret to a place that they are sent to, so a district sees those
    of the places above it, too."""
    rows = Text.objects.holding(place)
    names = names_of(row.place for row in rows.values())
    return [
        Holding(kind, language, row.words if row else shipped(kind, language), row, row and names[row.place])
        for kind in kinds
        for language in LANGUAGES
        for row in [rows.get((kind, language))]
    ]


def names_of(places: Iterable[str]) -> dict[str, str]:
    """Names of places as whoever writes a text calls them."""
    places = set(places)
    names = dict(Region.objects.filter(code__in=places).values_list("code", "name"))
    return {place: names.get(place, place) or _("全部地区") for place in places}


def places_of(user: User, verb: str) -> list[str]:
    """Where `user` may `verb` texts: the places of the postings that let them, the widest first."""
    granted = roles_that(verb, noun_of(Text))
    return sorted({p.code for p in user.current_postings if p.role in granted}, key=lambda code: (len(code), code))


def reaches(user: User, verb: str, place: str) -> bool:
    return any(is_under(place, code) for code in places_of(user, verb))


class Said(NamedTuple):
    """A variable, for whoever writes: its example, and where it may stand."""

    variable: Variable
    example: str

    @property
    def where(self) -> str:
        if self.variable.may_show:
            return _("标题、短信、正文")
        return _("短信、正文") if self.variable.is_link else _("正文")


def variables(kind: str, language: str) -> list[Said]:
    filled = examples(kind, language)
    return [Said(VARIABLES[code], filled[code]) for code in SPEAKS_OF[kind]]


class Preview(NamedTuple):
    """A text with examples in place of its variables, and what its text message costs."""

    words: Words
    sign: str | None  # None where no text messages are sent
    length: int
    parts: int


def preview(kind: str, language: str, words: Words, sign: str | None) -> Preview:
    filled = compose(words, examples(kind, language))
    return Preview(filled, sign, *sms_parts(filled.sms, sign or ""))


def sign_at(place: str) -> str | None:
    """The signature that text messages of `place` carry, by the setting of the channel there."""
    line = reaching(place, in_use()).get(Channel.SMS)
    return line.setting.config.get("sign", "") if line else None


class Change(NamedTuple):
    """What somebody did to a text, with its words from then on."""

    at: datetime
    by: str
    what: str
    words: Words | None


def changes_of(kind: str, language: str, place: str) -> list[Change]:
    """The latest changes of the text of a place, the newest first; rows that were deleted are among them."""
    events = Text.pgh_event_models["update"].objects.filter(kind=kind, language=language, place=place)
    events = list(events.select_related("pgh_context").order_by("-pgh_id")[:MOST_CHANGES])
    names = people(events)
    acts = {"insert": _("写了自己的文字"), "update": _("修改了文字"), "delete": _("去掉了自己的文字")}
    return [
        Change(
            event.pgh_created_at, names.get(actor(event), names[None]), acts[event.pgh_label],
            None if event.pgh_label == "delete" else Words(event.subject, event.body, event.sms),
        )
        for event in events
    ]  # fmt: skip
