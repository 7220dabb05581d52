"""What every part of the API shares and no subject knows: pages of a list, and refusals in words."""

import uuid
from collections.abc import Callable

from django.core.exceptions import ValidationError as ModelValidationError
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import DateFilter, ModelChoiceFilter
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.pagination import CursorPagination, PageNumberPagination
from rest_framework.views import APIView, exception_handler

from .exceptions import NotAllowed
from .search import LONGEST

MOST_ROWS = 200


class Pages(PageNumberPagination):
    """Numbered pages with `count`, for lists that stay small enough to be counted."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = MOST_ROWS


class Cursor(CursorPagination):
    """Pages by key, never counted, so that the last page of a nation costs what the first one does."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = MOST_ROWS


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
    """`error` of a model or a verb for a client; a view's `fields_of` names the input that a constraint is about."""
    if hasattr(error, "error_dict"):
        words = error.message_dict
        return ValidationError({"non_field_errors" if name == "__all__" else name: words[name] for name in words})
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
    return extend_schema_field(OpenApiTypes.STR)(field)


def day_filter(**kwargs) -> DateFilter:
    """A day that exists in every time zone and database: a year like 0001 or 9999 cannot be reckoned with."""
    return DateFilter(validators=[in_reckonable_year], **kwargs)


def in_reckonable_year(value) -> None:
    if not 1949 <= value.year <= 2200:
        raise ModelValidationError(_("请检查年份"), code="year")


def search_length(**kwargs) -> dict:
    """Limits and words of a free-text filter."""
    return {"max_length": LONGEST, "error_messages": {"max_length": _("搜索词最多 50 个字")}} | kwargs


class NothingHere(APIView):
    """An address of the API that leads nowhere says so as JSON, in words."""

    authentication_classes = permission_classes = ()
    schema = None

    def initial(self, request, *args, **kwargs):
        raise NotFound(_("没有这个地址"))
