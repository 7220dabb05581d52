"""Channels as an administrator sets them up: in words, sealed, tried for real, and never shown again."""

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection

from liaison.accounts.models import Entry
from liaison.common import sealing
from liaison.notices.choices import Channel, Word
from liaison.notices.models import ChannelSetting

pytestmark = pytest.mark.django_db
LIST = "/admin/notices/channelsetting/"
SECRET = "0123456789abcdef-very-secret"


def page(row, rest=""):
    return f"{LIST}{row.pk}/{rest or 'change/'}"


def errors(answer):
    return {name: list(words) for name, words in answer.context["adminform"].form.errors.items()}


@pytest.fixture
def admin(as_, administrator):
    return as_(administrator)


@pytest.fixture
def webhook(setting, gateway):
    return setting(Channel.WEBHOOK, url=f"{gateway.url}/hook", secrets={"secret": SECRET}, is_on=False)


def test_channel_is_added_then_filled_in_and_only_then_on(admin, gateway, station):
    answer = admin.post(f"{LIST}add/", {"channel": "webhook", "place": station.code[:9]})
    row = ChannelSetting.objects.get()
    assert (answer.url, row.is_on) == (page(row), False)
    admin.post(page(row), {"url": f"{gateway.url}/hook", "secret": SECRET, "is_on": "on"})
    row.refresh_from_db()
    assert (row.config, row.secrets, row.is_on) == ({"url": f"{gateway.url}/hook"}, {"secret": SECRET}, True)


@pytest.mark.parametrize(
    ("posted", "wrong"),
    [
        ({"channel": "webhook", "place": "999999"}, {"place": ["没有这个区划或联络站代码"]}),
        ({"channel": "inbox", "place": ""}, {"channel": ["选择一个有效的选项。 inbox 不在可用的选项中。"]}),
        ({"channel": "", "place": ""}, {"channel": ["该字段是必填项。"]}),
    ],
)
def test_wrong_beginning_is_refused_at_its_field(admin, posted, wrong):
    assert errors(admin.post(f"{LIST}add/", posted)) == wrong


def test_second_setting_of_one_place_is_refused_in_words(admin, webhook):
    answer = admin.post(f"{LIST}add/", {"channel": "webhook", "place": ""})
    assert errors(answer) == {"__all__": ["这个范围已有这个渠道的设置"]}


def test_secret_stays_when_the_field_is_left_empty_and_is_never_shown(admin, webhook):
    admin.post(page(webhook), {"url": "https://example.org/other", "secret": ""})
    webhook.refresh_from_db()
    assert (webhook.config["url"], webhook.secrets) == ("https://example.org/other", {"secret": SECRET})
    text = admin.get(page(webhook)).content.decode()
    assert SECRET not in text
    assert "••••" in text


def test_secret_is_nowhere_in_the_database_but_sealed(admin, webhook):
    admin.post(page(webhook), {"url": "https://example.org/", "secret": "another-secret-0123"})
    tables = [name for name in connection.introspection.table_names() if not name.startswith("django_session")]
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text ~ %s', [f"{SECRET}|another-secret-0123"])
            assert (table, cursor.fetchone()) == (table, (0,))
    assert Entry.objects.filter(action="set_channel_secret").count() == 1


ROBOT = "https://oapi.dingtalk.com/robot/send?access_token=abc"


@pytest.mark.parametrize(
    ("channel", "posted", "field", "words"),
    [
        (Channel.WEBHOOK, {"url": "ftp://example.org/", "secret": SECRET}, "url", Word.BAD_URL),
        (Channel.WEBHOOK, {"url": "http://169.254.169.254/latest", "secret": SECRET}, "url", Word.FORBIDDEN_ADDRESS),
        (Channel.WEBHOOK, {"url": "https://[::1]:80/", "secret": SECRET}, "url", Word.FORBIDDEN_ADDRESS),
        (Channel.WEBHOOK, {"url": "https://example.org/", "secret": "short"}, "secret", "确保该变量至少包含 16 字符"),
        (Channel.DINGTALK, {"webhook": "https://example.org/x"}, "webhook", "这不像这个渠道的机器人地址"),
        (Channel.DINGTALK, {"webhook": ROBOT, "secret": "SEC 密"}, "secret", "密钥只含字母和数字"),
        (Channel.EMAIL, {"host": "http://x", "port": 25, "security": "none", "sender": "a@b.cn"}, "host", "请填写"),
        (
            Channel.EMAIL,
            {"host": "127.0.0.1", "port": 25, "security": "none", "sender": "a@b.cn"},
            "host",
            Word.FORBIDDEN_ADDRESS,
        ),
        (
            Channel.EMAIL,
            {"host": "LocalHost", "port": 25, "security": "none", "sender": "a@b.cn"},
            "host",
            Word.FORBIDDEN_ADDRESS,
        ),
        (
            Channel.EMAIL,
            {"host": "mail.b.cn", "port": 99999, "security": "none", "sender": "a@b.cn"},
            "port",
            "确保该值小于或等于65535。",
        ),
        (Channel.SMS, {"body": '{"a": "{fone}"}'}, "body", "没有 {fone} 这个变量；可用的有 {phone} {content}"),
        (
            Channel.SMS,
            {"url": "https://example.org/?key={key}"},
            "url",
            "网关地址按原样访问，不能写变量；变量请写在请求头或内容模板里",
        ),
        (Channel.SMS, {"body": '{"a": '}, "body", "不是正确的 JSON"),
        (Channel.SMS, {"ok_pattern": "("}, "ok_pattern", "不是正确的正则表达式"),
        (Channel.SMS, {"headers": "x"}, "headers", "每行应为“名称: 值”"),
        (Channel.SMS, {"templates": "nonsense 1"}, "templates", "“nonsense 1”应为：种类 模板号 变量。种类有 visit_"),
        (Channel.SMS, {"templates": "visit_log"}, "templates", "“visit_log”应为：种类 模板号 变量。"),
        (Channel.SMS, {"templates": "visit_log 1 when where"}, "templates", "“visit_log 1 when where”应为："),
        (Channel.SMS, {"templates": "visit_log 1 when,days"}, "templates", "visit_log 没有 days 这个变量"),
        (Channel.SMS, {"receipt_reference": "id"}, "receipt_path", "填了回执的编号字段，还要填表示成败的字段"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_saved(
    admin, setting, settings, channel, posted, field, words
):
    settings.EGRESS_LOCAL = False
    row = setting(channel, is_on=False)
    if channel == Channel.SMS:
        posted = {
            "url": "https://example.org/",
            "method": "POST",
            "format": "json",
            "body": "{}",
            "ok_pattern": "OK",
        } | posted
    found = errors(admin.post(page(row), posted | {"is_on": "on"}))
    assert list(found) == [field]
    assert [said[: len(words)] for said in found[field]] == [words]
    row.refresh_from_db()
    assert (row.is_on, row.config, row.sealed) == (False, {}, "")


def test_unknown_variable_is_named_with_all_that_there_are(admin, setting):
    row = setting(Channel.SMS)
    posted = {
        "url": "https://example.org/",
        "method": "POST",
        "format": "json",
        "body": '{"a": "{fone}"}',
        "ok_pattern": "OK",
    }
    [words] = errors(admin.post(page(row), posted))["body"]
    assert words.startswith("没有 {fone} 这个变量；可用的有 {phone} {content}")


def test_trial_really_sends_and_shows_the_providers_answer(admin, webhook, gateway, administrator):
    gateway.answer = (200, "taken <b>")
    text = admin.post(page(webhook, "try/")).content.decode()
    assert len(gateway.asked) == 1
    assert "已发出" in text
    assert "HTTP 200 taken &lt;b&gt;" in text
    gateway.answer = (403, f"key {SECRET} is wrong")
    text = admin.post(page(webhook, "try/")).content.decode()
    assert "没有发出" in text
    assert SECRET not in text
    assert Entry.objects.filter(action="try_channel", by=administrator).count() == 2


def test_trial_of_mail_goes_to_oneself_and_says_where_there_is_no_address(admin, setting, mail_server, administrator):
    row = setting(Channel.EMAIL, host="127.0.0.1", port=mail_server.port, security="none", sender="n@example.org")
    assert "没有登记" in admin.post(page(row, "try/")).content.decode()
    administrator.email = "admin@example.org"
    administrator.save()
    assert "admin@example.org" in admin.get(page(row, "try/")).content.decode()
    assert "邮件服务器已接收" in admin.post(page(row, "try/")).content.decode()
    assert mail_server.recipients == ["admin@example.org"]


def test_district_staff_look_and_do_not_touch(as_, district, webhook):
    client = as_(district)
    assert SECRET not in client.get(page(webhook)).content.decode()
    assert client.post(page(webhook), {"url": "https://example.org/"}).status_code == 403
    assert client.post(page(webhook, "try/")).status_code in (403, 404)


def test_keys_are_changed_without_losing_what_was_sealed(settings, setting, capsys):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.SECRETS_KEYS = [old]
    row = setting(Channel.WEBHOOK, secrets={"secret": SECRET})
    settings.SECRETS_KEYS = [new, old]
    call_command("rotate_secrets")
    settings.SECRETS_KEYS = [new]
    row.refresh_from_db()
    assert (row.secrets, capsys.readouterr().out) == (
        {"secret": SECRET},
        "已换钥匙：通知渠道 1 项，选民联系方式 0 份\n",
    )


def test_secret_of_a_lost_key_switches_its_channel_off_and_says_so(settings, setting, as_, administrator, capsys):
    settings.SECRETS_KEYS = [Fernet.generate_key().decode()]
    row = setting(Channel.WEBHOOK, secrets={"secret": SECRET})
    settings.SECRETS_KEYS = [Fernet.generate_key().decode()]
    assert (row.secrets, row.is_readable) == ({}, False)
    assert "请重新填写密码或密钥" in as_(administrator).get("/desk/notices/channels/").content.decode()
    with pytest.raises(CommandError):
        call_command("rotate_secrets")


def test_the_first_key_of_ones_own_loses_nothing(settings, setting):
    row = setting(Channel.WEBHOOK, secrets={"secret": SECRET})
    settings.SECRETS_KEYS = [Fernet.generate_key().decode()]
    assert row.secrets == {"secret": SECRET}


def test_sealed_text_says_nothing(settings):
    assert SECRET not in sealing.seal({"secret": SECRET})
    assert sealing.unseal(sealing.seal({"secret": SECRET})) == {"secret": SECRET}
