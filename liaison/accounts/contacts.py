"""What a voter leaves behind to be reached by: a name, a telephone and, if they like, an e-mail address.

It stands in memory only while somebody may see it or a message leaves; the database has it sealed (`Contact`).
"""

import re
import unicodedata
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from liaison.common import sealing
from liaison.common.masks import hidden, masked, masked_name

PURPOSE = "accounts.contact.phone"
LONGEST_NAME = 40
MOBILE = re.compile(r"1[3-9]\d{9}")
# A mobile of the mainland, a landline with its area code, or a number of another country.
PHONE = re.compile(rf"{MOBILE.pattern}|0[1-9]\d{{8,10}}|\+[1-9]\d{{6,14}}")
HOME = re.compile(r"(?:\+|00)86")


class Particulars(NamedTuple):
    name: str
    phone: str
    email: str = ""

    @property
    def masked(self) -> str:
        """张** 138••••0001."""
        return f"{masked_name(self.name)} {masked(self.phone)}"

    @property
    def takes_messages(self) -> bool:
        """Whether a text message can reach the telephone; a landline takes none."""
        return bool(MOBILE.fullmatch(self.phone)) or self.phone.startswith("+")

    def hidden_in(self, words: str) -> str:
        """`words` with the telephone and the address masked. The name may be a representative's as well, and stays."""
        return hidden(words, self.phone, self.email)


NOBODY = Particulars("", "")


def particulars(name: str, phone: str, email: str = "") -> Particulars:
    """What was typed, as it is kept. Raises ValidationError by field, never with what was typed in it."""
    name, wrong = " ".join(unicodedata.normalize("NFKC", name).split()), {}
    if not 0 < len(name) <= LONGEST_NAME:
        wrong["name"] = _("请填写姓名，最多 %(n)s 个字") % {"n": LONGEST_NAME}
    phone, email = plain_phone(phone), email.strip()
    if not PHONE.fullmatch(phone):
        wrong["phone"] = _("请填写手机号，或者带区号的座机号")
    try:
        if email:
            validate_email(email)
    except ValidationError:
        wrong["email"] = _("邮箱格式不对，如 name@example.org；没有可以不填")
    if wrong:
        raise ValidationError(wrong)
    return Particulars(name, phone, email)


def plain_phone(phone: str) -> str:
    """+86 138-0000-0001, １３８００００００１ → 13800000001: however it was written, one telephone is one."""
    plain = re.sub(r"[\s\-‐-―().·]", "", unicodedata.normalize("NFKC", phone))
    short = HOME.sub("", plain, count=1) if HOME.match(plain) else plain.removeprefix("86")
    if MOBILE.fullmatch(short):
        return short
    if HOME.match(plain):  # a landline as one dials it from abroad
        return f"0{short.removeprefix('0')}"
    return f"+{plain[2:]}" if plain.startswith("00") else plain


def hashes_of(phone: str) -> list[str]:
    """By which a telephone is found, under every key."""
    return sealing.fingerprints(plain_phone(phone), PURPOSE)
