from collections import Counter

from django.core.management import BaseCommand

from feedback import recompute
from feedback.models import DueDate

MOST_SHOWN = 200
WITH = ("opinion", "suggestion", "referral__department")


class Command(BaseCommand):
    help = "按现在的日历和规则重新计算没有结束的期限，列出会改变的；加 --apply 才改"

    def add_arguments(self, parser) -> None:
        parser.add_argument("--apply", action="store_true", help="照列出的改；不加只看")
        parser.add_argument("--place", default="", metavar="CODE", help="只看这个区划，如 410105")

    def handle(self, *, apply: bool, place: str, **options) -> None:
        dates = DueDate.objects.filter(place__startswith=place).select_related(*WITH)
        counts, shown = Counter(), []
        for one in recompute.differences(dates, told=self.tick):
            counts["moves" if one.moves else "same day"] += 1
            if len(shown) < MOST_SHOWN:
                shown.append(self.line(one))
        self.table(shown, counts)
        if apply and counts.total():
            changed = recompute.apply(recompute.differences(dates, told=self.tick))
            self.stdout.write(f"已改 {changed} 个期限，原来的日期和原因留在各个期限的经过里")

    def line(self, one: recompute.Difference) -> tuple[str, ...]:
        due, new = one.due, one.new
        number = due.matter.shown_number or str(due.suggestion_id or "")
        return number, str(due.get_kind_display()), str(due.due_on or "未定"), str(new.due_on or "未定"), one.why

    def table(self, shown: list[tuple[str, ...]], counts: Counter) -> None:
        if not counts.total():
            self.stdout.write("没有要改的期限")
            return
        self.stdout.write("\t".join(["编号", "期限", "原来", "改为", "原因"]))
        for line in shown:
            self.stdout.write("\t".join(line))
        if counts.total() > len(shown):
            self.stdout.write(f"……只列出前 {len(shown)} 个")
        self.stdout.write(f"{counts['moves']} 个期限会改变日期，{counts['same day']} 个日期不变、说明有变")

    def tick(self, seen: int) -> None:
        """Tells on a terminal how far it is; a file that keeps the output stays without it."""
        if self.stderr.isatty():
            self.stderr.write(f"\r已看 {seen} 个期限", ending="")
