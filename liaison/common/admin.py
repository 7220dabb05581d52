"""The browser admin's lists, made for tables of any size: pages by keyset, no counts, no scans."""

from datetime import date

from django.contrib.admin.views.main import ORDER_VAR, ChangeList, ChangeListSearchForm
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from .estimates import CAP, NEAR, capped_count, key_after
from .paging import KeysetPage, key_of, names, read_cursor, turned
from .search import LONGEST
from .sources import Source, merged_page

AFTER, BEFORE, LAST, FROM = "after", "before", "last", "from"
OWN = (AFTER, BEFORE, LAST, FROM)
HIGHEST_PAGE = 10_000_000


class SearchForm(ChangeListSearchForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            too_long = MaxLengthValidator(LONGEST, _("搜索最多 %(limit_value)s 个字，请缩短后再查"))
            field.validators = [too_long, ProhibitNullCharactersValidator()]


class KeysetChangeList(ChangeList):
    """A list paged by the key of its rows: `?after=`, `?before=`, `?last=1`, `?from=` a day, `?p=` a page (about).

    The model admin says in `keyset` which index orders it, in `lead_filters` which filters have an index that ends in
    that order, and in `range_filters` which narrow the order itself. What any other filter leaves is looked for in a
    window of the ordered rows, so that a page costs the same however rare its rows are.
    """

    search_form_class = SearchForm
    is_about = False

    def get_queryset(self, request, exclude_parameters=None):
        for name in OWN:
            self.params.pop(name, None)
            self.filter_params.pop(name, None)
        return super().get_queryset(request, exclude_parameters)

    @property
    def begins_today(self) -> bool:
        """Whether the list runs from today on: it does so by itself, where nothing else was asked for.

        Whoever searches or filters wants what there is, the latest first; many filters leave nothing to come.
        """
        asked = self.query.strip() or any(name != ORDER_VAR for name in self.params)
        return self.model_admin.begins_today and not asked and not self.params.get(ORDER_VAR)

    def get_ordering(self, request, queryset):
        """The keyset, or the same turned round: by a click on the head of its column, or to begin today."""
        order = list(self.model_admin.keyset)
        if self.begins_today:
            return turned(order)
        asked = self.params.get(ORDER_VAR, "")
        column = asked.removeprefix("-")
        if column.isdecimal() and int(column) < len(self.list_display):
            field = self.get_ordering_field(self.list_display[int(column)])
            if field == names(order)[0] and asked.startswith("-") != order[0].startswith("-"):
                return turned(order)
        return order

    def _get_default_ordering(self):
        return (turned(self.model_admin.keyset) if self.begins_today else self.model_admin.keyset)[:1]

    def get_results(self, request):
        self.order = self.get_ordering(request, self.queryset)
        self.asked = request.GET
        self.page_num = min(max(1, self.page_num), HIGHEST_PAGE)
        self.ordered_rows, self.has_index = self._ordered_rows(request)
        self.sources = self._sources(request)
        self.page = self._page(self.asked)
        self.result_list = self.page.rows
        self.result_count = len(self.page)  # what an action can reach: the rows of this page
        self.full_result_count = self.paginator = None
        self.show_full_result_count = self.can_show_all = self.multi_page = False
        self.show_admin_actions = True

    def _ordered_rows(self, request):
        """Rows that an index gives in order, and whether they are already all that the filters ask for."""
        rows, whole = self.model_admin.ordered_rows(request, self.root_queryset)
        led = False
        for spec in self.filter_specs:
            asked = spec.expected_parameters()
            if not any(name in self.params for name in asked):
                continue
            ranges, leads = asked[0] in self.model_admin.range_filters, asked[0] in self.model_admin.lead_filters
            if ranges or (leads and not led):
                led |= leads
                rows = spec.queryset(request, rows)
            else:
                whole = False
        return rows, whole

    def _sources(self, request) -> list[Source]:
        if self.query.strip():
            return self.model_admin.get_sources(request, self.queryset, self.ordered_rows, self.query.strip())
        return [Source(self.queryset, None if self.has_index else self.ordered_rows)]

    # Which page

    def _page(self, ask) -> KeysetPage:
        for name in (AFTER, BEFORE):
            if key := read_cursor(self.model, self.order, ask.get(name)):
                return self._merged(key, backwards=name == BEFORE)
        if LAST in ask:
            return self._merged(backwards=True)
        if ask.get(FROM):
            return self._page_from(ask[FROM])
        if self.page_num > 1 and not self.query:
            return self._numbered_page()
        return self._page_from(timezone.localdate().isoformat()) if self.begins_today else self._merged()

    def _merged(self, key=None, **how) -> KeysetPage:
        return merged_page(self.queryset, self.sources, self.order, self.list_per_page, key, **how)

    def _page_from(self, text: str) -> KeysetPage:
        """The page that begins with a day, in whichever direction the list runs."""
        falling = self.order[0].startswith("-")
        try:
            moment = self.model_admin.moment(date.fromisoformat(text), falling)
        except (ValueError, OverflowError):
            return self._merged()
        rows = self.ordered_rows.filter(**{f"{names(self.order)[0]}__{'lt' if falling else 'gte'}": moment})
        values = rows.order_by(*self.order).values_list(*names(self.order)).first()
        if values is None:
            return self._merged(backwards=True)
        return self._merged(key_of(self.model, self.order, values), itself=True)

    def _numbered_page(self) -> KeysetPage:
        skip = (self.page_num - 1) * self.list_per_page
        self.is_about = skip > NEAR or not self.has_index
        key = key_after(self.queryset, self.order, skip, near=NEAR if self.has_index else 0)
        return self._merged(backwards=True) if key is None else self._merged(key, itself=True)

    # For the template

    @cached_property
    def count_words(self) -> str:
        """How many rows there are, as far as that is cheap to say."""
        if self.page.next is None and self.page.previous is None:
            return _("共 %s 条") % len(self.page)
        if self.query or not self.has_index:
            return ""
        count = capped_count(self.queryset)
        return _("超过 %s 条") % CAP if count > CAP else _("共 %s 条") % count

    @property
    def place_words(self) -> str:
        """Which page this is, where that was asked for; a cursor knows its neighbours, not its number."""
        if any(name in self.asked for name in OWN) or self.page_num == 1 or self.query:
            return ""
        return (_("约第 %s 页") if self.is_about else _("第 %s 页")) % self.page_num

    @property
    def is_looking_on(self) -> bool:
        """Whether this page ended at its window: what comes next was not looked at yet."""
        return self.page.next is not None and len(self.page) < self.list_per_page

    @cached_property
    def ways(self) -> list[tuple[str, str, bool]]:
        """Address, words and whether it is taken, of the two ways through a list by time; none where it has one."""
        if not self.model_admin.begins_today or self.query.strip() or set(self.params) - {ORDER_VAR}:
            return []
        fields = [self.get_ordering_field(name) for name in self.list_display]
        column = fields.index(names(self.model_admin.keyset)[0])
        latest = self.params.get(ORDER_VAR) == f"-{column}"
        return [
            ("?", _("从今天起，先近后远"), self.begins_today),
            (self.get_query_string({ORDER_VAR: f"-{column}"}), _("全部，最晚的在前"), latest),
        ]

    @property
    def first_url(self) -> str:
        return self.get_query_string() if self.page.previous else ""

    @property
    def previous_url(self) -> str:
        return self.get_query_string({BEFORE: self.page.previous}) if self.page.previous else ""

    @property
    def next_url(self) -> str:
        return self.get_query_string({AFTER: self.page.next}) if self.page.next else ""

    @property
    def last_url(self) -> str:
        return self.get_query_string({LAST: 1}) if self.page.next else ""
