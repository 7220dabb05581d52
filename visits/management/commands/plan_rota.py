from datetime import date

from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from visits.choices import RotaState
from visits.models import RotaPlan
from visits.rota.accept import accept_plan, said
from visits.rota.options import Options
from visits.rota.plans import make_plan, place_name, refuse
from visits.rota.sayings import conflicts_told


class Command(BaseCommand):
    help = "编排轮值：一个区、街道或联络站在一段时间里谁哪天进站；加 --accept 就存为草稿，从不公布"

    def add_arguments(self, parser) -> None:
        parser.add_argument("--place", required=True, metavar="CODE", help="区划或联络站代码，如 410105002")
        parser.add_argument("--from", required=True, dest="from_on", type=date.fromisoformat, metavar="D")
        parser.add_argument("--to", required=True, dest="to_on", type=date.fromisoformat, metavar="D")
        parser.add_argument("--seconds", type=int, default=30, help="求解最多用多少秒（默认 30）")
        parser.add_argument("--may-lack", action="store_true", help="人手不够也编排，缺的列出来")
        parser.add_argument("--accept", action="store_true", help="编排完成就采用，存为草稿")

    def handle(self, *, place, from_on, to_on, seconds, may_lack, accept, **options) -> None:
        asked = Options(seconds=seconds, may_lack=may_lack)
        try:
            refuse(place, from_on, to_on, asked, None)
            plan = make_plan(self.row(place, from_on, to_on, asked), timezone.now(), self.ticking(seconds))
        except ValidationError as error:
            raise CommandError("；".join(error.messages)) from None
        self.tell(plan)
        if plan.state == RotaState.IMPOSSIBLE:
            raise CommandError("无法编排：原因见上")
        if accept:
            self.stdout.write(said(*accept_plan(plan, by=None)))
            for slot in plan.slots.exclude(refusal="").select_related("station"):
                self.stdout.write(
                    f"没有采用：{slot.station} {timezone.localtime(slot.starts_at):%Y-%m-%d %H:%M} {slot.refusal}"
                )

    def ticking(self, limit: int):
        """Tells on a terminal how much of the time is used; a file that keeps the output stays without it."""

        def tick(passed: float) -> None:
            if self.stderr.isatty():
                self.stderr.write(f"\r正在编排：{int(passed)} / {limit} 秒", ending="")

        return tick

    def row(self, code: str, from_on: date, to_on: date, options: Options) -> RotaPlan:
        """A plan to be made; what an earlier run of the same left unused goes: twice is once."""
        mine = RotaPlan.objects.filter(code=code, from_on=from_on, to_on=to_on, created_by=None)
        mine.exclude(slots__accepted_at__isnull=False).delete()
        return RotaPlan.objects.create(code=code, from_on=from_on, to_on=to_on, options=options.as_json())

    def tell(self, plan: RotaPlan) -> None:
        found = plan.figures
        self.stdout.write(
            f"{place_name(plan.code)} {plan.from_on}—{plan.to_on}：{plan.get_state_display()}，{found['seconds']} 秒"
        )
        self.stdout.write(
            f"场次 {found['slots']}（新增 {found['new']}），代表 {found['people']} 人，硬性要求 {found['needs']} 项"
        )
        if plan.state == RotaState.READY:
            self.stdout.write(
                f"安排 {found['added']} 人次，目标值 {found['cost']}，下界 {found['bound']}，差距 {found['gap']:.2%}"
            )
        if found.get("may_be_more"):
            self.stdout.write("这里可能没有列全：请先解决列出的，再编排一次；也可以延长求解时间")
        for conflict in conflicts_told(plan.conflicts):
            self.stdout.write(f"· {conflict['title']}")
            for line in conflict["lines"]:
                self.stdout.write(f"    {line}")
            self.stdout.write(f"    → {conflict['way']}")
