from datetime import timedelta

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """Who somebody is at a place (DOMAIN: people who use it). What a role may do stands in grants.py."""

    DISTRICT = "district", _("区人大工作人员")
    STREET = "street", _("街道人大工委")
    LIAISON = "liaison", _("站长、联络员")
    REPRESENTATIVE = "representative", _("人大代表")
    DEPARTMENT = "department", _("承办单位")
    AUDITOR = "auditor", _("审计员")
    ADMIN = "admin", _("系统管理员")


# What an act in the audit log is called; one without a name here is shown as it was written.
ENTRY_ACTS = {
    "load_divisions": _("装载行政区划"),
    "load_centres": _("装载区划中心位置"),
    "load_demo": _("装载演示数据"),
    "set_password": _("重设密码"),
    "delete": _("删除草稿"),
    "set_channel_secret": _("更换通知渠道的密钥"),
    "try_channel": _("试发通知渠道"),
    "unmask": _("查看选民完整联系方式"),
    "export_contact": _("导出选民本人资料"),
    "mail_link": _("邮件发送答复链接"),
    "erase_contact": _("清除选民联系方式"),
    "save_text": _("修改提醒文字"),
    "restore_text": _("去掉自己的提醒文字"),
    "resend": _("重发提醒"),
}


class Level(IntegerChoices):
    """Levels of divisions, each the parent of the next; `CODE_LENGTH` gives the digits of its code."""

    PROVINCE = 1, _("省级")
    CITY = 2, _("地级")
    DISTRICT = 3, _("县级")
    STREET = 4, _("乡级")
    COMMUNITY = 5, _("村级")


CODE_LENGTH = {Level.PROVINCE: 2, Level.CITY: 4, Level.DISTRICT: 6, Level.STREET: 9, Level.COMMUNITY: 12}
LEVEL_OF_LENGTH = {length: level for level, length in CODE_LENGTH.items()}


class JobState(TextChoices):
    WAITING = "waiting", _("等待处理")
    RUNNING = "running", _("正在处理")
    DONE = "done", _("已完成")
    FAILED = "failed", _("没有完成")
    STOPPED = "stopped", _("已停止")


JOB_SILENCE = timedelta(seconds=60)  # a worker that says nothing for so long is taken for dead
JOB_TRIES = 3
