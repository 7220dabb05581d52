"""What stands in the way of a plan, in words: the people and days that conflict, and the way out."""

from collections import defaultdict

from django.utils import timezone
from django.utils.translation import gettext_noop as _

from liaison.common.templatetags.face import cn_time_range

from .facts import short_day
from .problem import Reading
from .sayings import Saying, kept, say
from .shapes import Answer, Lack

MOST_LINES = 12


def conflicts_of(reading: Reading, answer: Answer) -> list[dict]:
    """Each conflict as a title, the lines that explain it, and what can be done, as JSON keeps sayings."""
    return Words(reading, answer).all()


class Words:
    def __init__(self, reading: Reading, answer: Answer):
        self.answer, self.may_lack = answer, reading.ask.options.may_lack
        self.reading, self.facts, self.drafts = reading, reading.facts, reading.drafts
        self.slots = {slot.key: slot for slot in reading.problem.slots}
        self.needs = {(need.kind, need.about): need for need in reading.problem.needs}
        self.members = defaultdict(list)
        for rep in reading.facts.reps.values():
            for stay in rep.memberships:
                if stay.days_in(reading.ask.from_on, reading.ask.to_on):
                    self.members[stay.what].append(rep.key)

        self.placed = defaultdict(list)
        for slot, person in answer.places:
            self.placed[person].append(self.slots[slot])

    def all(self) -> list[dict]:
        lacks, groups = self.answer.lacks, defaultdict(list)
        for lack in lacks:
            if lack.group:
                groups[lack.group].append(lack)
        found = [self.unfit(*row) for row in self.reading.unfit]
        found += [getattr(self, lack.kind)(lack) for lack in lacks if not lack.group]
        return found + [self.together(group) for group in groups.values()]

    # One demand that nothing can meet

    def unfit(self, draft, person: int, why: str) -> dict:
        words = {"when": self.when(draft), "where": self.station(draft.station), "name": self.name(person), "why": why}
        return conflict(
            say(_("%(when)s %(where)s：已手工安排的%(name)s%(why)s，不能安排"), **words), [],
            say(_("请打开这次安排换人，再重新编排。")),
        )  # fmt: skip

    def slot(self, lack: Lack) -> dict:
        slot, draft = self.slots[lack.about[0]], self.drafts[lack.about[0]]
        words = {"when": self.when(draft), "where": self.station(draft.station), "n": slot.least}
        words["m"] = slot.least - lack.short
        title = say(_("%(when)s %(where)s：需要 %(n)s 人，只有 %(m)s 人能来"), **words)
        lines = [self.of(person, say(_("已安排，保留"))) for person in slot.fixed]
        others = [person for person in self.members[slot.station] if person not in slot.fixed]
        others.sort(key=lambda person: person not in slot.able)
        lines += [self.of(person, self.can(person, slot)) for person in others]
        if not self.members[slot.station]:
            lines.append(say(_("这个站没有编入代表")))
        return conflict(
            title, lines,
            self.way(_("可以改期，请别站的代表（在安排里手工加上），或者减少每场人数。")),
        )  # fmt: skip

    def year(self, lack: Lack) -> dict:
        person, year = lack.about
        need = self.needs["year", lack.about]
        words = {"name": self.name(person), "year": year, "n": need.count, "m": need.count - lack.short}
        title = say(_("%(name)s：%(year)s年还要进站 %(n)s 次，本期只排得进 %(m)s 次"), **words)
        return conflict(
            title, self.days_of(person, year),
            self.way(_("可以给所在的站增加场次，延长期限，或者提前结束请假。")),
        )  # fmt: skip

    def pin(self, lack: Lack) -> dict:
        (person,) = lack.about
        title = say(_("指定的%(name)s：本期一次也排不进"), name=self.name(person))
        way = _("可以给所在的站增加场次，延长期限，或者不再指定。")
        return conflict(title, self.days_of(person), self.way(way))

    def leader(self, lack: Lack) -> dict:
        station, year, quarter = lack.about
        need = self.needs["leader", lack.about]
        words = {"where": self.station(station), "year": year, "q": quarter, "n": need.count}
        words["m"] = need.count - lack.short
        title = say(_("%(where)s：%(year)s年第 %(q)s 季度还要领导干部进站 %(n)s 次，只排得进 %(m)s 次"), **words)
        lines = []
        for person in self.members[station]:
            if self.facts.reps[person].is_leader:
                lines += self.days_of(person, year, station=station, quarter=quarter) or [
                    self.of(person, say(_("本季度这个站没有要排的场次")))
                ]
        return conflict(title, lines, self.way(_("可以在本季度给这个站增加场次，或者改期。")))

    # Demands that exclude each other

    def together(self, group: list[Lack]) -> dict:
        lines = [line for lack in group for line in self.short(lack)]
        return conflict(
            say(_("下面 %(n)s 项要求不能同时做到：一位代表一天只能进站一次，每场人数有上限"), n=len(group)), lines,
            self.way(_("可以把其中一场改期，请别站的代表，或者提高每场人数上限。")),
        )  # fmt: skip

    def short(self, lack: Lack) -> list[Saying]:
        if lack.kind == "slot":
            slot, draft = self.slots[lack.about[0]], self.drafts[lack.about[0]]
            words = {"when": self.when(draft), "where": self.station(slot.station), "n": slot.least}
            words["names"] = [self.name(person) for person in [*slot.fixed, *slot.able]]
            return [say(_("%(when)s %(where)s需要 %(n)s 人，能来的有：%(names)s"), **words)]
        need = self.needs[lack.kind, lack.about]
        days = sorted({self.slots[slot].day for slot, _person in need.places})
        words = {"n": need.count, "days": [short_day(day) for day in days[:MOST_LINES]]}
        if lack.kind == "leader":
            words["who"] = sorted({self.name(person) for _slot, person in need.places})
            words["where"] = self.station(lack.about[0])
            return [say(_("%(where)s要领导干部进站 %(n)s 次（%(who)s），能来的日子：%(days)s"), **words)]
        words["who"] = self.name(lack.about[0])
        return [say(_("%(who)s要进站 %(n)s 次，能来的日子：%(days)s"), **words)]

    # Pieces

    def days_of(
        self, person: int, year: int | None = None, station: str = "", quarter: int | None = None
    ) -> list[Saying]:
        """Each slot at the person's stations, and why they cannot come, or that they can."""
        lines = []
        homes = {stay.what for stay in self.facts.reps[person].memberships}
        for key, slot in self.slots.items():
            fits = slot.station == station if station else slot.station in homes
            if not fits or (year and slot.day.year != year) or (quarter and (slot.day.month + 2) // 3 != quarter):
                continue
            words = {"who": self.name(person), "when": self.when(self.drafts[key]), "where": self.station(slot.station)}
            words["why"] = say(_("已安排，保留")) if person in slot.fixed else self.can(person, slot)
            lines.append(say(_("%(who)s %(when)s %(where)s：%(why)s"), **words))
        if len(lines) > MOST_LINES:
            lines = [*lines[:MOST_LINES], say(_("等 %(n)s 场"), n=len(lines))]
        return lines or ([] if station else [say(_("本期所在的站没有要排的场次"))])

    def of(self, person: int, why: Saying) -> Saying:
        return say(_("%(who)s：%(why)s"), who=self.name(person), why=why)

    def can(self, person: int, slot) -> Saying:
        """Why somebody cannot come to a slot, that the plan needs them elsewhere that day, or that they can."""
        draft = self.drafts[slot.key]
        if words := self.facts.why_not(person, slot.station, slot.starts_at, slot.ends_at, draft.visit):
            return words
        mine = self.placed[person]
        if slot in mine:
            return say(_("本方案排在这一场"))
        other = next((other for other in mine if other.day == slot.day), None)
        if other is None:
            return say(_("能来"))
        hours = cn_time_range(other.starts_at, other.ends_at)
        return say(_("当天 %(hours)s 已安排在%(where)s"), hours=hours, where=self.station(other.station))

    def way(self, words: str) -> Saying:
        """What can be done; where the plan goes on without it, what is left to do by hand."""
        if self.may_lack:
            return say(_("方案照样编好了，这一项还缺，请采用以后手工补上，或改期。"))
        more = say(_("也可以勾选“人手不够也编排”，缺的会列出来。"))
        return say("%(way)s%(more)s", way=say(words), more=more)

    def when(self, draft) -> Saying:
        hours = cn_time_range(draft.starts_at, draft.ends_at)
        return say("%(date)s %(hours)s", date=timezone.localdate(draft.starts_at), hours=hours)

    def name(self, person: int) -> str:
        return self.facts.reps[person].name

    def station(self, code: str) -> str:
        return self.reading.stations.get(code, code)


def conflict(title: Saying, lines: list[Saying], way: Saying) -> dict:
    return {"title": kept(title), "lines": [kept(line) for line in lines], "way": kept(way)}
