"""What staff say about a reward: numbers in a form, money as people write it, a picture."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.actions.shelves import MOST, Told
from regulars.console.views.rewards.telling import Shown
from regulars.engine.money import from_minor, to_minor
from regulars.words import formats
from regulars.words.amounts import language


class MoneyField(forms.CharField):
    """Money of one currency: 3, 3.50, 3,50 or nothing; smallest units."""

    def __init__(self, currency: str, **more: Any) -> None:
        super().__init__(required=False, max_length=14, **more)
        self.currency = currency
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def clean(self, value: Any) -> int | None:
        told = super().clean(value).strip()
        if not told:
            return None
        try:
            return to_minor(Decimal(told.replace(",", ".")), self.currency)
        except (ArithmeticError, ValueError) as error:
            raise ValidationError(_("This is no amount. Write it like 3.50.")) from error


class ShelfForm(forms.Form):
    """Whether it is on offer, how many are left, what one is worth and costs."""

    offered = forms.BooleanField(label=gettext_lazy("On offer at present"), required=False)
    left = forms.IntegerField(
        label=gettext_lazy("Left on the shelf"),
        min_value=0,
        max_value=MOST,
        help_text=gettext_lazy("How many there are now, after all that were taken."),
    )

    def __init__(self, one: Shown, data: Any = None) -> None:
        super().__init__(data, initial=_initial(one))
        money = {"of": one.currency}
        self.fields["worth"] = MoneyField(
            one.currency,
            label=_("Worth to a customer, in %(of)s") % money,
            help_text=_("What one costs at the counter. Points owed are told by it."),
        )
        self.fields["cost"] = MoneyField(
            one.currency,
            label=_("Costs you, in %(of)s") % money,
            help_text=_("The goods alone; only you see it."),
        )
        if not one.counted:
            del self.fields["left"]
        if not one.asked:
            del self.fields["offered"]

    def told(self) -> Told:
        """What was said, read."""
        said = self.cleaned_data
        return Told(
            offered=said.get("offered", True),
            left=said.get("left"),
            worth_minor=said["worth"],
            cost_minor=said["cost"],
        )


def _initial(one: Shown) -> dict[str, Any]:
    return {
        "offered": one.offered,
        "left": one.left,
        "worth": _written(one.worth_minor, one.currency),
        "cost": _written(one.cost_minor, one.currency),
    }


def _written(amount: int | None, currency: str) -> str:
    """Money as it is typed in the reader's language."""
    if amount is None:
        return ""
    value = from_minor(amount, currency)
    return formats.number(value, language(), max(-value.as_tuple().exponent, 0))  # type: ignore[operator]


class PictureForm(forms.Form):
    """A picture, taken or chosen."""

    file = forms.FileField(
        label=gettext_lazy("Picture"),
        help_text=gettext_lazy("JPEG or PNG. A photo is made small enough by itself."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png", "data-shrink": "1200"}),
    )
