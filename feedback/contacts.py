"""What the house keeps of one voter: for the page of their contact, and as a copy for the voter (查阅、复制).

个人信息保护法第四十五条: whoever is asked gives a copy; what others said of the matter among themselves is not theirs.
"""

from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.accounts.contacts import Particulars
from liaison.accounts.models import Contact, Entry
from liaison.notices.models import Notice

from .choices import Party, Satisfaction
from .models import Opinion
from .tracking import course_of

LOOKS = ("unmask", "export_contact")


def looks_at(contact: Contact):
    """Who saw the whole of it, the latest first."""
    about = f"{Contact._meta.label_lower}:{contact.pk}"
    return Entry.objects.filter(about=about, action__in=LOOKS).select_related("by").order_by("-id")


def copy_of(contact: Contact, particulars: Particulars) -> dict:
    """Everything that is kept of the voter, by headings, as text and lists that JSON takes."""
    opinions = Opinion.objects.filter(contact=contact).select_related("station", "category").order_by("created_at")
    return {
        _("姓名"): particulars.name,
        _("电话"): particulars.phone,
        _("邮箱"): particulars.email,
        _("登记时间"): _moment(contact.created_at),
        _("同意的隐私告知版本"): contact.privacy_version,
        _("同意时间"): _moment(contact.consented_at),
        _("退订时间"): _moment(contact.unsubscribed_at),
        _("反映的意见"): [_opinion(row) for row in opinions],
        _("发给您的提醒"): [
            f"{_moment(row.sent_at or row.due_at)} {row.get_channel_display()} {row.subject} {row.get_state_display()}"
            for row in Notice.objects.filter(contact=contact).order_by("due_at", "pk")
        ],
        # When, and in which capacity; the names of those who work here are not the voter's data.
        _("查看过您完整联系方式的记录"): [_moment(entry.at) for entry in looks_at(contact) if entry.action == "unmask"],
    }


def written(found: dict) -> list[tuple[str, list[str], list]]:
    """The copy for a page: (heading, lines, parts), where each part is written like the whole."""
    return [
        (name, *(([], [written(one) for one in value]) if _has_parts(value) else (_lines(value), [])))
        for name, value in found.items()
    ]


def _has_parts(value) -> bool:
    return isinstance(value, list) and any(isinstance(one, dict) for one in value)


def _lines(value) -> list[str]:
    return value if isinstance(value, list) else [value] if value else []


def _opinion(opinion: Opinion) -> dict:
    steps = course_of(opinion, timezone.localdate()).steps
    return {
        _("受理编号"): opinion.shown_number,
        _("联络站"): opinion.station.name,
        _("反映日期"): opinion.heard_on.isoformat(),
        _("类别"): str(opinion.category or ""),
        _("标题"): opinion.title,
        _("反映的事项"): opinion.matter,
        _("状态"): opinion.get_state_display(),
        _("办理经过"): [" ".join(filter(None, [_moment(step.at), step.title, step.words])) for step in steps],
        _("您的评价"): [
            f"{_moment(row.at)} {Party(row.party).label} {Satisfaction(row.value).label} {row.words}".strip()
            for row in opinion.ratings.order_by("at")
        ],
        _("附件"): [file.name or file.public_id for file in opinion.attachments.filter(step=None, erased_at=None)],
    }


def _moment(at) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""
