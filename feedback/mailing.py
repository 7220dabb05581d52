"""Mail to a department that has no account: notices go to accounts and to voters, and it is neither."""

from django.utils.translation import gettext as _

from liaison.common.fields import random_id
from liaison.common.templatetags.face import cn_date
from liaison.notices.mail import Mail, message_id

from .links import days_good, link_of
from .models import Referral


def mail_link(pk: int, base: str) -> None:
    """Write to the department of an open referral; one that is over by now is nobody's errand any more."""
    rows = Referral.objects.open().select_related("department", "opinion", "suggestion")
    referral = rows.filter(pk=pk).exclude(department__email="").first()
    if referral is None:
        return
    number = referral.matter.shown_number
    subject = _("转办件 %s，请签收办理") % number
    body = body_of(referral, number, base + link_of(referral))
    headers = {"Message-ID": message_id(f"referral-{referral.public_id}-{random_id(8)}")}
    Mail(subject, body, to=[referral.department.email], headers=headers).send()


def body_of(referral: Referral, number: str, url: str) -> str:
    """Number, dates and the link: what it is about stands behind the link alone, for mail is read on its way."""
    due = _("请在%s以前答复。") % cn_date(referral.due_on) if referral.due_on else ""
    return "\n\n".join(
        [
            _("%s：") % referral.department,
            _("转给贵单位一件事，编号 %(number)s。%(due)s") % {"number": number, "due": due},
            _("打开下面的链接，可以看内容、签收、答复；不归贵单位办理的可以退回："),
            url,
            _("链接 %(n)s 天内有效，不用登录。谁拿到链接谁就能办理，请只转给经办人。") % {"n": days_good()},
        ]
    )
