from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class VisitKind(TextChoices):
    """DOMAIN: every kind of 进站."""

    RECEPTION_DAY = "reception_day", _("统一接待选民日")
    LEADER_VISIT = "leader_visit", _("领导干部进站")
    DUAL_ACTIVITY = "dual_activity", _("代表双活动日")
    THEME_DAY = "theme_day", _("主题履职日")
    TRAINING = "training", _("学习培训")
    OUTREACH = "outreach", _("政策法律宣传")
    LECTURE = "lecture", _("健康大讲堂")
    RESEARCH = "research", _("调查研究")
    APPRAISAL = "appraisal", _("述职评议")


class State(TextChoices):
    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("已公布")
    HELD = "held", _("已结束，待登记")
    LOGGED = "logged", _("已登记")
    CANCELLED = "cancelled", _("已取消")


# Every legal move; the database trigger is made from this dict, and pages and API ask it through `Visit.can_…`.
MOVES: dict[str, frozenset[str]] = {
    State.DRAFT: frozenset({State.PUBLISHED, State.CANCELLED}),
    State.PUBLISHED: frozenset({State.HELD, State.CANCELLED}),
    State.HELD: frozenset({State.LOGGED, State.CANCELLED}),
    State.LOGGED: frozenset(),
    State.CANCELLED: frozenset(),
}
OVER = frozenset({State.HELD, State.LOGGED})


class AttendanceState(TextChoices):
    EXPECTED = "expected", _("应到")
    LEAVE = "leave", _("请假")
    CAME = "came", _("到站")
    ABSENT = "absent", _("未到")


# A representative asked elsewhere or not here does not hold the hour.
HOLDING = (AttendanceState.EXPECTED, AttendanceState.CAME)
MOST_PHOTOS = 9
