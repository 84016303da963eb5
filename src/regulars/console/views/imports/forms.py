"""What somebody says about a file: the meaning of its columns, its dates, decimals, money."""

from __future__ import annotations

import re
from collections.abc import Mapping as Dictionary
from datetime import date
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from msgspec import structs

from regulars.actions.drafts import Draft
from regulars.console.account_forms import currencies, zones
from regulars.db.models import Business
from regulars.sources.files.shapes import Choices, Column, Hints, Mapping, Proposal
from regulars.words import formats
from regulars.words.files import FIELDS, field_name

ATTRIBUTE = "attribute"
MONEY = frozenset({"unit_price", "amount", "total", "fee", "refunded", "quantity"})
GROUPS: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (
        gettext_lazy("The order"),
        (
            *("number", "at", "time", "total", "fee", "currency", "place", "kind", "refund_of"),
            *("refunded", "refunded_at"),
        ),
    ),
    (
        gettext_lazy("Its lines"),
        ("product", "product_name", "category", "quantity", "unit_price", "amount"),
    ),
    (
        gettext_lazy("The customer"),
        (
            *("customer", "email", "phone", "card", "name", "first_name", "last_name"),
            *("birth_date", "country", "language"),
        ),
    ),
)
DATES = {
    "dmy": gettext_lazy("Day before month: 31.12.2011"),
    "mdy": gettext_lazy("Month before day: 12/31/2011"),
    "ymd": gettext_lazy("Year first: 2011-12-31"),
}
DECIMALS = {
    ",": gettext_lazy("A comma: 1.234,50"),
    ".": gettext_lazy("A point: 1,234.50"),
}
WHY = {
    ("sure", "header"): gettext_lazy("Known by its name"),
    ("likely", "header"): gettext_lazy("Known by its name"),
    ("sure", "told"): gettext_lazy("As you said"),
    ("likely", "content"): gettext_lazy("Guessed from what stands in it; please check"),
}
DROPS = {
    "duplicates": gettext_lazy("Leave out rows that are there twice"),
    "no_price": gettext_lazy("Leave out rows without a price above 0"),
    "non_products": gettext_lazy("Leave out rows that are no product, such as postage and fees"),
}


def meanings() -> list[tuple[Any, Any]]:
    """What a column can become, as a grouped list; empty for left out."""
    groups = [(label, [(one, _(FIELDS[one])) for one in fields]) for label, fields in GROUPS]
    detail = (ATTRIBUTE, _("A further detail, kept under its own name"))
    return [("", pgettext_lazy("column", "Leave out")), *groups, (_("Other"), [detail])]


def why(column: Column) -> str | Promise:
    """How sure we are of a column, and why."""
    return WHY.get((column.sure, column.why), gettext_lazy("Not recognised"))


class ColumnsForm(forms.Form):
    """The columns of one file, and how its values are read.

    `asked` holds the codes of open questions: their fields have no answer chosen beforehand.
    """

    dates = forms.ChoiceField(label=gettext_lazy("Dates"), choices=DATES.items())
    decimal = forms.ChoiceField(label=gettext_lazy("Decimals"), choices=DECIMALS.items())
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), required=False)
    zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=zones,
        help_text=gettext_lazy("Meant by times that do not say it."),
    )
    source = forms.RegexField(
        r"\A[^:\s][^:]{0,39}\Z",
        label=gettext_lazy("Whose order numbers"),
        help_text=gettext_lazy(
            "A number counts once for each source. Give the web shop and the till different names."
        ),
        error_messages={
            "invalid": gettext_lazy("Write a short name of at most 40 letters, without a colon.")
        },
    )
    duplicates = forms.BooleanField(label=DROPS["duplicates"], required=False)
    no_price = forms.BooleanField(label=DROPS["no_price"], required=False)
    non_products = forms.BooleanField(label=DROPS["non_products"], required=False)

    def __init__(
        self,
        data: Dictionary[str, Any] | None,
        *,
        draft: Draft,
        business: Business,
        saved: Mapping | None = None,
    ) -> None:
        assert draft.found is not None  # noqa: S101 - the page shows only files that were seen
        self.found: Proposal = draft.found
        self.asked = {question.code: question for question in draft.found.questions}
        super().__init__(data, initial=_initial(draft, business, saved))
        for place, column in enumerate(self.found.columns):
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=column.header, choices=meanings, required=False
            )
        money: Any = self.fields["currency"]
        money.choices = [("", _("Stands in a column")), *currencies()]
        self._ask("dates", "ambiguous_dates", _date_labels)
        self._ask("decimal", "ambiguous_decimal", None)

    def _ask(self, name: str, code: str, labels: Any) -> None:
        """Make an open question a choice that has to be made."""
        question = self.asked.get(code)
        if question is None:
            return
        field: Any = self.fields[name]
        choices = {value: label for value, label in field.choices if value in question.options}
        field.widget = forms.RadioSelect()
        field.choices = list((labels(question.example, choices) if labels else choices).items())
        field.label = _("“%(example)s” in the column “%(column)s” means") % {
            "example": question.example,
            "column": question.column,
        }
        field.error_messages["required"] = _("Only you can know this. Choose one.")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if not values.get("currency") and "currency" not in self._mapped(values).values():
            self.add_error("currency", _("The file does not say its currency. Choose it."))
        return values

    def rows(self) -> list[dict[str, object]]:
        """The columns with their fields, for the table."""
        return [
            {"column": column, "field": self[f"column_{place}"], "why": why(column)}
            for place, column in enumerate(self.found.columns)
        ]

    def hints(self) -> Hints:
        """What was said, for another look at the file. Dates and decimals of columns that were
        not looked at before are found out anew, not taken from the columns before them."""
        values, mapping = self.cleaned_data, self.found.mapping
        columns = self._mapped(values)
        dates, decimal = values["dates"], values["decimal"]
        if dates == mapping.dates and _moved(mapping.columns, columns, frozenset({"at"})):
            dates = ""
        if decimal == mapping.decimal and _moved(mapping.columns, columns, MONEY):
            decimal = ""
        layout = mapping.layout
        return Hints(
            encoding=layout.encoding if layout.format in ("delimited", "spaces") else "",
            delimiter=layout.delimiter if layout.format == "delimited" else "",
            header=layout.header,
            sheet=layout.sheet,
            columns=columns,
            decimal=decimal,
            dates=dates,
            zone=values["zone"],
            currency="" if "currency" in columns.values() else values["currency"],
            source=values["source"].strip(),
            choices=Choices(**{name: "drop" if values[name] else "keep" for name in DROPS}),
        )

    def _mapped(self, values: dict[str, Any]) -> dict[str, str]:
        found = {}
        for place, column in enumerate(self.found.columns):
            meaning = values.get(f"column_{place}") or ""
            found[column.header] = (
                f"{ATTRIBUTE}:{column.header}" if meaning == ATTRIBUTE else meaning
            )
        return found


def _moved(before: dict[str, str], now: dict[str, str], fields: frozenset[str]) -> bool:
    """Whether other columns than before have one of these meanings."""
    return {name for name, one in now.items() if one in fields} - {
        name for name, one in before.items() if one in fields
    } != set()


def _initial(draft: Draft, business: Business, saved: Mapping | None) -> dict[str, Any]:
    """What the form begins with: what was said before, a saved mapping, or what was found."""
    found = draft.found
    assert found is not None  # noqa: S101 - see the form
    mapping = _settled(found.mapping, draft.hints, saved)
    start: dict[str, Any] = {
        "dates": mapping.dates,
        "decimal": mapping.decimal,
        "zone": mapping.zone,
        "source": mapping.source,
        "currency": mapping.currency,
    }
    if not mapping.currency and "currency" not in mapping.columns.values():
        start["currency"] = business.currency
    for name in DROPS:
        start[name] = getattr(mapping.choices, name) == "drop"
    for place, column in enumerate(found.columns):
        start[f"column_{place}"] = mapping.columns.get(column.header, "").partition(":")[0]
    return start


def _settled(found: Mapping, hints: Hints | None, saved: Mapping | None) -> Mapping:
    if saved is not None:
        return structs.replace(saved, layout=found.layout)
    if hints is None:
        return found
    return structs.replace(found, columns={k: v for k, v in hints.columns.items() if v})


def _date_labels(example: str, choices: dict[str, Any]) -> dict[str, Any]:
    """What the example would be in each reading: "3 April 2011" or "4 March 2011"."""
    numbers = [int(part) for part in re.findall(r"\d+", example)[:3]]
    if len(numbers) < 3:
        return choices
    first, second, year = numbers
    year += 2000 if year < 100 else 0
    try:
        read = {"dmy": date(year, second, first), "mdy": date(year, first, second)}
    except ValueError:
        return choices
    language = get_language() or "en"
    return {value: formats.day(read[value], language) for value in choices if value in read}


def missing(found: Proposal) -> list[str]:
    """What no column gives yet, in words."""
    return [
        field_name({"at (date)": "at"}.get(question.column, question.column))
        for question in found.questions
        if question.code == "missing_column"
    ]
