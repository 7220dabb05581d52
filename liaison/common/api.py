"""What every part of the API shares and no subject knows: pages of a list, and refusals in words."""

import re
import uuid
from collections.abc import Callable

from django.core.exceptions import ValidationError as ModelValidationError
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import DateFilter, ModelChoiceFilter
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.pagination import BasePagination, PageNumberPagination
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView, exception_handler

from .exceptions import NotAllowed
from .forms import in_reckonable_year
from .paging import follows, key_of, precedes, turned
from .search import LONGEST

PAGE = 50
MOST_ROWS = 200


class Pages(PageNumberPagination):
    """Numbered pages with `count`, for lists that stay small enough to be counted."""

    page_size = PAGE
    page_size_query_param = "page_size"
    max_page_size = MOST_ROWS

    def get_page_size(self, request) -> int:
        return page_size_of(request)


class Cursor(BasePagination):
    """Pages by keyset, never counted, so that the last page of a nation costs what the first one does.

    `after` and `before` name a row by its public code, whose place is then looked up: its number would tell how many
    there are. (DRF's own cursor loops where more than a thousand rows share a moment, as on a common reception day.)
    """

    order: tuple[str, ...] = ()
    mark = ""  # the unique public column that names a row

    def paginate_queryset(self, queryset, request, view=None) -> list:
        self.request, size = request, page_size_of(request)
        self.backwards = "before" in request.query_params
        if place := self.place(request, view):
            before_or_after = precedes if self.backwards else follows
            queryset = queryset.filter(before_or_after(self.order, key_of(queryset.model, self.order, place)))
        rows = list(queryset.order_by(*(turned(self.order) if self.backwards else self.order))[: size + 1])
        more, self.rows = len(rows) > size, rows[:size]
        if self.backwards:
            self.rows.reverse()
        self.has_previous, self.has_next = (more, True) if self.backwards else (place is not None, more)
        return self.rows

    def place(self, request, view) -> tuple | None:
        """Where the row stands that the address names; one that is gone or out of sight is told."""
        mark = request.query_params.get("before" if self.backwards else "after")
        if not mark:
            return None
        found = (
            None if "\0" in mark else view.get_queryset().filter(**{self.mark: mark}).values_list(*self.order).first()
        )
        if found is None:
            raise NotFound(_("翻页的位置已经失效，请从头查询"))
        return found

    def get_paginated_response(self, data) -> Response:
        return Response({"next": self.link("after"), "previous": self.link("before"), "results": data})

    def link(self, way: str) -> str | None:
        if not self.rows or not (self.has_next if way == "after" else self.has_previous):
            return None
        address = self.request.build_absolute_uri()
        row = self.rows[-1 if way == "after" else 0]
        return replace_query_param(remove_query_param(remove_query_param(address, "after"), "before"), way,
                                   getattr(row, self.mark))  # fmt: skip

    def get_paginated_response_schema(self, schema: dict) -> dict:
        link = {"type": "string", "nullable": True, "format": "uri"}
        return {
            "type": "object",
            "required": ["results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view) -> list[dict]:
        words = {
            "after": "从这一行之后起（公开编号或代码）",
            "before": "到这一行之前止",
            "page_size": "每页行数，最多 200",
        }
        types = {"page_size": "integer"}
        return [
            {"name": name, "in": "query", "required": False, "description": words[name],
             "schema": {"type": types.get(name, "string")}}
            for name in words
        ]  # fmt: skip


def page_size_of(request) -> int:
    asked = request.query_params.get("page_size", str(PAGE))
    if not re.fullmatch(r"[0-9]{1,3}", asked) or not 1 <= int(asked) <= MOST_ROWS:
        raise ValidationError({"page_size": [_("每页行数应为 1 到 %(n)s 的整数") % {"n": MOST_ROWS}]})
    return int(asked)


class Conflict(APIException):
    """The request is well formed, and another row or the present state of this one stands against it."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


def explain(error: Exception, context: dict):
    """Answers a refusal of ours with words per field: 409 for a conflict or a wrong state, 400 for bad input."""
    if isinstance(error, ModelValidationError):
        error = in_words(error, context["view"])
    return exception_handler(error, context)


def in_words(error: ModelValidationError, view: APIView) -> APIException:
    """`error` of a model or a verb for a client; a view's `fields_of` names the input that a constraint is about.

    A field that the client knows by another name is found through the view's `shown_at`, as on a form.
    """
    if hasattr(error, "error_dict"):
        words = error.message_dict
        taken = all(one.code == "constraint" for errors in error.error_dict.values() for one in errors)
        refusal = Conflict if taken else ValidationError
        shown_at = {"__all__": "non_field_errors"} | getattr(view, "shown_at", {})
        return refusal({shown_at.get(name, name): words[name] for name in words})
    code, fields = getattr(error, "code", None), getattr(view, "fields_of", {})
    field = fields.get(getattr(error, "constraint", code), "non_field_errors")
    conflict = code == "constraint" or (isinstance(error, NotAllowed) and code not in fields)
    return (Conflict if conflict else ValidationError)({field: error.messages})


def form_key_of(request) -> uuid.UUID | None:
    """The key under which a form may arrive twice: `Idempotency-Key`, or `form_key` in the body."""
    key = request.headers.get("Idempotency-Key")
    if not key and isinstance(request.data, dict):
        key = request.data.get("form_key")
    if not key:
        return None
    try:
        return serializers.UUIDField().run_validation(key)
    except ValidationError as error:
        raise ValidationError({"form_key": error.detail}) from None


def row_filter(*, by: str, words: str, queryset: Callable, **kwargs) -> ModelChoiceFilter:
    """A filter that takes a row by its public code; `queryset(request)` is what the reader may name."""
    field = ModelChoiceFilter(
        queryset=queryset, to_field_name=by, error_messages={"invalid_choice": words, "invalid": words}, **kwargs
    )
    return extend_schema_field({"type": "string", "description": kwargs.get("label", "")})(field)


def day_filter(**kwargs) -> DateFilter:
    """A day that exists in every time zone and database: a year like 0001 or 9999 cannot be reckoned with."""
    return DateFilter(validators=[in_reckonable_year], **kwargs)


def search_length(**kwargs) -> dict:
    """Limits and words of a free-text filter."""
    return {"max_length": LONGEST, "error_messages": {"max_length": _("搜索词最多 50 个字")}} | kwargs


class NothingHere(APIView):
    """An address of the API that leads nowhere says so as JSON, in words."""

    authentication_classes = permission_classes = ()
    schema = None

    def initial(self, request, *args, **kwargs):
        raise NotFound(_("没有这个地址"))
