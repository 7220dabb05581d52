from django.core.management import BaseCommand
from django.utils import timezone

from feedback import erasing


class Command(BaseCommand):
    help = "清除到期的选民姓名、电话和附件，每批留一份清除凭证；每天自动运行，可以反复执行"

    def add_arguments(self, parser) -> None:
        parser.add_argument("--preview", action="store_true", help="只数有多少到期，不清除")

    def handle(self, *, preview: bool, **options) -> None:
        now = timezone.now()
        if preview:
            self.stdout.write(f"到期 {erasing.expired(now).count()} 人")
            return
        total = 0
        for certificate in erasing.erase_expired(now):
            total += certificate.counts["contacts"]
            self.stdout.write(f"凭证 {certificate.number}\t{certificate.place}\t{certificate.counts}")
        self.stdout.write(f"已清除 {total} 人")
