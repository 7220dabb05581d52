"""Exclusion without an extension: an integer as the range that holds only itself can be compared under GiST."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField
from django.db.models import Func, Value


def one_of(column: str) -> Func:
    """`column` as int8range(column, column, '[]'), so that "equal" becomes "overlaps"."""
    return Func(column, column, Value("[]"), function="int8range", output_field=BigIntegerRangeField())


class Exclusive(ExclusionConstraint):
    """An exclusion constraint that only the database checks.

    A look beforehand could not hold against a second writer, costs a query, and fails on models with generated
    columns (Django cannot resolve their sources there); `exceptions.words_for` gives the same sentence afterwards.
    """

    def validate(self, *args, **kwargs):
        pass
