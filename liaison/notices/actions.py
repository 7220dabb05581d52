"""Planning and cancelling notices, in the transaction of what they tell about."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from liaison.accounts.actions import log
from liaison.accounts.contacts import NOBODY
from liaison.accounts.models import Contact, User
from liaison.common import sealing
from liaison.common.exceptions import NotAllowed, verb

from .choices import ROOMS, Channel, Group, Kind, State, Word, manner
from .house import House
from .letters import Addressee, Letter, Own, whose
from .lines import Line, in_use
from .manners import Rules, digest_at, is_loud, timing
from .models import ChannelSetting, Notice, Preference, Text
from .texts import SPEAKS_OF, Words, compose, shipped
from .wording import changes_of

LONGEST_NUMBER = 18  # digits of a row's number


@transaction.atomic
def plan(*, about: str, about_version: int, place: str, letters: Iterable[Letter], house: House | None = None) -> None:
    """Make the open notices about something be exactly those of `letters`; planning again changes nothing.

    One for each person and each of the channels by which that person is reached, and one for each room of the place.
    Those of another kind or version or for somebody else are cancelled; one that is late is left to its sender, who
    drops and counts it. Whoever was already told of this version is left alone; what has not gone out yet takes the new
    words and hours. Whoever plans many things brings one `house`.
    """
    letters = [letter._replace(to=list(letter.to)) for letter in letters]
    wanted = {
        (letter.kind, whose(to), channel): fields | {"place": place}
        for letter, to, channel, fields in reckoned(letters, place, house or House())
    }
    now = timezone.now()
    there = [row for row in lock(about) if row.state != State.PLANNED or row.expires_at > now]
    rows = {(row.kind, row.whose, row.channel): row for row in there if row.about_version == about_version}
    call_off(row.pk for row in there if rows.get((row.kind, row.whose, row.channel)) != row)
    call_off(row.pk for key, row in rows.items() if key not in wanted)
    for key in wanted.keys() & rows.keys():
        restate(rows[key], wanted[key])
    told = {(row.kind, row.whose) for row in rows.values() if any(row.whose) and has_left(row)}
    Notice.objects.bulk_create(
        [
            Notice(kind=kind, about=about, about_version=about_version, recipient_id=recipient, contact_id=contact,
                   channel=channel, **fields)
            for (kind, (recipient, contact), channel), fields in wanted.items()
            if (kind, (recipient, contact), channel) not in rows
            and ((kind, (recipient, contact)) not in told or channel == Channel.INBOX)
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def reckoned(letters: list[Letter], place: str, house: House) -> Iterator[tuple[Letter, Addressee | None, str, dict]]:
    """Each letter to each person by each channel, with the hours and words of its row."""
    now = timezone.now()
    by, lines, wording = house.hours, house.lines(place), Wording(house.words(place))
    people = {to.pk for letter in letters for to in letter.to if isinstance(to, User)}
    preferences = Preference.objects.in_bulk(people) if people else {}
    for letter in letters:
        for to, channel, preference in recipients(letter, lines, preferences):
            hours = hours_of(letter, channel, to, preference, now, by)
            yield letter, to, channel, wording.of(letter, to, channel, preference) | hours


class Wording:
    """The texts that hold at a place, filled in for each reader; nothing is asked twice."""

    def __init__(self, own: Mapping[tuple[str, str], Words]) -> None:
        self.own = own
        self.values: dict[tuple[str, str], dict[str, str]] = {}

    def of(self, letter: Letter, to: Addressee | None, channel: str, preference: Preference | None) -> dict:
        """Words, variables and buttons of a row, in the reader's language; a room reads the house's.

        Whatever a text or a title says, a voter's telephone and address do not get into the row.
        """
        is_voter = isinstance(to, Contact)
        language = (to.language if is_voter else preference and preference.language) or settings.LANGUAGE_CODE
        with translation.override(language):
            key = (letter.kind, language)
            if key not in self.values:
                self.values[key] = letter.values()
            own = letter.own(to) if to else Own({})
            values = self.values[key] | own.values
        words = compose(self.own.get(key) or shipped(letter.kind, language), values)
        said = {code: str(value) for code, value in values.items() if code in SPEAKS_OF[letter.kind]}
        if is_voter:
            words = Words(*map(to.hidden_in, words))
            said = {code: to.hidden_in(value) for code, value in said.items()}
        return {
            "subject": words.subject,
            "body": words.sms if channel == Channel.SMS else words.body,
            "params": said | {"content": words.sms},
            "buttons": [button._asdict() | {"label": str(button.label)} for button in own.buttons],
            "is_urgent": letter.is_urgent or manner(letter.kind).is_urgent,
        }


def recipients(
    letter: Letter, lines: Mapping[str, Line], preferences: Mapping[int, Preference]
) -> Iterator[tuple[Addressee | None, str, Preference | None]]:
    """Each person with each channel to be used, and the rooms of the place, which are nobody's."""
    for to in sorted(letter.to, key=lambda to: (isinstance(to, Contact), to.pk)):
        preference = preferences.get(to.pk) if isinstance(to, User) else None
        for channel in channels_for(to, letter.kind, lines, preference):
            yield to, channel, preference
    if manner(letter.kind).in_rooms:
        yield from ((None, channel, None) for channel in ROOMS if channel in lines)


def channels_for(
    to: Addressee, kind: str, lines: Mapping[str, Line], preference: Preference | None = None
) -> list[str]:
    """The inbox, and what the person chose, as far as it is in use at the place; a voter has neither."""
    if isinstance(to, Contact):
        return voters_channels(to, lines)
    chosen = preference and preference.channels.get(manner(kind).group)
    wanted = usual_channels(to, lines) if chosen is None else chosen
    return [channel for channel in [Channel.INBOX, *wanted] if channel in lines]


def usual_channels(user: User, lines: Mapping[str, Line]) -> list[str]:
    """Who chose nothing gets mail, or a text message where there is a number and no address.

    Who has neither is planned by mail all the same: that it fails, and why, is what staff see.
    """
    return [Channel.SMS if not user.email and user.phone and Channel.SMS in lines else Channel.EMAIL]


def voters_channels(contact: Contact, lines: Mapping[str, Line]) -> list[str]:
    """A text message where they are in use and the telephone takes one, and mail to whoever gave an address.

    Who is reached by neither is planned by mail: that it fails, and why, tells staff to take up the telephone.
    """
    try:
        given = contact.opened()
    except sealing.Unreadable:
        given = NOBODY
    wanted = [Channel.SMS] if given.takes_messages and Channel.SMS in lines else []
    wanted += [Channel.EMAIL] if given.email or not wanted else []
    return [channel for channel in wanted if channel in lines]


def hours_of(letter: Letter, channel, user, preference, now, by: Rules) -> dict:
    """When the notice is due, from when on it may leave, and whether it travels in the mail of the day."""
    due_at, expires_at = letter.due_at, letter.expires_at
    alone = {"due_at": due_at, "expires_at": expires_at, "not_before": None, "in_digest": False}
    if letter.is_urgent or not is_loud(letter.kind, channel):
        return alone
    if (
        channel == Channel.EMAIL
        and preference
        and preference.has_digest
        and (together := digest_at(due_at, expires_at, now, by))
    ):
        return alone | timing(together, expires_at, now, by, is_office=letter.is_for_offices) | {"in_digest": True}
    return alone | timing(due_at, expires_at, now, by, is_office=letter.is_for_offices)


def has_left(row: Notice) -> bool:
    """Whether the person was, or may have been, told already by a channel that makes itself heard."""
    return row.channel != Channel.INBOX and row.state in (State.SENT, State.LEASED, State.UNKNOWN)


@transaction.atomic
def cancel(about: str) -> int:
    """Cancel what was planned about something and has not gone out; the rows stay, with the reason as their answer."""
    return call_off(row.pk for row in lock(about))


def forget(abouts: Iterable[str]) -> int:
    """Empty what notices about these said, when the voter whom they were about is erased; that they went out stays."""
    gone = _("（内容已清除）")
    rows = Notice.objects.filter(about__in=list(abouts)).exclude(body=gone)
    return rows.update(body=gone, params={}, buttons=[])


def lock(about: str):
    """The notices about something, locked in one order everywhere, so that two who change them cannot deadlock."""
    return Notice.objects.filter(about=about).select_for_update().order_by("pk")


def call_off(pks: Iterable[int]) -> int:
    """Cancel those of `pks` that are planned, or on their way: their sender then finds that they are no longer his."""
    return Notice.objects.open().filter(pk__in=list(pks)).update(state=State.CANCELLED, answer=Word.CHANGED)


def restate(notice: Notice, text: dict) -> None:
    """Give a planned notice its new words and hours; plan one again that was cancelled before anybody sent it."""
    never_went = notice.state == State.CANCELLED and notice.sent_at is None and notice.leased_until is None
    if never_went:
        text = text | {"state": State.PLANNED, "answer": "", "retry_at": None, "created_at": timezone.now()}
    elif notice.state != State.PLANNED:
        return
    if any(getattr(notice, field) != value for field, value in text.items()):
        Notice.objects.filter(pk=notice.pk).update(**text)


def answered(about: str, *, by: User) -> None:
    """Take the buttons off a person's notices about something: what they asked is done."""
    Notice.objects.filter(about=about, recipient=by).exclude(buttons=[]).update(buttons=[])


@verb
def read(notices, *, by: User) -> int:
    """Mark what stands in the person's own inbox as read."""
    return notices.inbox_of(by).unread().update(read_at=timezone.now())


@transaction.atomic
def take_receipt(setting: ChannelSetting, reference: str, delivered: bool, words: str, at: datetime) -> bool:
    """A gateway's word of what became of a message; one that is not about a notice of its line says nothing.

    It may come before the answer of the sending itself, and then settles what was in doubt. An older round's receipt
    is passed over once staff sent the notice again.
    """
    number, _dash, _round = reference.partition("-")
    if not number.isascii() or not number.isdigit() or len(number) > LONGEST_NUMBER:
        return False
    [line] = [line for line in in_use() if line.setting == setting] or [None]
    row = line and Notice.objects.filter(line.covers(), pk=number).select_for_update().first()
    if not row or row.reference != reference or row.delivered_at:
        return False
    if row.contact_id:
        words = row.contact.hidden_in(words)
    if delivered:
        settle_delivered(row, words or Word.DELIVERED, at)
    elif row.state in (State.SENT, State.LEASED, State.UNKNOWN):
        fields = {"state": State.FAILED, "leased_until": None, "answer": words or Word.UNDELIVERED}
        Notice.objects.filter(pk=row.pk).update(**fields)
    return True


def settle_delivered(row: Notice, words: str, at: datetime) -> None:
    here = Notice.objects.filter(pk=row.pk)
    if row.state == State.PLANNED and row.attempt:  # in doubt, about to be tried again
        here.update(state=State.LEASED)
        row.state = State.LEASED
    if row.state in (State.LEASED, State.UNKNOWN):
        here.update(state=State.SENT, sent_at=at, leased_until=None)
    here.update(delivered_at=at, answer=words)


def first_choice(user: User, preference: Preference | None) -> dict:
    """What a person's form shows: the choice, or what holds without one."""
    usual = usual_channels(user, {line.channel: line for line in in_use()})
    chosen = preference.channels if preference else {}
    groups = {group.value: chosen.get(group, usual) for group in Group}
    language = preference.language if preference else ""
    return groups | {"has_digest": bool(preference and preference.has_digest), "language": language}


@verb
def choose(user: User, *, channels: dict[str, list[str]], has_digest: bool, language: str = "") -> Preference:
    """Keep by what a person wants to hear of each group of kinds. What is planned already follows at the next planning,
    which comes within minutes."""
    chosen = {"channels": channels, "has_digest": has_digest, "language": language}
    return Preference.objects.update_or_create(user=user, defaults=chosen)[0]


@verb
def save_text(text: Text, *, words: Words, seen_at: datetime | None, by: User) -> Text | None:
    """Keep what notices of a kind say at a place and below. Writes the log; what has not left yet takes the new words
    when it is planned again.

    `seen_at` is the `changed_at` of the row that the writer saw, None where there was none: whoever changed it
    meanwhile is not overwritten unseen. Words that hold there anyway are not kept; then it gives back None.
    """
    own = same_place(text).select_for_update().first()
    kept = _("您填的内容都还在，但没有保存。请对照下面“现在用的文字”，再保存一次，以您填的为准")
    refuse_unseen_text(own, text, seen_at, kept)
    holds = Text.objects.nearest(text.place).get((text.kind, text.language)) or shipped(text.kind, text.language)
    if [part.strip() for part in words] == [part.strip() for part in holds]:
        return None
    own = own or Text(kind=text.kind, language=text.language, place=text.place)
    own.subject, own.body, own.sms = words
    own.changed_by = by
    own.full_clean()
    own.save()
    log(by, "save_text", own, kind=own.kind, language=own.language, place=own.place)
    return own


@verb
def restore_text(text: Text, *, seen_at: datetime | None, by: User) -> None:
    """Take a place's own text away: from then on the next one above holds, or the shipped one. Writes the log."""
    own = same_place(text).select_for_update().first()
    refuse_unseen_text(own, text, seen_at, _("请看过现在的文字再决定"))
    if own is None:
        raise NotAllowed(_("这里没有自己的文字，用的就是系统自带的，或上级的"))
    log(by, "restore_text", own, kind=own.kind, language=own.language, place=own.place)
    own.delete()


def same_place(text: Text):
    return Text.objects.filter(kind=text.kind, language=text.language, place=text.place)


def refuse_unseen_text(own: Text | None, text: Text, seen_at: datetime | None, what_now: str) -> None:
    if (own and own.changed_at) == seen_at:
        return
    last = next(iter(changes_of(text.kind, text.language, text.place)), None)
    if last is None:  # nobody ever wrote one here: there is nothing to overwrite unseen
        return
    told = _("%(who)s刚才%(what)s。%(now)s") % {"who": last.by, "what": last.what, "now": what_now}
    raise NotAllowed(told, code="stale")


@verb
def turn_mail(user: User, *, groups: Iterable[str], on: bool) -> Preference:
    """Turn a person's mail about some groups off or on, for whoever came by a mail's own link; the inbox stays.

    What is planned by mail is called off at once; turned on again, it is planned anew within minutes.
    """
    preference = Preference.objects.select_for_update().filter(pk=user.pk).first()
    channels = dict(preference.channels) if preference else {}
    now = first_choice(user, preference)
    for group in groups:
        channels[group] = [one for one in now[group] if one != Channel.EMAIL] + [Channel.EMAIL] * on
    if not on:
        kinds = [kind for kind in Kind if manner(kind).group in groups]
        mail = Notice.objects.filter(recipient=user, channel=Channel.EMAIL, kind__in=kinds, state=State.PLANNED)
        mail.update(state=State.CANCELLED, answer=Word.LEFT)
    return Preference.objects.update_or_create(user=user, defaults={"channels": channels})[0]
