"""How departments, people, opinions and terms are named in the choices and hints of forms."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext

from liaison.common.templatetags.face import cn_date
from liaison.policy.choices import Key
from representatives.models import Representative

from ..deadlines import reckon
from ..due import calendar_for, clock_of
from ..models import Department, Opinion


def department_words(department: Department) -> str:
    return f"{department.name}（{department.duties}）" if department.duties else department.name


def person_words(person: Representative) -> str:
    return " ".join(filter(None, [person.name, person.employer, person.post]))


def opinion_words(opinion: Opinion) -> str:
    return f"{opinion.title}　{opinion.shown_number} {opinion.get_state_display()}"


def term_words(today: date | None = None) -> str:
    """What happens where no day is typed: policy's term, with the day that it comes to."""
    today = today or timezone.localdate()
    clock = clock_of(Key.PROMISE_WORKDAYS, today)
    day = reckon(today, clock, calendar_for(today)).due_on
    return gettext("不填就按规定的期限，到 %s") % cn_date(day)
