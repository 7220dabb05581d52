"""Fields that several apps share."""

import secrets

from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

# Crockford's base 32: no I, L, O or U, so a number read aloud over the telephone stays the same number.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def random_id(length: int = 10) -> str:
    """A public id of 50 random bits that reveals neither order nor count."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


class PublicIdField(models.CharField):
    """The id that stands in addresses in place of the row's number."""

    def __init__(self, **kwargs):
        super().__init__(
            **(
                {
                    "verbose_name": _("公开编号"),
                    "max_length": 10,
                    "editable": False,
                    "default": random_id,
                    "db_collation": "C",
                }
                | kwargs
            )
        )


class CodeField(models.CharField):
    """A code whose beginning is its parent's code. Byte order (collation C) makes a subtree one index range."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **({"db_collation": "C"} | kwargs))


CodeField.register_lookup(Length)

digits = RegexValidator(r"^\d+$", _("只能是数字"))
