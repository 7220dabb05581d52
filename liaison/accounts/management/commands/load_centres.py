from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError

from liaison.accounts.centres import load
from liaison.common.coordinates import System

MOST_FAULTS = 50  # enough to see a pattern


class Command(BaseCommand):
    help = "装入区划的中心位置：csv 文件，列为 code,latitude,longitude，可以有 system（wgs84、gcj02、bd09）"

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path, metavar="文件")
        parser.add_argument(
            "--system", choices=System.values, default=System.WGS84.value, help="没有写明坐标系的行用哪一种"
        )
        parser.add_argument("--dry-run", action="store_true", dest="rehearse", help="只检查，不写入")

    def handle(self, *, file: Path, system: str, rehearse: bool, **options) -> None:
        try:
            outcome = load(file, system=system, rehearse=rehearse)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        for fault in outcome.faults[:MOST_FAULTS]:
            self.stderr.write(f"  {fault}")
        if len(outcome.faults) > MOST_FAULTS:
            self.stderr.write(f"  另有 {len(outcome.faults) - MOST_FAULTS} 行有误")
        head = "只检查，没有写入。" if rehearse else ""
        self.stdout.write(
            f"{head}共 {outcome.rows:,} 行：新增 {outcome.added:,}，变更 {outcome.moved:,}，"
            f"不变 {outcome.same:,}，未采用 {len(outcome.faults):,}"
        )
