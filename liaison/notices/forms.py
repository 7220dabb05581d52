"""What an administrator types about a channel: common fields, and those that its class asks for."""

from datetime import timedelta

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from liaison.accounts.adminbase import GrantedForm
from liaison.accounts.grants import noun_of, roles_that
from liaison.accounts.models import Region
from liaison.common.forms import DayField
from liaison.common.masks import masked
from liaison.common.seen import SeenField, seen_again
from liaison.common.templatetags.face import cn_day, joined

from .channels import SENDERS, Sender
from .channels.base import HIDDEN
from .choices import Channel, Group, Kind
from .lines import in_use
from .manners import on_day
from .models import ChannelSetting, NoticeQuerySet
from .texts import LONGEST_SUBJECT, MOST_PARTS, Words, faults
from .wording import Holding, reaches, sign_at

CLEAR = "clear_"


class PlaceForm(GrantedForm):
    """Which channel, and for which place; the rest is asked once that is known."""

    by = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "channel" in self.fields:
            self.fields["channel"].choices = [(c, c.label) for c in Channel if c != Channel.INBOX]

    def clean_place(self):
        place = self.cleaned_data["place"].strip()
        reach = [p.code for p in self.by.current_postings if p.role in roles_that("add", noun_of(ChannelSetting))]
        if not any(place.startswith(code) for code in reach):
            raise ValidationError(_("超出您的管理范围"))
        if place and not Region.objects.filter(code=place.partition("-")[0]).exists():
            raise ValidationError(_("没有这个区划或联络站代码"))
        return place


class SettingForm(PlaceForm):
    """A channel's own fields, kept as JSON; the secret ones sealed, and never sent back to a browser."""

    sender: type[Sender]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.kept = self.instance.secrets
        for name in self.sender.fields():
            if name in self.fields:
                self.prepare(name)

    def prepare(self, name: str) -> None:
        field = self.fields[name]
        if isinstance(field.widget, forms.Textarea):
            field.widget.attrs["class"] = "vLargeTextField"
        elif isinstance(field.widget, forms.TextInput) and not isinstance(field.widget, forms.NumberInput):
            field.widget.attrs["class"] = "vTextField"
        if name not in self.sender.secret_names:
            self.initial.setdefault(name, self.instance.config.get(name, field.initial))
        elif self.kept.get(name):
            field.required = False
            field.widget.attrs["placeholder"] = HIDDEN * 2
            field.help_text = _("已保存，不再显示；不改就留空")

    def clean(self):
        cleaned = super().clean()
        names = self.sender.secret_names
        secrets = {name: self.secret(name) for name in names if self.secret(name)}
        config = {name: cleaned.get(name) for name in self.sender.fields() if name not in names}
        for name, words in self.sender.check(given(config | secrets)).items():
            if not self.errors.get(name):
                self.add_error(name, words)
        self.instance.config, self.changed_secrets = config, secrets != self.kept
        if self.changed_secrets and not self.errors:
            self.instance.secrets = secrets
        return cleaned

    def secret(self, name: str) -> str:
        """What was typed, else what is kept, unless it is to be forgotten."""
        typed = self.cleaned_data.get(name) or ""
        return typed or ("" if self.cleaned_data.get(CLEAR + name) else self.kept.get(name, ""))


def given(values: dict) -> dict:
    """Only what was filled in, so that a check need not tell an empty field from a wrong one."""
    return {name: value for name, value in values.items() if value not in (None, "")}


def form_for(setting: ChannelSetting) -> type[SettingForm]:
    """The form of the channel; a secret that may be missing can be forgotten once it is kept."""
    sender, kept = SENDERS[setting.channel], setting.secrets
    fields = sender.fields()
    for name in sender.secret_names:
        if kept.get(name) and not fields[name].required:
            label = _("清除已保存的“%s”") % fields[name].label
            fields[CLEAR + name] = forms.BooleanField(label=label, required=False)
    return type("SettingForm", (SettingForm,), fields | {"sender": sender})


# What a person may choose beside the inbox.
TO_CHOOSE = (Channel.EMAIL, Channel.SMS)


class PreferenceForm(forms.Form):
    """By what a person wants to hear of each group of kinds, and whether mail comes once a day."""

    hide_optional = True

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        in_house = {line.channel for line in in_use()}
        offered = [channel for channel in TO_CHOOSE if channel in in_house]
        for group in Group:
            self.fields[group.value] = forms.MultipleChoiceField(
                label=_("%(group)s的提醒") % {"group": group.label},
                choices=[(channel.value, words_for(channel, user)) for channel in offered],
                required=False,
                widget=forms.CheckboxSelectMultiple,
                help_text=_("站内消息总是有的，这里选另外用什么通知您。都不选，就只有站内消息"),
            )
        self.fields["has_digest"] = forms.BooleanField(
            label=_("邮件每天合成一封"), required=False, help_text=_("当天的提醒早上一起发；临时的仍单独发")
        )

        self.fields["language"] = forms.ChoiceField(
            label=_("提醒用的语言"), required=False,
            choices=[("", _("本站的语言（中文）")), *settings.LANGUAGES],
        )  # fmt: skip

    @property
    def chosen(self) -> dict[str, list[str]]:
        return {group.value: self.cleaned_data[group.value] for group in Group}


def words_for(channel: Channel, user) -> str:
    """A channel with the address that it would use, masked, or that there is none."""
    address = SENDERS[channel].address_of(user)
    words = {"channel": channel.label, "address": masked(address) or _("没有登记，请联系管理员")}
    return _("%(channel)s（%(address)s）") % words


class TextForm(forms.Form):
    """The text of a kind in a language, for a place and what lies below it."""

    subject = forms.CharField(
        label=_("标题"), max_length=LONGEST_SUBJECT,
        help_text=_("锁屏的手机上也看得到，不写人的姓名和电话；邮件的标题、站内消息的标题也是它"),
    )  # fmt: skip
    body = forms.CharField(
        label=_("正文"), max_length=2000, widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("邮件、站内消息和群里用。一行里的变量都没有内容时，这一行自动略去"),
    )  # fmt: skip
    sms = forms.CharField(
        label=_("短信"), max_length=400, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("分行写，发出时连成一行；没有内容的行自动略去。最多 %(n)s 条的长度") % {"n": MOST_PARTS},
    )  # fmt: skip
    seen_at = SeenField()

    def __init__(self, *args, holding: Holding, place: str, own, **kwargs):
        self.holding, self.sign = holding, sign_at(place)
        first = holding.words._asdict() | {"seen_at": own.changed_at.isoformat() if own else ""}
        super().__init__(*args, initial=first, **kwargs)

    def clean(self):
        cleaned = super().clean()
        for name in Words._fields:
            cleaned[name] = "\n".join(line.rstrip() for line in (cleaned.get(name) or "").splitlines())
        if not self.errors:
            for name, words in faults(self.holding.kind, self.words, self.holding.language, self.sign or "").items():
                self.add_error(name, words)
        return cleaned

    @property
    def words(self) -> Words:
        return Words(*(self.cleaned_data[name] for name in Words._fields))

    def refuse_once(self, changed_at) -> None:
        """After somebody else's change was shown, the same words may be sent again."""
        seen_again(self, changed_at)


class SeenForm(forms.Form):
    """No question but which state somebody looked at."""

    seen_at = SeenField()


class TextPlaceForm(forms.Form):
    """Whose texts are looked at; asked of those who reach more than one district."""

    place = forms.CharField(
        label=_("哪个地区的文字"), max_length=12, required=False,
        help_text=_("填区划代码，如 410105；留空为您自己的范围"),
    )  # fmt: skip

    def __init__(self, *args, user, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_place(self):
        place = self.cleaned_data["place"].strip()
        if place and not reaches(self.user, "view", place):
            raise ValidationError(_("超出您的管理范围"))
        if place and not Region.objects.filter(code=place).exists():
            raise ValidationError(_("没有这个区划代码"))
        return place


class NoticeFilter(forms.Form):
    """What the list of notices is narrowed to; whatever cannot be read is passed over, with a word at its field."""

    hide_optional = True
    who = forms.CharField(label=_("接收人姓名或账号"), required=False, max_length=40)
    channel = forms.ChoiceField(label=_("渠道"), required=False, choices=[("", _("全部")), *Channel.choices])
    kind = forms.ChoiceField(label=_("种类"), required=False, choices=[("", _("全部")), *Kind.choices])
    on = DayField(label=_("应发日期"), required=False)
    state = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.is_valid()

    def chosen(self, rows: NoticeQuerySet) -> NoticeQuerySet:
        asked = self.cleaned_data
        for name in ("channel", "kind"):
            if asked.get(name):
                rows = rows.filter(**{name: asked[name]})
        if on := asked.get("on"):
            rows = rows.filter(due_at__gte=on_day(on, 0), due_at__lt=on_day(on + timedelta(days=1), 0))
        return rows.to_somebody_called(who) if (who := asked.get("who")) else rows

    @property
    def words(self) -> str:
        """What is on, in words."""
        asked = self.cleaned_data
        named = [asked.get("who"), asked.get("channel") and Channel(asked["channel"]).label,
                 asked.get("kind") and Kind(asked["kind"]).label, asked.get("on") and cn_day(asked["on"])]  # fmt: skip
        return joined(filter(None, named))
