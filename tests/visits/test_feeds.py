"""A calendar's file: golden, read by parsers that did not write it, the same in every time zone, whatever the words."""

import os
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import ics
import pytest
import vobject
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from representatives.choices import SeatLevel
from stations.choices import RoomKind
from tests import factories
from visits.choices import AttendanceState
from visits.feeds import choosing
from visits.feeds.contents import Item
from visits.feeds.ics import Head, event, text, uid, written
from visits.models import Visit

GOLDEN = Path(__file__).parent / "golden"
BASE = "https://liaison.example"
TODAY = date(2099, 3, 2)  # far ahead: the database publishes nothing that has begun


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return timezone.make_aware(datetime(2099, 3, day, hour, minute))


def unfolded(content: bytes) -> str:
    return content.decode().replace("\r\n ", "")


@pytest.fixture
def golden(station):
    """Three visits with fixed ids and times: one plain, one changed with all that is difficult, one cancelled."""
    station.latitude, station.longitude = 34.7578901, 113.6653712
    station.save()
    zhang = factories.representative("张三", station=station, level=SeatLevel.CITY, post="主任", employer="某单位")
    rare = factories.representative("𠮷䶮喆", station=station)
    hidden = factories.representative("不公开", station=station, is_public=False)
    room = factories.room(station, RoomKind.COUNCIL_HALL)
    theme = "老旧小区改造，停车、供暖；一件一件说清楚" * 2
    rows = [
        factories.visit(station, public_id="golden0001", starts_at=at(9, 9), people=[zhang, hidden], title=""),
        factories.visit(station, public_id="golden0002", starts_at=at(10, 15, 30), people=[rare, zhang], room=room,
                        title=theme, topics="逗号,分号;反斜杠\\\n第二行 𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷", kind="theme_day"),
        factories.visit(station, public_id="golden0003", starts_at=at(1, 9), place="人民公园东门", kind="outreach"),
    ]  # fmt: skip
    told = datetime(2099, 2, 20, 1, 2, 3, tzinfo=UTC)
    Visit.objects.filter(pk__in=[row.pk for row in rows]).update(state="published", published_at=told)
    Visit.objects.filter(pk=rows[1].pk).update(starts_at=at(10, 16), ends_at=at(10, 18), change_reason="代表另有会议")
    Visit.objects.filter(pk=rows[2].pk).update(state="cancelled", cancel_reason="大风")
    Visit.objects.update(changed_at=told + timedelta(days=3), created_at=told - timedelta(days=9))
    return station


@pytest.fixture
def own_golden(station, liaison):
    """A liaison who is a representative as well: one's own hours, a leave, a draft, somebody else's, one cancelled."""
    me = factories.representative("李四", station=station, user=liaison)
    other = factories.representative("王五", station=station, is_public=False)
    make = factories.visit
    rows = [
        make(station, public_id="golden0011", starts_at=at(9, 9), people=[me, other], room=factories.room(station)),
        make(station, public_id="golden0012", starts_at=at(10, 9), people=[me, other]),
        make(station, public_id="golden0013", starts_at=at(11, 9), people=[me], topics="未公布，只有自己人看得到"),
        make(station, public_id="golden0014", starts_at=at(12, 9), people=[other]),
        make(station, public_id="golden0015", starts_at=at(13, 9), people=[me]),
    ]
    rows[1].attendances.filter(representative=me).update(state=AttendanceState.LEAVE)
    told = datetime(2099, 2, 20, 1, 2, 3, tzinfo=UTC)
    public = Visit.objects.exclude(pk=rows[2].pk)
    public.update(state="published", published_at=told)
    public.filter(pk=rows[4].pk).update(state="cancelled", cancel_reason="大风")
    Visit.objects.update(changed_at=told + timedelta(days=3), created_at=told - timedelta(days=9))
    return liaison


def own_file_of(user) -> bytes:
    with translation.override("zh-hans"):
        contents = choosing.own_contents(user, TODAY)
        head = Head(
            *choosing.own_words(user), f"{BASE}/desk/calendar-feed/", "", choosing.REFRESH_OWN, contents.changed_at
        )
        return written(head, contents.items(), BASE)


def file_of(station, today=TODAY) -> bytes:
    with translation.override("zh-hans"):
        feed = choosing.of_station(station)
        contents = feed.contents(today)
        source = BASE + feed.path("ics")
        head = Head(feed.name, feed.words, BASE + feed.page, source, choosing.REFRESH, contents.changed_at)
        return written(head, contents.items(), BASE)


def held_against(name: str, content: bytes) -> None:
    """Compare with the golden file; LIAISON_GOLDEN=1 writes it anew, to be looked at before it is committed."""
    if os.environ.get("LIAISON_GOLDEN"):
        (GOLDEN / name).write_bytes(content)
    assert content == (GOLDEN / name).read_bytes()


def test_a_stations_calendar_is_the_golden_file(golden):
    held_against("station.ics", file_of(golden))


def test_an_empty_calendar_is_the_golden_file(station):
    held_against("empty.ics", file_of(station))


@pytest.mark.parametrize("zone", ["America/Chicago", "UTC", "Asia/Urumqi"])
def test_the_file_is_the_same_wherever_the_machine_stands(golden, zone, monkeypatch):
    event.cache_clear()
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        with timezone.override(zone):
            assert file_of(golden) == (GOLDEN / "station.ics").read_bytes()
    finally:
        monkeypatch.undo()
        time.tzset()


def test_vobject_reads_what_was_written(golden):
    calendar = vobject.readOne((GOLDEN / "station.ics").read_text())
    read = [(e.uid.value, int(e.sequence.value), e.status.value, e.dtstart.value, e.dtend.value, e.summary.value)
            for e in calendar.vevent_list]  # fmt: skip
    assert read == facts()


def test_ics_reads_what_was_written(golden):
    calendar = ics.Calendar((GOLDEN / "station.ics").read_text())
    extra = {e.uid: int(next(line.value for line in e.extra if line.name == "SEQUENCE")) for e in calendar.events}
    read = [(e.uid, extra[e.uid], e.status, e.begin.datetime, e.end.datetime, e.name) for e in sorted(calendar.events)]
    assert read == facts()


def facts() -> list[tuple]:
    """What any reader must find in the golden file."""
    theme = "老旧小区改造，停车、供暖；一件一件说清楚" * 2
    name = "甲院社区代表联络站"
    return [
        (uid("golden0003"), 3, "CANCELLED", at(1, 9), at(1, 11), f"【已取消】接待选民（{name}）"),
        (uid("golden0001"), 2, "CONFIRMED", at(9, 9), at(9, 11), f"统一接待选民日（{name}）"),
        (uid("golden0002"), 3, "CONFIRMED", at(10, 16), at(10, 18), f"{theme}（{name}）"),
    ]


def test_ones_own_calendar_is_the_golden_file(own_golden):
    held_against("own.ics", own_file_of(own_golden))


def test_vobject_reads_ones_own_calendar():
    calendar = vobject.readOne((GOLDEN / "own.ics").read_text())
    read = [(e.uid.value, e.getChildValue("class"), e.status.value, e.transp.value, e.dtstart.value, e.summary.value)
            for e in calendar.vevent_list]  # fmt: skip
    assert read == own_facts()
    assert not hasattr(calendar, "source")  # the address is a key


def test_ics_reads_ones_own_calendar():
    calendar = ics.Calendar((GOLDEN / "own.ics").read_text())
    transp = {False: "OPAQUE", True: "TRANSPARENT"}
    read = [(e.uid, e.classification, e.status, transp[e.transparent], e.begin.datetime, e.name)
            for e in sorted(calendar.events)]  # fmt: skip
    assert read == own_facts()


def own_facts() -> list[tuple]:
    """What any reader must find in the golden file of one's own calendar."""
    about = [
        ("CONFIRMED", "OPAQUE", ""), ("CONFIRMED", "TRANSPARENT", "【已请假】"), ("TENTATIVE", "OPAQUE", "【未公布】"),
        ("CONFIRMED", "TRANSPARENT", ""), ("CANCELLED", "TRANSPARENT", "【已取消】"),
    ]  # fmt: skip
    theme = "接待选民（甲院社区代表联络站）"
    return [
        (uid(f"golden001{n}"), "PRIVATE", state, busy, at(8 + n, 9), mark + theme)
        for n, (state, busy, mark) in enumerate(about, 1)
    ]


WORDS = st.text(st.characters(codec="utf-8"), max_size=200)


@given(heading=WORDS, lines=st.lists(WORDS, max_size=4), where=WORDS)
def test_whatever_the_words_the_lines_are_short_and_say_the_same(heading, lines, where):
    moment = datetime(2099, 1, 1, tzinfo=UTC)
    item = Item("x", 1, moment, moment, moment, moment, "CONFIRMED", heading, tuple(lines), "类", where, None, "/v/")
    content = event.__wrapped__(item, BASE)
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    assert [line for line in content.split(b"\r\n") if line.decode().encode() != line] == []  # cut between characters
    told = {"SUMMARY": heading, "LOCATION": where, "DESCRIPTION": "\n".join([*lines, f"{BASE}/v/"])}
    for name, words in told.items():
        assert read_back(content, name) == text(words)


def read_back(content: bytes, name: str) -> str:
    """RFC 5545, 3.1 and 3.3.11, by hand."""
    line = next(line for line in unfolded(content).split("\r\n") if line.startswith(f"{name}:"))
    escaped, found = iter(line.removeprefix(f"{name}:")), ""
    for sign in escaped:
        assert sign not in ",;"
        found += {"n": "\n"}.get(other := next(escaped), other) if sign == "\\" else sign
    return found
