"""What staff type about a customer, checked field by field."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.actions import birthdays
from regulars.actions.by_hand import REASON_LENGTH
from regulars.actions.customers import NAME_LENGTH
from regulars.actions.refused import Refused
from regulars.console.account_forms import Choices, countries
from regulars.console.views.customers.labels import KINDS
from regulars.console.views.customers.portrait import country_name, language_name
from regulars.db.models import Customer
from regulars.engine.facts import Identifier, Profile, Who
from regulars.identity import IdentityError, normalise
from regulars.words.reasons import sentence

LANGUAGES = ("en", "de", "pl", "ro")


def identified(kind: str, raw: str, region: str) -> Identifier:
    """The identifier in its one form. Raises forms.ValidationError with one sentence."""
    try:
        value = normalise(kind, raw, region=region)
    except IdentityError as error:
        raise forms.ValidationError(sentence(error.code, error.params)) from error
    return Identifier(kind, value)  # type: ignore[arg-type]


class NewCustomerForm(forms.Form):
    """Somebody who has not bought yet: a name, and what to know them by."""

    name = forms.CharField(label=_("Name"), required=False, max_length=NAME_LENGTH)
    email = forms.CharField(
        label=_("E-mail"),
        required=False,
        max_length=254,
        widget=forms.TextInput(attrs={"inputmode": "email", "autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=_("Phone"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    card = forms.CharField(label=_("Card"), required=False, max_length=60)
    external = forms.CharField(label=_("Customer number"), required=False, max_length=200)

    def __init__(self, *args: Any, region: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.region = region

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        found = []
        for kind in ("external", "card", "email", "phone"):
            if not values.get(kind):
                continue
            try:
                found.append(identified(kind, values[kind], self.region))
            except forms.ValidationError as error:
                self.add_error(kind, error)
        if not self.errors and not found and not values.get("name"):
            self.add_error(None, sentence("prospect_empty"))
        return {**values, "identifiers": tuple(found)}

    def who(self) -> Who:
        name = self.cleaned_data["name"]
        return Who(
            identifiers=self.cleaned_data["identifiers"],
            profile=Profile(name=name) if name else None,
        )


class IdentifierForm(forms.Form):
    """One more way to know somebody by."""

    kind = forms.ChoiceField(label=pgettext_lazy("identifier", "Kind"), choices=KINDS.items)
    value = forms.CharField(label=_("Address or number"), max_length=254)

    def __init__(self, *args: Any, region: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.region = region

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if "kind" in values and "value" in values:
            try:
                values["identifier"] = identified(values["kind"], values["value"], self.region)
            except forms.ValidationError as error:
                self.add_error("value", error)
        return values


class ProfileForm(forms.Form):
    """What is known about somebody beside identifiers, tags and notes."""

    name = forms.CharField(label=_("Name"), required=False, max_length=NAME_LENGTH)
    birth_date = forms.CharField(
        label=_("Birthday"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "24.11."}),
        help_text=_("Day and month, as in 24.11.; with the year if they said it: 24.11.1990."),
    )
    language = forms.ChoiceField(label=_("Language"), required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)
    attributes = forms.CharField(
        label=_("Further details"),
        required=False,
        max_length=20_000,
        help_text=_("One a line, as in “favourite: flat white”."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        kwargs["initial"] = _now_known(customer)
        super().__init__(*args, **kwargs)
        codes = dict.fromkeys([*LANGUAGES, customer.language])
        known = [(code, language_name(code)) for code in codes if code]
        self._offer("language", known)
        self._offer("country", _countries(customer.country))

    def _offer(self, name: str, choices: Choices) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [("", "–"), *choices]

    def clean_birth_date(self) -> date | None:
        try:
            return birthdays.read(self.cleaned_data["birth_date"], timezone.localdate())
        except Refused as refused:
            told = _("There is no such day. Correct it or leave it empty.")
            raise forms.ValidationError(told) from refused

    def clean_attributes(self) -> dict[str, str]:
        pairs = {}
        for line in self.cleaned_data["attributes"].splitlines():
            name, sign, value = line.partition(":")
            if not line.strip():
                continue
            if not sign or not name.strip():
                raise forms.ValidationError(sentence("attribute_unreadable"))
            pairs[name.strip()] = value.strip()
        return pairs

    def profile(self) -> Profile:
        return Profile(**self.cleaned_data)


def _countries(written: str) -> Choices:
    """All countries; what an import wrote otherwise stays to choose, so that saving keeps it."""
    known = countries()
    other = written and written not in dict(known)
    return [(written, country_name(written)), *known] if other else known


def _now_known(customer: Customer) -> dict[str, Any]:
    lines = [f"{name}: {value}" for name, value in sorted(customer.attributes.items())]
    return {
        "name": customer.name,
        "birth_date": birthdays.written(customer.birth_date),
        "language": customer.language,
        "country": customer.country,
        "attributes": "\n".join(lines),
    }


class ReasonForm(forms.Form):
    """Why two are one, or no longer: for whoever reads the history."""

    reason = forms.CharField(label=_("Reason"), required=False, max_length=REASON_LENGTH)
