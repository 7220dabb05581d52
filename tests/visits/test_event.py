"""What pages say to machines of a visit: schema.org Event, and nothing beyond what they say to people."""

import json
import re
from datetime import timedelta

import pytest

from liaison.accounts.models import User
from stations.models import Station
from tests import factories
from visits.actions import cancel_visit, publish_visit, save_visit
from visits.choices import AttendanceState
from visits.models import Visit


def data_of(page) -> dict:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.content.decode())
    assert len(found) == 1
    return json.loads(found[0])


@pytest.fixture
def visit(station, street):
    Station.objects.filter(pk=station.pk).update(latitude=34.78, longitude=113.68)
    person = factories.representative("张三", station=station)
    hidden = factories.representative("不公开", is_public=False)
    people = [person, hidden]
    visit = factories.visit(station, title="供暖", topics="报修难", people=people)
    return publish_visit(visit, by=street)


def test_visit_page_has_the_event(client, settings, visit, station):
    settings.SITE = settings.SITE | {"url": "https://example.org/"}
    person = visit.representatives.get(name="张三")
    start = f"{factories.hour():%Y-%m-%dT}"
    assert data_of(client.get(visit.get_absolute_url())) == {
        "@context": "https://schema.org", "@type": "Event", "name": "供暖", "description": "统一接待选民日\n报修难",
        "url": f"https://example.org/visits/{visit.public_id}/",
        "startDate": f"{start}09:00:00+08:00", "endDate": f"{start}11:00:00+08:00",
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "location": {
            "@type": "Place", "name": "甲院社区代表联络站",
            "address": {"@type": "PostalAddress", "addressCountry": "CN", "addressLocality": "花园路街道",
                        "streetAddress": "花园路 1 号"},
            "geo": {"@type": "GeoCoordinates", "latitude": 34.78, "longitude": 113.68},
        },
        "organizer": {"@type": "GovernmentOrganization", "name": "花园路街道人大工委"},
        "performer": [
            {"@type": "Person", "name": "张三", "url": f"https://example.org/representatives/{person.public_id}/"}
        ],
        "isAccessibleForFree": True, "inLanguage": "zh-CN",
    }  # fmt: skip


def test_without_an_address_of_the_house_links_are_the_page_s_own(client, visit):
    assert data_of(client.get(visit.get_absolute_url()))["url"] == visit.get_absolute_url()


def test_moved_visit_is_rescheduled_and_names_the_old_hour(client, district, visit):
    visit.starts_at, visit.ends_at = (moment + timedelta(days=1) for moment in (visit.starts_at, visit.ends_at))
    save_visit(visit, representatives=list(visit.representatives.all()), by=district)
    data = data_of(client.get(visit.get_absolute_url()))
    assert (data["eventStatus"], data["previousStartDate"], data["startDate"]) == (
        "https://schema.org/EventRescheduled", f"{factories.hour(7):%Y-%m-%dT}09:00:00+08:00",
        f"{factories.hour(8):%Y-%m-%dT}09:00:00+08:00",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "status", "place"),
    [
        ({"state": "cancelled", "cancel_reason": "停电"}, "EventCancelled", "甲院社区代表联络站"),
        ({"is_online": True}, "EventMovedOnline", None),
        ({"place": "人民公园"}, "EventScheduled", "人民公园"),
    ],
)
def test_other_states_and_places(client, visit, fields, status, place):
    Visit.objects.filter(pk=visit.pk).update(**fields)
    data = data_of(client.get(visit.get_absolute_url()))
    assert (data["eventStatus"], data["location"].get("name")) == (f"https://schema.org/{status}", place)
    assert ("geo" in data["location"]) == (place == "甲院社区代表联络站")


PRIVATE = (
    "工作人员", "13803710000", "13803710001", "example.org", "65550001", "证号甲", "某单位", "不公开", "请了假", "住院",
    "迟公布的理由", "王二麻", "13900001111", "王科长", "供电检修", "改地点",
)  # fmt: skip


@pytest.fixture
def known(station, street, liaison):
    """A visit about which much is known: of its staff, its people, who is not public and who asked leave."""
    Station.objects.filter(pk=station.pk).update(phone="0371-65550001")
    for number, person in enumerate([street, liaison]):
        User.objects.filter(pk=person.pk).update(
            name=f"工作人员{number}", phone=f"1380371000{number}", email=f"staff{number}@example.org"
        )
    people = [
        factories.representative("张三", station=station, user=liaison, certificate="证号甲", employer="某单位"),
        factories.representative("不公开", is_public=False), factories.representative("请了假"),
    ]  # fmt: skip
    factories.contact(station.code, name="王二麻", phone="13900001111")
    draft = factories.visit(station, title="供暖", people=people, created_by=liaison, starts_at=factories.hour(1))
    draft.attendances.filter(representative=people[2]).update(state=AttendanceState.LEAVE, note="住院")
    return publish_visit(draft, by=street, late_reason="迟公布的理由")


def move(visit, by):
    visit.place = "人民公园"
    save_visit(visit, change_reason="改地点", by=by)


def log(visit, by):
    Visit.objects.filter(pk=visit.pk).update(state="held")
    Visit.objects.filter(pk=visit.pk).update(
        state="logged", voters_received=3, summary="选民王二麻 13900001111 反映暖气不热", result="已转王科长",
        logged_at=visit.ends_at, logged_by=by,
    )  # fmt: skip


@pytest.mark.parametrize(
    "act",
    [lambda visit, by: None, move, lambda visit, by: cancel_visit(visit, reason="供电检修", by=by), log],
    ids=["published", "changed", "cancelled", "logged"],
)
def test_nothing_of_staff_voters_or_whoever_is_not_public_is_told(client, known, station, street, act):
    act(known, by=street)
    pages = [client.get(known.get_absolute_url()), client.get("/schedule/"), client.get(station.get_absolute_url())]
    told = " ".join(
        data for page in pages for data in re.findall(r'ld\+json">(.*?)</script>', page.content.decode(), re.S)
    )
    assert [words for words in PRIVATE if words in told] == []
    assert [words for words in ("供暖", "张三", "甲院社区代表联络站") if words in told] == ["供暖", "张三"] + [
        "甲院社区代表联络站"
    ] * (act is not move)


def test_title_cannot_leave_its_element(client, station):
    title = "</script><script>alert(1)</script>&<!--"
    page = client.get(factories.visit(station, title=title, state="published").get_absolute_url())
    assert data_of(page)["name"] == title
    assert page.content.decode().count("</script>") == page.content.decode().count("<script")
    assert "<script>" not in page.content.decode()


def test_station_lists_its_coming_visits(client, visit, station):
    second = factories.visit(station, state="published", starts_at=factories.hour(9))
    assert data_of(client.get(station.get_absolute_url())) == {
        "@context": "https://schema.org", "@type": "ItemList",
        "itemListElement": [
            {"@type": "ListItem", "position": n, "url": found.get_absolute_url()}
            for n, found in enumerate([visit, second], start=1)
        ],
    }  # fmt: skip


def test_station_without_visits_says_nothing(client, station):
    assert "ld+json" not in client.get(station.get_absolute_url()).content.decode()
