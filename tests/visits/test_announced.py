"""What was announced and changed afterwards is shown beside the new, to everybody, until the visit."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from liaison.common.templatetags.face import cn_date
from representatives.models import Representative
from stations.choices import RoomKind
from tests import factories
from visits.actions import publish_visit, save_visit
from visits.history import history_of
from visits.models import Visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(station):
    return [factories.representative(name, station=station) for name in ("张三", "李四", "王五")]


@pytest.fixture
def visit(station, street, people):
    """Announced for next week from 9 to 11 with 张三 and 李四."""
    return publish_visit(factories.visit(station, people=people[:2]), by=street)


def change(visit, *, by, representatives=None, reason="", **fields):
    for name, value in fields.items():
        setattr(visit, name, value)
    return save_visit(visit, representatives=representatives, change_reason=reason, by=by)


def marked(page: str, tag: str) -> list[str]:
    """What stands in <del> or <ins> of a page, in words."""
    found = re.findall(rf"<{tag}[^>]*>(.*?)</{tag}>", page, re.S)
    return [" ".join(unescape(re.sub(r"<[^>]*>", " ", text)).split()) for text in found]


def shown(client, visit) -> dict[str, tuple]:
    """Old and new values that each public place shows."""
    pages = {"page": visit.get_absolute_url(), "list": "/schedule/", "station": f"/stations/{visit.station_id}/"}
    texts = {name: client.get(url).content.decode() for name, url in pages.items()}
    return {name: (marked(text, "del"), marked(text, "ins"), "已变更" in text) for name, text in texts.items()}


NOTHING = ([], [], False)


def test_as_announced_nothing_is_marked(client, visit):
    assert shown(client, visit) == {"page": NOTHING, "list": NOTHING, "station": NOTHING}


def test_new_hours_stand_beside_the_old_until_they_are_the_old_again(client, visit, street):
    change(visit, starts_at=factories.hour(7, at=14), ends_at=factories.hour(7, at=16), by=street)
    day = cn_date(visit.starts_at)
    line = (["原定 9:00—11:00"], ["现为 14:00—16:00"], True)
    assert shown(client, visit) == {
        "page": ([f"原定 {day} 9:00—11:00"], [f"现为 {day} 14:00—16:00"], True),
        "list": line,
        "station": line,
    }
    change(visit, starts_at=factories.hour(7), ends_at=factories.hour(7, at=11), by=street)
    assert shown(client, visit) == {"page": NOTHING, "list": NOTHING, "station": NOTHING}


def test_of_several_changes_the_first_announcement_is_told(client, visit, street):
    for day in (8, 9):
        change(visit, starts_at=factories.hour(day), ends_at=factories.hour(day, at=11), by=street)
    old = f"原定 {cn_date(factories.hour(7))} 9:00—11:00"
    assert shown(client, visit)["page"] == ([old], [f"现为 {cn_date(visit.starts_at)} 9:00—11:00"], True)
    assert shown(client, visit)["list"] == ([old], ["现为 9:00—11:00"], True)


def test_another_room_and_another_place(client, visit, station, street):
    room = factories.room(station, RoomKind.COUNCIL_HALL)
    change(visit, room=room, by=street)
    assert shown(client, visit)["list"] == ([], ["现为 代表议事厅"], True)
    new = "现为 甲院社区代表联络站 代表议事厅 花园路 1 号"
    assert shown(client, visit)["page"] == (["原定 甲院社区代表联络站 花园路 1 号"], [new], True)
    change(visit, room=None, place="老年活动中心", by=street)
    assert shown(client, visit)["list"] == (["原定 花园路 1 号"], [], True)


def test_who_left_is_struck_through_and_who_joined_is_marked(client, visit, people, street):
    change(visit, representatives=people[1:], by=street)
    found = shown(client, visit)["list"]
    assert [name.split()[-1] for names in found[:2] for name in names] == ["张三", "王五"]
    assert [name.split()[-1] for name in shown(client, visit)["page"][0]] == ["张三"]


def test_leave_shows_as_change_without_its_reason(client, visit, people):
    visit.attendances.filter(representative=people[0]).update(state="leave", note="住院")
    page = client.get(visit.get_absolute_url()).content.decode()
    assert [name.split()[-1] for name in marked(page, "del")] == ["张三"]
    assert "住院" not in page
    assert Visit.objects.get(pk=visit.pk).change_reason == ""


def test_person_who_is_not_public_leaks_nowhere(client, visit, people, street):
    Representative.objects.filter(pk=people[0].pk).update(is_public=False)
    change(visit, representatives=people[1:2], by=street)
    assert shown(client, visit) == {"page": NOTHING, "list": NOTHING, "station": NOTHING}
    body = client.get(f"/api/v1/visits/{visit.public_id}/").json()
    assert (body["changed_from"], "张三" in str(body)) == (None, False)


def test_api_tells_what_was_announced(client, visit, people, station, street):
    room = factories.room(station)
    change(visit, representatives=people[1:], starts_at=factories.hour(7, at=8), room=room, by=street)
    told = client.get("/api/v1/visits/").json()["results"][0]["changed_from"]
    assert told == {
        "starts_at": timezone.localtime(factories.hour(7)).isoformat(),
        "ends_at": timezone.localtime(factories.hour(7, at=11)).isoformat(),
        "place": "甲院社区代表联络站 花园路 1 号",
        "left": [{"public_id": people[0].public_id, "name": "张三"}],
        "joined": [{"public_id": people[2].public_id, "name": "王五"}],
    }


def test_once_it_is_over_or_called_off_nothing_is_marked(client, visit, street):
    change(visit, place="老年活动中心", by=street)
    Visit.objects.filter(pk=visit.pk).update(state="held")
    assert shown(client, visit)["page"] == NOTHING
    assert Visit.objects.get(pk=visit.pk).changed_from["place"]["place"] == ""


def test_visit_published_before_anything_was_kept_shows_nothing(client, station, street):
    old = factories.visit(station, state="published")
    change(old, place="老年活动中心", by=street)
    assert shown(client, old)["page"] == NOTHING


def test_what_was_announced_is_nobodys_to_rewrite(visit):
    Visit.objects.filter(pk=visit.pk).update(announced={"people": []}, changed_from={"x": 1}, notice_no=99)
    now = Visit.objects.get(pk=visit.pk)
    assert (now.announced, now.changed_from, now.notice_no) == (visit.announced, None, 1)


def test_cancelled_visit_stays_with_its_reason(client, visit, street):
    Visit.objects.filter(pk=visit.pk).update(state="cancelled", cancel_reason="天气原因")
    for url in ("/schedule/", visit.get_absolute_url(), f"/stations/{visit.station_id}/"):
        page = client.get(url).content.decode()
        assert "天气原因" in page
        assert "已取消" in page


@pytest.mark.parametrize("kind", ["hours", "people"])
def test_list_asks_as_often_for_three_changed_visits_as_for_one(client, visit, station, street, people, kind):
    counts = []
    for more in (0, 2):
        for n in range(more):
            row = factories.visit(station, starts_at=factories.hour(10 + n), people=people[:2])
            publish_visit(row, by=street)
        for row in Visit.objects.all():
            change(
                row, by=street, **({"place": f"{kind} {more}"} if kind == "hours" else {"representatives": people[1:]})
            )
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get("/schedule/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


# A change near the day


@pytest.fixture
def near(station, street, people):
    """Announced late for tomorrow."""
    row = factories.visit(station, starts_at=factories.hour(1), people=people[:1])
    return publish_visit(row, late_reason="临时安排", by=street)


@pytest.mark.parametrize("fields", [{"place": "别处"}, {"starts_at": factories.hour(1, at=8)}, {"representatives": []}])
def test_change_within_the_notice_period_asks_for_a_reason(near, street, fields):
    with pytest.raises(ValidationError, match="离开始不足 3 天，改时间、地点或代表要写明变更原因"):
        change(near, by=street, **fields)
    assert Visit.objects.get(pk=near.pk).changed_from is None


def test_reason_is_public_and_kept_in_the_history(client, near, street):
    change(near, place="别处", reason=" 停电 ", by=street)
    assert near.change_reason == "停电"
    for url in (near.get_absolute_url(), "/schedule/"):
        assert "停电" in client.get(url).content.decode()
    history = [step.what for step in history_of(near)]
    assert [words for step in history for words in step if "停电" in words] == ["临近变更，原因：停电"]


def test_moving_into_the_notice_period_is_late_too_and_other_words_are_not(visit, street):
    with pytest.raises(ValidationError) as told:
        change(visit, starts_at=factories.hour(2), ends_at=factories.hour(2, at=11), by=street)
    assert told.value.code == "late_change"
    visit.refresh_from_db()
    change(visit, title="垃圾分类", reason="无关", by=street)
    assert visit.change_reason == ""


def test_draft_is_changed_without_a_reason(station, street):
    draft = factories.visit(station, starts_at=factories.hour(1))
    change(draft, starts_at=draft.starts_at + timedelta(hours=1), by=street)
    assert (draft.change_reason, draft.changed_from) == ("", None)
