"""The standing words of a notice. Plain strings: a notice is published in Chinese, whoever prints it."""

from ..choices import VisitKind

RECEPTIONS = frozenset({VisitKind.RECEPTION_DAY, VisitKind.LEADER_VISIT})  # voters are asked to come and speak

CHANGED, CANCELLED, DRAFT = "变更", "取消", "草稿"
FLAGS = {CHANGED: "有变更", CANCELLED: "已取消", DRAFT: "草稿"}  # before a visit on the list of a station

ANY_TOPIC = "对本地方各方面工作的意见和建议，以及身边的急难愁盼，都可以说。"
# 代表法 (2025) §31, §59: representatives listen, explain, record and follow up; they do not handle a case themselves.
REFUSED = "涉法涉诉、仲裁、行政复议、招投标等事项不予受理，请向有权处理的机关反映："
WHERE_TO = (
    ("诉讼、执行", "人民法院、人民检察院"),
    ("劳动人事争议、合同仲裁", "劳动人事争议仲裁委员会、仲裁委员会"),
    ("行政复议", "司法行政部门的行政复议机构"),
    ("招标投标投诉", "项目的招标投标行政监督部门"),
)
ADVICE = "不清楚该找谁的，可拨打 12348 公共法律服务热线咨询。"
REST_ON_PAGE = "……（其余见网页）"
ONLINE = "线上进行"
PEOPLE_LATER = "名单确定后在网页公布"
NUMBER_LATER = "（公布后编号）"
LIST_TITLE = "人大代表近期进站安排"
NOTHING_COMING = "近期还没有公布进站安排，公布后可扫码查看。"


def title_of(kind: str, mark: str = "") -> str:
    """人大代表接待选民公告 where voters are received, 人大代表进站预告 for the rest; a change or an end says so."""
    stem = "人大代表接待选民" if kind in RECEPTIONS else "人大代表进站"
    if mark in (CHANGED, CANCELLED):
        return f"{stem}{mark}公告"
    return stem + ("公告" if kind in RECEPTIONS else "预告")


def people_label(kind: str) -> str:
    return "接待代表" if kind in RECEPTIONS else "参加代表"
