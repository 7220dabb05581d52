from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from liaison.accounts.models import Contact
from liaison.common import sealing
from liaison.notices.models import ChannelSetting

BATCH = 500


class Command(BaseCommand):
    help = "把通知渠道的密钥和选民的联系方式改用 LIAISON_SECRETS_KEYS 的第一把钥匙；旧钥匙写在后面时运行，重复无害"

    def handle(self, **options):
        channels, lost_channels = rotate_channels()
        contacts, lost_contacts = rotate_contacts()
        self.stdout.write(f"已换钥匙：通知渠道 {channels} 项，选民联系方式 {contacts} 份")
        lost = [f"通知渠道 {'、'.join(lost_channels)}（请在后台重新填写）"] if lost_channels else []
        lost += [f"选民联系方式 {lost_contacts} 份（请找回旧钥匙，写在新钥匙后面再运行）"] if lost_contacts else []
        if lost:
            raise CommandError(f"解不开：{'；'.join(lost)}")


@transaction.atomic
def rotate_channels() -> tuple[int, list[str]]:
    done, lost = 0, []
    for setting in ChannelSetting.objects.exclude(sealed="").select_for_update():
        try:
            ChannelSetting.objects.filter(pk=setting.pk).update(sealed=sealing.again(setting.sealed))
            done += 1
        except sealing.Unreadable:
            lost.append(str(setting))
    return done, lost


def rotate_contacts() -> tuple[int, int]:
    """Each batch is a transaction of its own, so that voters who come meanwhile wait for a batch and not for all."""
    done = lost = last = 0
    while batch := rotate_some_contacts(after=last):
        last = batch[-1].pk
        unreadable = sum(not contact.is_readable for contact in batch)
        done, lost = done + len(batch) - unreadable, lost + unreadable
    return done, lost


@transaction.atomic
def rotate_some_contacts(*, after: int) -> list[Contact]:
    batch = list(Contact.objects.filter(pk__gt=after, erased_at=None).select_for_update().order_by("pk")[:BATCH])
    for contact in batch:
        try:
            contact.seal(contact.opened())
            contact.is_readable = True
        except sealing.Unreadable:
            contact.is_readable = False
    Contact.objects.bulk_update([contact for contact in batch if contact.is_readable], ["sealed", "phone_hash"])
    return batch
