"""How a table's rows are shown: what is named and nothing else, and read-only mostly.

What may be changed here is a row's own plain values. Every change leaves a deed, in the
same transaction, with how it stood before. Nothing is added or deleted here.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from django.core.paginator import Paginator
from django.db.models import ForeignKey, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from unfold.admin import ModelAdmin

from accounts import deeds
from accounts.staff import Power, may_operate
from playground.web.operator.door import operator_of

MOST_COUNTED = 5_000


@dataclass(frozen=True, slots=True)
class Table:
    """A table worth looking at. What is not named here, secrets and words, is not shown.

    `columns` stand in the list, `more` on a row's own page; `find` is searched word for
    word, `sift` has a filter, and `editable` may be changed.
    """

    model: type[Model]
    columns: tuple[str, ...]
    more: tuple[str, ...] = ()
    find: tuple[str, ...] = ()
    sift: tuple[str, ...] = ()
    editable: tuple[str, ...] = ()


class Newest(Paginator):  # type: ignore[type-arg]
    """Pages through the newest rows only: nobody counts ten million to turn a page."""

    @cached_property
    def count(self) -> int:
        rows = cast("QuerySet[Model]", self.object_list)
        return rows.order_by()[:MOST_COUNTED].count()


class Row(ModelAdmin):  # type: ignore[misc]
    """One table."""

    table: Table
    ordering = ("-pk",)
    list_per_page = 50
    paginator = Newest
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        """A row may name somebody who is gone: then there is nobody to show."""
        rows: QuerySet[Model] = super().get_queryset(request)
        known = self.model._meta.get_field
        links = [n for n in self.get_fields(request) if is_link(known(n))]
        return rows.select_related(*links) if links else rows

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        table = self.table
        return list(dict.fromkeys((*table.columns, *table.more, *table.editable)))

    def get_readonly_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> list[str]:
        fields = self.get_fields(request, obj)
        return [name for name in fields if name not in self.table.editable]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_operate(operator_of(request), Power.STAFF)

    def has_view_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return self.has_module_permission(request)

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return bool(self.table.editable) and self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: Model, form: Any, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        if not form.changed_data:
            return
        before = {name: form.initial.get(name) for name in form.changed_data}
        after = {name: form.cleaned_data[name] for name in form.changed_data}
        by = operator_of(request)
        deeds.record(by, "row.changed", subject=obj, before=before, after=after)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> None:
        """The log of staff has it already, and has one form for all that staff do."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        return redirect(f"{reverse('deeds')}?{urlencode({'subject': object_id})}")


def is_link(field: Any) -> bool:
    return isinstance(field, ForeignKey)
