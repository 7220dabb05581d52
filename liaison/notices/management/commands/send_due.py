from django.core.management.base import BaseCommand

from liaison.notices.sending import send_due


class Command(BaseCommand):
    help = "发送到时间的提醒，与定时任务相同；重复运行无害"

    def handle(self, **options):
        ends = {name: number for name, number in send_due().items() if number and not name.endswith("dwell")}
        self.stdout.write("、".join(f"{name} {number}" for name, number in ends.items()) or "没有到时间的提醒")
