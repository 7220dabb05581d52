"""The private calendar: who sees what in it, that its address is a key, and that a revoked key opens nothing."""

import io
import logging

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from liaison.common.exceptions import NotAllowed
from tests import factories
from visits.choices import AttendanceState
from visits.feeds.keys import address_of, make_key, mark_used, renew_key, revoke_key
from visits.models import FeedKey

from .test_feed_views import events


def path_of(key: FeedKey) -> str:
    return f"/calendars/{address_of(key)}.ics"


def own(client, user) -> list[dict[str, str]]:
    response = client.get(path_of(make_key(by=user)))
    assert response.status_code == 200
    return events(response)


@pytest.fixture
def plan(station, other_station, representative):
    person, other = representative.representative, factories.representative("李四", station=station)
    make = factories.visit
    make(station, title="公布的", people=[person, other], state="published", starts_at=factories.hour(1))
    make(station, title="草稿的", people=[other], starts_at=factories.hour(2))
    make(other_station, title="别站的", state="published", starts_at=factories.hour(3))
    return person


@pytest.mark.parametrize(
    ("who", "found"),
    [
        ("representative", ["公布的"]),
        ("liaison", ["公布的", "【未公布】草稿的"]),
        ("street", ["公布的", "【未公布】草稿的"]),
        ("district", ["公布的", "【未公布】草稿的", "别站的"]),
        ("neighbour", ["别站的"]),
    ],
)
def test_each_sees_what_the_desk_shows_them(client, plan, request, who, found):
    rows = own(client, request.getfixturevalue(who))
    assert [row["SUMMARY"].split("（")[0] for row in rows] == found
    assert {row["CLASS"] for row in rows} == {"PRIVATE"}
    states = ["TENTATIVE" if "未公布" in row["SUMMARY"] else "CONFIRMED" for row in rows]
    assert [row["STATUS"] for row in rows] == states


def test_ones_own_hours_are_busy_and_say_how_one_stands(client, plan, representative, liaison):
    [mine] = own(client, representative)
    assert (mine["TRANSP"], mine["DESCRIPTION"].split("\\n")[0]) == ("OPAQUE", "本人：应到")
    plan.attendances.update(state=AttendanceState.LEAVE)
    [away] = events(client.get(path_of(FeedKey.objects.get(user=representative))))
    assert (away["TRANSP"], away["SUMMARY"]) == ("TRANSPARENT", "【已请假】公布的（甲院社区代表联络站）")
    told = own(client, liaison)[0]
    assert told["DESCRIPTION"].split("\\n")[:2] == ["代表：李四（区人大代表）", "请假：张三（区人大代表）"]
    assert told["TRANSP"] == "TRANSPARENT"


def test_the_file_holds_neither_its_address_nor_a_voter(client, plan, liaison, station):
    factories.visit(station, starts_at=factories.hour(-2), state="logged", summary="选民王五反映", result="已转办")
    key = make_key(by=liaison)
    response = client.get(path_of(key))
    text = response.content.decode().replace("\r\n ", "")
    assert [word for word in (key.public_id, "王五", "已转办") if word in text] == []
    assert (response["Cache-Control"], response["Referrer-Policy"]) == ("private, no-cache", "no-referrer")
    again = client.get(path_of(key), HTTP_IF_NONE_MATCH=response["ETag"])
    assert (again.status_code, again["Referrer-Policy"]) == (304, "no-referrer")


def test_a_revoked_address_is_gone_and_says_so(client, liaison):
    key = make_key(by=liaison)
    revoke_key(key, by=liaison)
    response = client.get(path_of(key))
    assert response.status_code == 410
    assert "这个日历订阅地址已经停用" in response.content.decode()
    assert response["Referrer-Policy"] == "no-referrer"
    with pytest.raises(NotAllowed, match="这个订阅地址已经停用"):
        revoke_key(key, by=liaison)


def test_whoever_left_has_no_calendar(client, liaison):
    path = path_of(make_key(by=liaison))
    liaison.is_active = False
    liaison.save()
    assert client.get(path).status_code == 410


def test_a_person_without_a_posting_sees_nothing(client, plan, liaison):
    liaison.postings.update(until=timezone.localdate())
    assert own(client, liaison) == []


def test_only_what_we_signed_opens(client, liaison, settings):
    key = make_key(by=liaison)
    path = path_of(key)
    forged = [f"/calendars/{key.public_id}.ics", f"/calendars/{key.public_id}.{'A' * 43}.ics", path[:-5] + ".ics",
              path.replace(key.public_id, "0000000000"), "/calendars/x.ics"]  # fmt: skip
    assert [client.get(address).status_code for address in forged] == [404] * 5
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"
    assert client.get(path).status_code == 200


def test_the_database_lets_no_revoked_key_come_back(liaison):
    key = make_key(by=liaison)
    revoke_key(key, by=liaison)
    with pytest.raises(Exception, match="停用的订阅地址不能恢复"):
        FeedKey.objects.filter(pk=key.pk).update(revoked_at=None)


def test_use_is_written_once_an_hour_and_leaves_no_history(client, liaison):
    key = make_key(by=liaison)
    client.get(path_of(key))
    first = FeedKey.objects.get(pk=key.pk).used_at
    client.get(path_of(key))
    mark_used(key, first)  # a copy that was read before the first use
    assert FeedKey.objects.get(pk=key.pk).used_at == first
    assert FeedKey.pgh_event_models["update"].objects.filter(pgh_obj=key.pk).count() == 1


@pytest.mark.parametrize("status", [200, 404, 410, 500])
def test_no_log_line_holds_an_address(client, liaison, status, caplog, monkeypatch, capsys):
    key = make_key(by=liaison)
    path = path_of(key).replace(".ics", "x.ics") if status == 404 else path_of(key)
    if status == 410:
        revoke_key(key, by=liaison)
    if status == 500:
        monkeypatch.setattr("visits.feeds.serving.own_contents", lambda user, today: 1 / 0)
        client.raise_request_exception = False
    written = logged(lambda: client.get(path), status)
    assert key.public_id not in written
    assert ("/calendars/…" in written) is (status != 200)


def logged(act, status: int) -> str:
    """What our own handler writes while `act` is done, and that it was answered with `status`."""
    [handler] = [h for h in logging.getLogger().handlers if getattr(h, "filters", None)]
    stream = handler.setStream(io.StringIO())
    try:
        assert act().status_code == status
        return handler.stream.getvalue()
    finally:
        handler.setStream(stream)


def test_a_private_calendar_takes_the_same_queries_for_one_visit_and_for_three(client, liaison, station):
    path, counts = path_of(make_key(by=liaison)), []
    client.get(path)
    for days in (1, 2, 3):
        factories.visit(station, people=[factories.representative(station=station)], starts_at=factories.hour(days))
        with CaptureQueriesContext(connection) as found:
            client.get(path)
        counts.append(len(found))
    assert counts == [counts[0]] * 3


# -- the desk --------------------------------------------------------------------------------------------------------


def test_the_desk_opens_shows_renews_and_revokes(as_, liaison):
    desk = as_(liaison)
    assert "开通日历订阅" in desk.get("/desk/calendar-feed/").content.decode()
    desk.post("/desk/calendar-feed/")
    first = FeedKey.objects.get()
    assert f"http://testserver{path_of(first)}" in desk.get("/desk/calendar-feed/").content.decode()
    desk.post("/desk/calendar-feed/renew/")
    second = FeedKey.objects.in_force().get()
    assert [desk.get(path_of(key)).status_code for key in (first, second)] == [410, 200]
    desk.post("/desk/calendar-feed/revoke/")
    assert desk.get(path_of(second)).status_code == 410
    assert desk.get("/desk/calendar-feed/revoke/")["Location"] == "/desk/calendar-feed/"


def test_opening_twice_keeps_the_first(as_, liaison):
    desk = as_(liaison)
    desk.post("/desk/calendar-feed/")
    page = desk.post("/desk/calendar-feed/").content.decode()
    assert "已有一个订阅地址，请先停用" in page
    assert FeedKey.objects.count() == 1


def test_nobody_sees_anothers_address(as_, liaison, district):
    key = make_key(by=liaison)
    assert address_of(key) not in as_(district).get("/desk/calendar-feed/").content.decode()
    renewed = renew_key(key, by=liaison)
    assert (renewed.user, FeedKey.objects.for_user(district).count()) == (liaison, 0)


def test_the_page_with_the_address_is_kept_nowhere(as_, liaison):
    make_key(by=liaison)
    page = as_(liaison).get("/desk/calendar-feed/")
    assert "no-store" in page["Cache-Control"]
