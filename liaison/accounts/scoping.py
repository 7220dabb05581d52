"""The one visibility rule: `Model.objects.for_user(user, verb)`.

A posting's place is a code (a division's, or a station's, which begins with its division's), so what a person reaches
is a set of code prefixes, and each a single index range however large the nation.
"""

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import Http404

from .choices import Role
from .grants import noun_of, roles_that

NOTHING = Q(pk__in=[])
EVERYTHING = ~NOTHING  # an empty Q() would vanish when joined by OR
VISITOR = AnonymousUser()  # for what is the same whoever asks, signed in or not: feeds, the sitemap


class ScopedQuerySet(QuerySet):
    """Rows that know where they belong. `place` is the path to the code of a row's division or station."""

    place: str | None = None

    def for_user(self, user, *verbs: str, of: type[Model] | None = None) -> Self:
        """Rows on which `user` may do at least one of `verbs` ("view" when none is named).

        With `of`, places where they may do it to rows of that model: the stations where somebody may add a Visit.
        """
        return self.filter(self.reach(user, *verbs, of=of))

    def reach(self, user, *verbs: str, of: type[Model] | None = None) -> Q:
        """The condition behind `for_user`, for a page that marks rows instead of leaving them out."""
        reach = NOTHING
        for verb in verbs or ("view",):
            granted = roles_that(verb, noun_of(of or self.model))
            if verb == "read" and None in granted:
                reach |= self.public_q()
                continue
            for posting in getattr(user, "current_postings", ()):
                if posting.role in granted:
                    reach |= self.within(posting)
        return reach

    def public_q(self) -> Q:
        """Rows that anybody may read; a model with something to hide narrows this."""
        return EVERYTHING

    def within(self, posting) -> Q:
        """Rows that `posting` reaches, whatever its role may do with them."""
        if posting.role == Role.REPRESENTATIVE:
            return self.own_q(posting.user)
        return self.under(posting.code)

    def own_q(self, user) -> Q:
        """Rows about `user` as a person; none unless the model says which."""
        return NOTHING

    def under(self, code: str) -> Q:
        """Rows whose place lies under `code` (a division), or is `code` (a station)."""
        if self.place is None or not code:
            return EVERYTHING
        if "-" in code:
            return Q(**{self.place: code})
        return Q(**{f"{self.place}__startswith": code})


def get_for_user(queryset, user, verb: str, **lookup) -> Model:
    """The row that `lookup` names, if `user` may `verb` it. 404 when out of reach, 403 when seen but not allowed.

    `queryset` is a model or a scoped queryset of it, so that a page brings its own `select_related`.
    """
    rows = queryset if isinstance(queryset, QuerySet) else queryset._default_manager.all()
    found = rows.for_user(user, verb).filter(**lookup).first()
    if found is not None:
        return found
    if verb != "view" and rows.for_user(user, "view").filter(**lookup).exists():
        raise PermissionDenied
    raise Http404


def may(user, verb: str, model) -> bool:
    """Whether `user` may `verb` any row of `model` at all: for menus and buttons, never in place of `for_user`."""
    granted = roles_that(verb, noun_of(model))
    return None in granted or any(posting.role in granted for posting in getattr(user, "current_postings", ()))
