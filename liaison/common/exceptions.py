"""Refusals in words: what a verb raises, and what a database constraint says when it was broken."""

import functools

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, OperationalError, transaction
from django.utils.translation import gettext as _
from psycopg.errors import DeadlockDetected

from .triggers import WORDS


class NotAllowed(ValidationError):
    """The act is understood and refused: wrong state, or a rule of the office. Carries a sentence for the person."""


def words_for(error: DatabaseError) -> str | None:
    """The sentence of the constraint that `error` broke: the model's own `violation_error_message`, else None.

    Page, admin, API and import all call this, so the last guard (the database) speaks as clearly as the first.
    """
    diagnostic = getattr(error.__cause__, "diag", None)
    name = getattr(diagnostic, "constraint_name", None)
    if name == WORDS:
        return diagnostic.message_primary
    if name is None:
        return None
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == name:
                return str(constraint.get_violation_error_message())
        for field in model._meta.local_fields:
            if field.unique and name == f"{model._meta.db_table}_{field.column}_key":
                return model().unique_error_message(model, [field.name]).messages[0]
    return None


def as_validation_error(error: DatabaseError) -> ValidationError:
    """`error` as a ValidationError in words; an error that no constraint of ours explains is raised as it is."""
    if isinstance(error.__cause__, DeadlockDetected):  # two writers waited for each other and the database chose us
        return ValidationError(_("刚好有人同时在改同样的内容，请再试一次"), code="constraint")
    words = words_for(error)
    if words is None:
        raise error
    refusal = ValidationError(words, code="constraint")
    refusal.constraint = error.__cause__.diag.constraint_name  # for whoever knows which input it is about
    return refusal


def verb(act):
    """Makes `act` one transaction whose broken constraints come back as ValidationError, in words."""

    @functools.wraps(act)
    def acting(*args, **kwargs):
        try:
            with transaction.atomic():
                return act(*args, **kwargs)
        except (IntegrityError, OperationalError) as error:
            raise as_validation_error(error) from error

    return acting
