from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from liaison.dashboard.demo import district


class Command(BaseCommand):
    help = "装入演示数据：金水区 116 个联络站、366 名代表（姓名虚构）和一年的进站安排"

    def add_arguments(self, parser) -> None:
        parser.add_argument("--scale", type=int, default=1, metavar="N", help="联络站、代表的倍数（1–9），用于试验规模")

    def handle(self, *, scale: int, verbosity: int, **options) -> None:
        if not 1 <= scale <= district.MOST_SCALE:
            raise CommandError(f"--scale 应为 1 到 {district.MOST_SCALE}")
        if district.is_loaded():
            if verbosity:
                self.stdout.write("演示数据已经装入，没有改动")
            return
        if district.has_other_data():
            raise CommandError("已有账号、联络站或代表，不能装入演示数据；请另设 LIAISON_HOME 或数据库")
        password, given = district.password()
        counts = district.load(now=timezone.now(), scale=scale, password=password)
        if verbosity:
            self.stdout.write("，".join(f"{name} {count:,}" for name, count in counts.items()))
            self.stdout.write(f"演示账号：{' '.join(district.ACCOUNTS)}")
            self.stdout.write("密码：取自 LIAISON_DEMO_PASSWORD" if given else f"密码：{password}（只显示这一次）")
