"""Forms of Settings, Tills."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.actions.tills import MOST_A_DAY, NAME_LENGTH, Wanted
from regulars.db.models import Cashier, Staff
from regulars.db.queries.places import places_to_choose
from regulars.db.queries.staff import places_of
from regulars.words.reasons import sentence

NO_SUGGESTION = {"autocomplete": "off"}
DIGITS = {
    "autocomplete": "off",
    "inputmode": "numeric",
    "pattern": "[0-9]*",
    "title": _("4 to 8 digits."),
}


def _places(actor: Staff, chosen: Iterable[str] = ()) -> list[tuple[str, str]]:
    """The places that somebody looks after."""
    own = places_of(actor)
    known = places_to_choose(chosen)
    return [(code, name) for code, name in known if own is None or code in own]


class TillForm(forms.Form):
    """Where a till stands, and what it is called there."""

    place = forms.ChoiceField(label=_("Place"))
    name = forms.CharField(
        label=_("Name of the till"),
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs=NO_SUGGESTION),
        help_text=_("Such as “till 1” or “tablet at the window”."),
    )

    def __init__(self, *args: Any, actor: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = _places(actor)  # type: ignore[attr-defined]


class CashierForm(forms.Form):
    """A cashier: name, PIN, limits of a day, places."""

    name = forms.CharField(
        label=_("Name at the till"),
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs=NO_SUGGESTION),
    )
    pin = forms.CharField(label=_("PIN"), max_length=8, widget=forms.PasswordInput(attrs=DIGITS))
    grants_a_day = forms.IntegerField(
        label=_("May give by hand in a day"),
        min_value=0,
        max_value=MOST_A_DAY,
        initial=50,
        help_text=_("Points or stamps without a sale, of each kind."),
    )
    undos_a_day = forms.IntegerField(
        label=_("May take back in a day"),
        min_value=0,
        max_value=MOST_A_DAY,
        initial=20,
        help_text=_("How many sales, each within 15 minutes."),
    )
    places = forms.MultipleChoiceField(
        label=_("Places"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, actor: Staff, known: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own = places_of(actor)
        self.fields["places"].choices = _places(  # type: ignore[attr-defined]
            actor, self.initial.get("places", ())
        )
        self.fields["pin"].required = not known
        hint = _("Leave it empty to keep the present one.") if known else _("4 to 8 digits.")
        self.fields["pin"].help_text = hint

    def clean_places(self) -> frozenset[str]:
        places: Iterable[str] = self.cleaned_data["places"]
        if self.own is not None and not places:
            raise forms.ValidationError(sentence("not_your_places"))
        return frozenset(places)

    def wanted(self) -> Wanted:
        """What was filled in."""
        return Wanted(**self.cleaned_data)

    @staticmethod
    def values_of(row: Cashier) -> dict[str, Any]:
        """What is filled in for a cashier."""
        return {
            "name": row.name,
            "grants_a_day": row.grants_a_day,
            "undos_a_day": row.undos_a_day,
            "places": [place.code for place in row.places.all()],
        }
