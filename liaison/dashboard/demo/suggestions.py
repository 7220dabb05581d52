"""What the demo's representatives propose: one in each state that somebody has to go on with, and one in public."""

from feedback import actions
from feedback.choices import AnswerOutcome, Part, Satisfaction
from feedback.models import Category, Department, Opinion, Suggestion
from liaison.accounts.models import User

from .stations import SHOWN, Place

# Title, what is the matter, what is proposed, category, the department that answers, and its answer.
WORDS = [
    ("关于在社区周边增设夜间照明的建议", "社区周边几条背街小巷没有路灯，晚上老人、学生出行不便，群众多次反映。",
     "由城市管理部门会同供电单位，今年内补齐背街小巷照明，并明确日常维护责任。", "city",
     "已列入今年背街小巷改造计划，十一月底前安装路灯 26 盏，由片区养护队负责维护。"),
    ("关于增加社区老年助餐点的建议", "辖区六十岁以上老人较多，只有一处助餐点，饭点排队时间长。",
     "利用社区闲置用房增设助餐点，对高龄和困难老人给予补贴。", "social",
     "已选定两处社区用房，经费已落实，年内开办；高龄老人每餐补贴三元。"),
    ("关于优化中小学周边交通组织的建议", "上下学时段学校门口拥堵，接送车辆占用公交车道。",
     "错峰放学，划设临时停靠区，增派人员疏导。", "traffic",
     "已划设临时停靠区 40 个，高峰时段安排警力和志愿者疏导。"),
    ("关于规范小区充电桩建设的建议", "部分小区充电桩不足，飞线充电存在隐患。",
     "由住建部门牵头制定建设规范，优先在老旧小区布点。", "property", ""),
    ("关于加强河道垃圾清理的建议", "雨后河道漂浮垃圾多，影响环境。",
     "建立雨后即清的机制，向社会公布责任单位和电话。", "city", ""),
    ("关于开放学校运动场地的建议", "周边居民缺少运动场地，学校场地周末闲置。",
     "有条件的学校周末向居民开放，落实安全责任。", "culture", ""),
]  # fmt: skip


def build(places: list[Place]) -> None:
    """By the verbs, as people would: the last ones stop where somebody else has to go on."""
    shown = next(place for place in places if place.station.code == SHOWN)
    lead, *others = shown.members[:4]
    officer, writer = User.objects.get(username="district"), lead.user
    departments = list(Department.objects.order_by("pk")[:3])
    said = Opinion.objects.filter(station=shown.station, state="accepted").order_by("pk").first()
    made = [
        actions.propose(
            lead=lead, place=SHOWN, title=title, matter=matter, proposal=proposal, cosigners=others,
            category=Category.objects.filter(code=category).first(), by=writer,
            opinions=[said] if said and not n else [],
        )
        for n, (title, matter, proposal, category, _answer) in enumerate(WORDS)
    ]  # fmt: skip
    for suggestion in made[:5]:
        actions.ask_signers(suggestion, by=writer)
    for suggestion in made[:4]:
        for signer in suggestion.signers.filter(confirmed_at=None):
            actions.confirm(signer, by=officer)
        actions.submit(suggestion, by=writer)
    for suggestion, department in zip(made[:3], departments, strict=True):
        actions.approve(suggestion, by=officer)
        referral = actions.assign(suggestion, lead=department, by=officer)
        if department != departments[2]:
            _answered(suggestion, referral, WORDS[made.index(suggestion)][-1])
    _closed(made[0], officer)


def _answered(suggestion: Suggestion, referral, words: str) -> None:
    head = referral.department.head or "单位负责人"
    actions.sign_for(referral, by=None, name=head)
    actions.answer_referral(referral, words=words, outcome=AnswerOutcome.PLANNED, signed_by=head, by=None, name=head)


def _closed(suggestion: Suggestion, officer: User) -> None:
    for signer in suggestion.signers.order_by("-part", "position"):
        value = Satisfaction.SATISFIED if signer.part == Part.LEAD else Satisfaction.BASICALLY
        actions.give_view(signer, value=value, by=officer)
    words = suggestion.steps.filter(kind="answered").latest("no").words
    actions.publish_report(suggestion, report=words, by=officer)
