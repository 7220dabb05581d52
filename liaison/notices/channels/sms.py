"""Text messages through a gateway that is described and not programmed: its address, what it wants and how it answers.

In headers and body, never in the address, a value in braces is filled in: {phone} {content} {sign} {template_id}
{params} {reference} {key} {secret} {time} {leave}. In a JSON body a value that is nothing but {params} becomes the
object itself, {params_list} a list of its values and {params_json} its text, because gateways differ.
Nothing is put together as text, so no name can break out of its place.
"""

import json
import re
from collections.abc import Callable

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liaison.common.templatetags.face import joined

from .. import egress
from ..choices import Channel, Kind, State, Word
from ..leaving import address_for
from ..texts import SPEAKS_OF, VARIABLES
from .base import Answer, HttpSender, address_field, reached_at, secret_field

NAMES = [
    "phone", "content", "sign", "template_id", "params", "params_list", "params_json", "reference", "key", "secret",
    "time", "leave",
]  # fmt: skip
PLACE = re.compile(r"\{(\w+)\}")
FORMATS = [("json", _("JSON")), ("form", _("表单（名称=值，每行一个）"))]
METHODS = [("POST", "POST"), ("GET", "GET")]
JSON_EXAMPLE = '{"PhoneNumbers": "{phone}", "SignName": "{sign}", "TemplateCode": "{template_id}", "TemplateParam": "{params_json}", "OutId": "{reference}"}'  # noqa: E501
LONGEST_PATTERN = 200
CONTENT = "content"  # the whole text, beside its variables


class Sms(HttpSender):
    channel = Channel.SMS
    secret_names = ("key", "secret")
    groups = (
        (_("网关"), ("url", "method", "key", "clear_key", "secret", "clear_secret")),
        (_("发什么"), ("sign", "template_id", "templates", "farewell", "format", "headers", "body")),
        (_("怎样看网关的回答"), ("ok_path", "ok_pattern", "again_pattern", "words_path", "drops_repeats")),
        (_("回执（选填）"), ("receipts_to", "receipt_list", "receipt_reference", "receipt_path", "receipt_pattern",
                             "receipt_words", "receipt_reply")),
    )  # fmt: skip

    @classmethod
    def fields(cls):
        def text(label, help_text="", **kwargs):
            return forms.CharField(label=label, help_text=help_text, **({"max_length": LONGEST_PATTERN} | kwargs))

        def area(label, help_text="", rows=4, **kwargs):
            box = forms.Textarea(attrs={"rows": rows, "spellcheck": "false"})
            return forms.CharField(label=label, help_text=help_text, widget=box, max_length=4000, **kwargs)

        names = _(
            "可用的变量：{phone} 手机号、{content} 全文、{sign} 签名、{template_id} 模板号、{params} 模板变量（对象；"
            "{params_list} 为列表，{params_json} 为文字）、{reference} 本系统的编号、{key} {secret} 密钥、{time} 秒数、"
            "{leave} 选民的退订网址"
        )
        return {
            "url": address_field(label=_("网关地址")),
            "method": forms.ChoiceField(label=_("请求方式"), choices=METHODS),
            "format": forms.ChoiceField(label=_("内容格式"), choices=FORMATS),
            "headers": area(_("请求头"), _("每行一个，如 Authorization: Bearer {key}"), 3, required=False),
            "body": area(_("内容模板"), names, 6, initial=JSON_EXAMPLE),
            "sign": text(_("短信签名"), _("在网关备案的签名，如 金水人大"), required=False),
            "template_id": text(_("模板号"), _("在网关备案的模板；发全文的网关不用填"), required=False),
            "templates": area(_("各类提醒的模板号"), _(
                "每行一个：种类 模板号 变量，如 visit_tomorrow SMS_12345 when,station。变量按模板里的次序写，用逗号"
                "隔开；不写就全部给出。可以写的有 %s，各类提醒有其中一部分") % named_variables(), 3, required=False),
            "farewell": text(
                _("给选民的短信结尾"),
                _("告诉选民怎样退订，如 拒收请回复R，或 退订：{leave}（网址）；模板里已有的留空。给工作人员的短信不加"),
                required=False, max_length=60,
            ),
            "key": secret_field(label=_("账号或 AccessKey"), required=False),
            "secret": secret_field(label=_("密码或 Secret"), required=False),
            "ok_path": text(
                _("回答中表示成败的字段"), _("如 Code 或 data.0.status；留空看整个回答"), required=False
            ),
            "ok_pattern": text(_("成功时的值"), _("正则表达式，如 OK 或 0|200"), initial="OK|0"),
            "again_pattern": text(
                _("稍后可再试的值"), _("正则表达式，如限流的代码；留空则不成功就是失败"), required=False
            ),
            "words_path": text(_("回答中说明原因的字段"), _("如 Message"), required=False),
            "drops_repeats": forms.BooleanField(
                label=_("网关按 {reference} 识别重复"), required=False,
                help_text=_("网关承诺同一编号只发一次时才勾选：发送中断的短信会自动再发，不勾选则由工作人员处理"),
            ),
            "receipt_list": text(_("回执：列表所在的字段"), _("留空为整个内容"), required=False),
            "receipt_reference": text(_("回执：编号字段"), _("网关把 {reference} 原样送回的字段，如 out_id"),
                                      required=False),
            "receipt_path": text(_("回执：表示成败的字段"), _("如 success 或 status"), required=False),
            "receipt_pattern": text(_("回执：送达时的值"), _("正则表达式，如 true|DELIVRD"), required=False),
            "receipt_words": text(_("回执：说明原因的字段"), _("如 err_msg"), required=False),
            "receipt_reply": text(_("回执：给网关的答复"), "", required=False,
                                  initial='{"code": 0, "msg": "成功"}'),
        }  # fmt: skip

    @classmethod
    def check(cls, given):
        wrong = {}
        for name in ("ok_pattern", "again_pattern", "receipt_pattern"):
            try:
                re.compile(given.get(name) or "")
            except re.error:
                wrong[name] = _("不是正确的正则表达式")
        for name in ("headers", "body", "farewell"):
            unknown = [one for one in PLACE.findall(given.get(name) or "") if one not in NAMES]
            if unknown:
                words = {"name": f"{{{unknown[0]}}}", "all": " ".join(f"{{{one}}}" for one in NAMES)}
                wrong[name] = _("没有 %(name)s 这个变量；可用的有 %(all)s") % words
        if re.search(r"[{}]", given.get("url", "")):
            wrong["url"] = _("网关地址按原样访问，不能写变量；变量请写在请求头或内容模板里")
        if given.get("format") == "json" and "body" in given and not is_json(given["body"]):
            wrong.setdefault("body", _("不是正确的 JSON"))
        if any(":" not in line for line in lines(given.get("headers"))):
            wrong.setdefault("headers", _("每行应为“名称: 值”"))
        if any("=" not in line for line in lines(given.get("body"))) and given.get("format") == "form":
            wrong.setdefault("body", _("每行应为“名称=值”"))
        for line in lines(given.get("templates")):
            if words := fault_of_template(line):
                wrong["templates"] = words
        if given.get("receipt_reference") and not (given.get("receipt_path") and given.get("receipt_pattern")):
            wrong["receipt_path"] = _("填了回执的编号字段，还要填表示成败的字段和送达时的值")
        return wrong

    @classmethod
    def address_of(cls, to) -> str:
        return reached_at(to).phone

    @property
    def recognises_repeats(self) -> bool:
        return bool(self.config.get("drops_repeats"))

    @property
    def batch(self) -> int:
        return 20 if self.recognises_repeats else 1

    def send(self, notice) -> Answer:
        if not self.address_of(notice.addressee):
            return Answer(State.FAILED, Word.NO_PHONE)
        reply = self.ask(self.config["method"], self.config["url"], **self.request(notice))
        return reply if isinstance(reply, Answer) else self.refused(reply) or self.answer(reply)

    def request(self, notice) -> dict:
        """Headers and content of the request, every variable in its place."""
        values = self.values(notice)
        headers = dict(filled(line, values, header_safe).split(":", 1) for line in lines(self.config.get("headers")))
        headers = {name.strip(): value.strip().encode() for name, value in headers.items()}
        if self.config["format"] == "json":
            content = filled_in(json.loads(self.config["body"]), values)
            if self.config["method"] == "GET":
                return {"headers": headers, "params": content}
            return {"headers": headers, "json": content}
        pairs = [line.split("=", 1) for line in lines(self.config["body"])]
        pairs = [(name.strip(), filled(value.strip(), values)) for name, value in pairs]
        return {"headers": headers, "params" if self.config["method"] == "GET" else "data": pairs}

    def values(self, notice) -> dict:
        params = self.params_of(notice)
        values = {
            "phone": self.address_of(notice.addressee), "content": notice.body, "sign": self.config.get("sign", ""),
            "template_id": self.template_of(notice.kind)[0], "reference": notice.reference, "params": params,
            "params_list": [str(value) for value in params.values()],
            "params_json": json.dumps(params, ensure_ascii=False),
            "key": self.secrets.get("key", ""), "secret": self.secrets.get("secret", ""),
            "time": str(int(timezone.now().timestamp())),
            "leave": address_for([notice]) if notice.contact_id else "",
        }  # fmt: skip
        if notice.contact_id and self.config.get("farewell"):
            values["content"] += filled(self.config["farewell"], values)
        return values

    def template_of(self, kind: str) -> tuple[str, list[str]]:
        """The template of a kind, and its variables in their order where the setting names them."""
        for line in lines(self.config.get("templates")):
            name, template, *names = line.split()
            if name == kind:
                return template, names[0].split(",") if names else []
        return self.config.get("template_id", ""), []

    def params_of(self, notice) -> dict[str, str]:
        """The template's variables: those that the setting names and no other, for some gateways count them; else all
        that the text may speak of. Always in one order, which the database does not keep."""
        given = notice.params or {"content": notice.body}
        if names := self.template_of(notice.kind)[1]:
            return {name: given.get(name, "") for name in names}
        known = [name for name in (*SPEAKS_OF[notice.kind], CONTENT) if name in given]
        return {name: given[name] for name in dict.fromkeys([*known, *sorted(given)])}

    def answer(self, reply: egress.Reply) -> Answer:
        """What the gateway made of it, by the field and the values that its setting names."""
        value = at_path(reply.data, self.config.get("ok_path")) if self.config.get("ok_path") else reply.text
        words = at_path(reply.data, self.config.get("words_path")) if self.config.get("words_path") else reply.text
        words = self.quoted(f"{as_text(value)} {as_text(words)}" if self.config.get("ok_path") else as_text(words))
        if matches(self.config.get("ok_pattern"), value):
            return Answer(State.SENT, words)
        return Answer(State.PLANNED if matches(self.config.get("again_pattern"), value) else State.FAILED, words)

    def receipts(self, data) -> list[tuple[str, bool, str]]:
        """(reference, delivered, words) of each receipt in what the gateway sent."""
        items = at_path(data, self.config.get("receipt_list")) if self.config.get("receipt_list") else data
        items = items if isinstance(items, list) else [items]
        get = self.config.get
        return [
            (as_text(at_path(item, get("receipt_reference"))),
             matches(get("receipt_pattern"), at_path(item, get("receipt_path"))),
             self.quoted(as_text(at_path(item, get("receipt_words"))) if get("receipt_words") else ""))
            for item in items if isinstance(item, dict)
        ]  # fmt: skip


def receipt_address(setting) -> str:
    """Where the gateway reports what became of a message."""
    return reverse("notices:receipts", args=[setting.receipt_token])


def lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def fault_of_template(line: str) -> str:
    """What is wrong with a line of "kind template variable,variable"."""
    kind, template, names, *rest = [*line.split(), "", "", ""][:4]
    if not template or rest != [""] or kind not in Kind.values:
        return _("“%(line)s”应为：种类 模板号 变量。种类有 %(all)s") % {"line": line, "all": "、".join(Kind.values)}
    known = (*SPEAKS_OF[kind], CONTENT)
    if unknown := [name for name in names.split(",") if names and name not in known]:
        words = {"kind": kind, "name": unknown[0], "all": " ".join(known)}
        return _("%(kind)s 没有 %(name)s 这个变量；可用的有 %(all)s") % words
    return ""


def named_variables() -> str:
    """when 时间、station 联络站 … content 全文."""
    names = [f"{code} {variable.name}" for code, variable in VARIABLES.items()]
    return joined([*names, f"{CONTENT} {_('全文')}"])


def is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def filled(text: str, values: dict, made_safe: Callable[[str], str] = str) -> str:
    """`text` with its variables, in one pass: what stands inside a value is never looked at again."""
    return PLACE.sub(lambda found: made_safe(as_text(values.get(found.group(1), found.group(0)))), text)


def filled_in(node, values: dict):
    """The same for every text inside a JSON value; a text that is one variable alone becomes its value whole."""
    if isinstance(node, dict):
        return {key: filled_in(value, values) for key, value in node.items()}
    if isinstance(node, list):
        return [filled_in(value, values) for value in node]
    if not isinstance(node, str):
        return node
    alone = PLACE.fullmatch(node)
    return values[alone.group(1)] if alone and alone.group(1) in values else filled(node, values)


def header_safe(value: str) -> str:
    return " ".join(value.split())


def at_path(data, path: str | None):
    """What stands at "data.0.status"; None where nothing does."""
    for step in (path or "").split(".") if path else []:
        if isinstance(data, list) and step.isdigit() and int(step) < len(data):
            data = data[int(step)]
        elif isinstance(data, dict):
            data = data.get(step)
        else:
            return None
    return data


def as_text(value) -> str:
    """As JSON writes it, but a text without its quotation marks: true, 0, OK."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def matches(pattern: str | None, value) -> bool:
    return bool(pattern) and value is not None and re.fullmatch(pattern, as_text(value)[:2000], re.S) is not None
