"""What every model admin of ours shares: the grants decide, reach narrows, verbs refuse in words, history is shown."""

from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liaison.common.admin import KeysetChangeList
from liaison.common.exceptions import as_validation_error
from liaison.common.forms import DayInput, MomentInput
from liaison.common.sources import Source

from .grants import noun_of
from .history import changes_of
from .scoping import ScopedQuerySet, may


class Refused(Exception):
    """A verb or the database said no after the form was valid; the form is shown again with its words."""

    def __init__(self, error: ValidationError):
        self.error = error


class GrantedForm(forms.ModelForm):
    """A form that can be told, after the fact, why its rows were refused."""

    refusal: ValidationError | None = None

    def clean(self):
        cleaned = super().clean()
        if self.refusal is not None:
            for name, errors in self.refusal.update_error_dict({}).items():
                self.add_error(name if name in self.fields else None, errors)
        return cleaned


class Granted:
    """Permissions of admins and inlines: the role from the grants, the place from `for_user`."""

    # Not Django's calendar: the browser's own speaks to screen readers and opens on a phone.
    formfield_overrides = {models.DateTimeField: {"widget": MomentInput}, models.DateField: {"widget": DayInput}}

    def _may(self, request, verb: str, obj=None) -> bool:
        if not may(request.user, verb, self.model):
            return False
        if obj is None or not isinstance(obj, self.model):
            return True
        known = request.__dict__.setdefault("_liaison_reach", {})
        key = (verb, noun_of(self.model), obj.pk)
        if key not in known:
            known[key] = self.model._default_manager.for_user(request.user, verb).filter(pk=obj.pk).exists()
        return known[key]

    def has_module_permission(self, request) -> bool:
        return self._may(request, "view")

    def has_view_permission(self, request, obj=None) -> bool:
        return self._may(request, "view", obj)

    def has_add_permission(self, request, obj=None) -> bool:
        return self._may(request, "add")

    def has_change_permission(self, request, obj=None) -> bool:
        return self._may(request, "change", obj)

    def has_delete_permission(self, request, obj=None) -> bool:
        return self._may(request, "delete", obj)

    def get_queryset(self, request):
        return super().get_queryset(request).for_user(request.user, "view")

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """Without Django's pencil, plus and eye: a station is not made in passing, in a window that pops up."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Only rows of places where the person may add or change what this form is about."""
        rows = kwargs.get("queryset", db_field.remote_field.model._default_manager.all())
        if isinstance(rows, ScopedQuerySet):
            kwargs["queryset"] = rows.for_user(request.user, "add", "change", of=self.model)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class GrantedFormSet(forms.BaseInlineFormSet):
    def add_fields(self, form, index):
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].widget.attrs["aria-label"] = _("删除这一行")  # the column's head names no box


class GrantedInline(Granted, admin.TabularInline):
    formset = GrantedFormSet
    extra = 0
    show_change_link = False

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """A field of a table has its name in the column's head only; here it says it itself."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field:
            field.widget.attrs.setdefault("aria-label", field.label)
        return field

    def has_add_permission(self, request, obj=None) -> bool:
        return self._may(request, "add")

    def has_change_permission(self, request, obj=None) -> bool:
        return self._may(request, "change")

    def has_view_permission(self, request, obj=None) -> bool:
        return self._may(request, "view")

    def has_delete_permission(self, request, obj=None) -> bool:
        return self._may(request, "delete")


class GrantedAdmin(Granted, admin.ModelAdmin):
    """A model in the browser admin. `keyset` names the index that orders its list; without one the table is small."""

    form = GrantedForm
    keyset: tuple[str, ...] = ()
    lead_filters: tuple[str, ...] = ()
    range_filters: tuple[str, ...] = ()
    jumps_to_day = False
    begins_today = False  # a list by time that runs from today on, where nothing else was asked for
    indexed_digits = 0  # of a place's code, from which on the keyset's order is quick within it
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    history_text = _("历史由数据库写下，任何人都不能修改")

    def get_changelist_instance(self, request):
        changelist = super().get_changelist_instance(request)
        changelist.title = self.opts.verbose_name_plural
        return changelist

    def get_changelist(self, request, **kwargs):
        return KeysetChangeList if self.keyset else super().get_changelist(request, **kwargs)

    def get_sortable_by(self, request):
        """Only the index's own order and its reverse; another one would sort the whole table."""
        if not self.keyset:
            return super().get_sortable_by(request)
        first = self.keyset[0].removeprefix("-")
        return [name for name in self.list_display if name == first or self._sorts_by(name) == first]

    def _sorts_by(self, name: str) -> str | None:
        return getattr(getattr(self, name, None), "admin_order_field", None)

    def ordered_rows(self, request, rows):
        """Rows that the keyset's index gives in order, and whether they are all that the person reaches.

        A place between the nation and `indexed_digits` has no index of its own and is looked through.
        """
        codes = [posting.code for posting in request.user.current_postings]
        if any(0 < len(code) < self.indexed_digits for code in codes):
            return self.model._default_manager.all(), False
        return rows, True

    def moment(self, day: date, falling: bool) -> datetime:
        """Where a list by time, running forwards or falling, comes to `day`."""
        if not self.jumps_to_day:
            raise ValueError(day)
        return timezone.make_aware(datetime.combine(day + timedelta(days=falling), time.min))

    def get_sources(self, request, rows, ordered_rows, term) -> list[Source]:
        """Where a search looks, each place by an index of its own; `search_fields` only make the box appear."""
        raise NotImplementedError

    def narrowed(self, request, field: str, rows):
        """What the rest of the form leaves of `rows` to choose from for `field`; None where it says nothing.

        The box of the field sends the value of another one, which its widget names in `data-narrowed-by`.
        """
        return None

    def get_search_results(self, request, queryset, search_term):
        if not self.keyset:
            return super().get_search_results(request, queryset, search_term)
        return queryset, False

    def choice_words(self, obj) -> str:
        """How a row is called in a list to choose from."""
        return str(obj)

    def get_actions(self, request):
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)  # rows are deleted one by one, by the verb that says why not
        return actions

    # Refusals

    @contextmanager
    def refusals(self):
        """Whatever is refused inside takes back all that was written, and comes to the form."""
        try:
            with transaction.atomic():
                yield
        except IntegrityError as error:
            raise Refused(as_validation_error(error)) from error
        except ValidationError as error:
            raise Refused(error) from error

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            with self.refusals():
                return super().changeform_view(request, object_id, form_url, extra_context)
        except Refused as refused:
            request.refusal = refused.error
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = getattr(request, "refusal", None)
        return form

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        may_save = add or self.has_change_permission(request, obj)
        words = _("新增%(name)s") if add else _("修改%(name)s") if may_save else _("查看%(name)s")
        context["title"] = words % {"name": self.opts.verbose_name}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def delete_view(self, request, object_id, extra_context=None):
        try:
            with self.refusals():
                return super().delete_view(request, object_id, extra_context)
        except Refused as refused:
            self.message_user(request, " ".join(refused.error.messages), "error")
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", object_id)

    # What was done is written by triggers (pghistory); a second log would only disagree.

    def log_addition(self, request, obj, message):
        pass

    def log_change(self, request, obj, message):
        pass

    def log_deletions(self, request, queryset):
        pass

    def history_view(self, request, object_id, extra_context=None):
        """Who changed what, and when, in words."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("历史：%s") % obj, "object": obj, "opts": self.opts, "steps": self.get_changes(obj),
            "module_name": self.opts.verbose_name_plural,
        }  # fmt: skip
        return TemplateResponse(request, "admin/object_history.html", context)

    def get_changes(self, obj):
        return changes_of(obj)
