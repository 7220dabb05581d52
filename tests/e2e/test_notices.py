"""Staff at what notices say and at what became of them: the preview follows the typing, a failed one is sent again."""

import pytest
from django.utils import timezone

from liaison.notices.choices import Channel, State, Word
from liaison.notices.models import ChannelSetting, Notice, Text
from tests import factories
from visits.reminders import plan_reminders

from .test_pages import wrong_with

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def told(station, liaison, representative):
    """A published visit with somebody without an account; of its notices one failed and one is in doubt."""
    ChannelSetting.objects.create(channel=Channel.SMS, is_on=True, config={"sign": "金水人大"})
    people = [representative.representative, factories.representative("李四", station=station)]
    visit = factories.visit(station, people=people, state="published", published_at=timezone.now())
    plan_reminders(visit)
    failed, doubtful = Notice.objects.filter(channel=Channel.EMAIL, recipient=representative).order_by("due_at")[:2]
    for row, state, answer in [(failed, State.FAILED, Word.NO_ADDRESS), (doubtful, State.UNKNOWN, Word.STRANDED)]:
        Notice.objects.filter(pk=row.pk).update(state=State.LEASED, due_at=timezone.now())
        Notice.objects.filter(pk=row.pk).update(state=state, answer=answer)
    return visit, failed, doubtful


@pytest.mark.parametrize("width", [390, 1280])
def test_pages_fit_and_axe_finds_nothing(phone, told, district, sign_in, width):
    visit, failed, doubtful = told
    Text.objects.create(kind="visit_log", language="en", place="410105", subject="s", body="b", sms="m")
    phone.set_viewport_size({"width": width, "height": 844})
    sign_in(phone, district)
    addresses = [
        "/desk/texts/", "/desk/texts/visit_tomorrow/zh-hans/", "/desk/texts/visit_log/en/", "/desk/notices/",
        "/desk/notices/?state=failed&channel=email", "/desk/notices/?state=unknown", f"/desk/notices/{failed.pk}/",
        f"/desk/notices/{doubtful.pk}/", f"/desk/notices/people/{failed.recipient_id}/",
        f"/desk/visits/{visit.public_id}/notices/",
    ]  # fmt: skip
    assert wrong_with(phone, addresses) == {}


def test_preview_follows_what_is_typed_and_saves_nothing(phone, told, district, sign_in):
    sign_in(phone, district, "/desk/texts/visit_log/zh-hans/")
    phone.get_by_label("短信").fill("请登记 {时间}")
    phone.get_by_label("短信").press("Tab")
    phone.get_by_text("共 30 字，按 1 条计费").wait_for()
    assert phone.locator(".text-sms").inner_text() == "【金水人大】请登记 12月1日（星期二）9:00—11:00"
    phone.get_by_label("标题").fill("{称呼}")
    phone.get_by_role("button", name="保存文字").click()
    phone.get_by_role("link", name="锁屏").wait_for()
    assert phone.get_by_label("短信").input_value() == "请登记 {时间}"
    assert not Text.objects.exists()


def test_from_the_visit_to_what_failed_and_it_is_sent_again(phone, told, liaison, sign_in):
    visit, failed, _doubtful = told
    sign_in(phone, liaison, f"/desk/visits/{visit.public_id}/")
    phone.get_by_role("link", name="提醒，谁收到了").click()
    phone.get_by_text("没有账号，请转告本人").wait_for()
    phone.locator(f"a[href='/desk/notices/{failed.pk}/']").click()
    phone.get_by_role("button", name="重发").click()
    phone.get_by_text("会马上再发").wait_for()
    failed.refresh_from_db()
    assert (failed.state, failed.resends) == (State.PLANNED, 1)
