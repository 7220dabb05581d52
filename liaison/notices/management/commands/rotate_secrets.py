from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from liaison.common import sealing
from liaison.notices.models import ChannelSetting


class Command(BaseCommand):
    help = "把通知渠道的密钥改用 LIAISON_SECRETS_KEYS 的第一把钥匙加密；旧钥匙还写在后面时运行，重复运行无害"

    @transaction.atomic
    def handle(self, **options):
        lost = []
        for setting in ChannelSetting.objects.exclude(sealed="").select_for_update():
            try:
                ChannelSetting.objects.filter(pk=setting.pk).update(sealed=sealing.again(setting.sealed))
            except sealing.Unreadable:
                lost.append(str(setting))
        total = ChannelSetting.objects.exclude(sealed="").count() - len(lost)
        self.stdout.write(f"已换钥匙 {total} 项")
        if lost:
            raise CommandError(f"解不开，请在后台重新填写：{'、'.join(lost)}")
