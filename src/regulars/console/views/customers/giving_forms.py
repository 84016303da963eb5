"""What staff fill in to give a member something, take it, or take it back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from regulars.actions.adjusting import Wish
from regulars.actions.by_hand import REASON_LENGTH
from regulars.actions.vouchers_by_hand import Handed
from regulars.db.models import Customer
from regulars.engine.edition import Asset
from regulars.words.reasons import sentence

MOST = 1_000_000_000


class Kind(Struct, frozen=True, kw_only=True):
    """What can be given: an asset of a programme, and what it is called."""

    programme: str
    asset: Asset
    label: str

    @property
    def key(self) -> str:
        return f"{self.programme}/{self.asset.id}"


def _reason() -> forms.CharField:
    return forms.CharField(
        label=_("Reason"),
        max_length=REASON_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("For whoever looks at this later, and for the member who asks."),
        error_messages={
            "required": _("Give a reason: whoever looks at this later wants to know it.")
        },
    )


class AmountForm(forms.Form):
    """So much of something is given or taken. `press` tells one press of the button from another:
    pressed twice, it happens once."""

    press = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    what = forms.ChoiceField(label=_("What"))
    way = forms.ChoiceField(
        label=_("Give or take"),
        choices=[("give", _("Give")), ("take", _("Take"))],
        widget=forms.RadioSelect,
        initial="give",
    )
    amount = forms.DecimalField(
        label=_("How much"),
        min_value=Decimal(0),
        max_value=MOST,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        localize=True,
    )
    reason = _reason()

    def __init__(self, *args: Any, kinds: list[Kind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = {one.key: one for one in kinds}
        what = self.fields["what"]
        what.choices = [(one.key, one.label) for one in kinds]  # type: ignore[attr-defined]
        if len(kinds) == 1:
            what.widget, what.initial = forms.HiddenInput(), kinds[0].key
            self.fields["amount"].label = kinds[0].label

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        kind, amount = self.kinds.get(values.get("what", "")), values.get("amount")
        if kind is not None and amount is not None:
            scaled = amount.scaleb(kind.asset.decimals)
            if scaled != int(scaled):
                self.add_error(
                    "amount", sentence("too_many_decimals", {"most": kind.asset.decimals})
                )
            values["units"] = int(scaled) if values.get("way") == "give" else -int(scaled)
        return values

    @property
    def kind(self) -> Kind:
        return self.kinds[self.cleaned_data["what"]]

    def wish(self, customer: Customer) -> Wish:
        """What was filled in."""
        told = self.cleaned_data
        return Wish(
            customer=customer.public_id,
            programme=self.kind.programme,
            asset=self.kind.asset.id,
            amount=told["units"],
            reason=told["reason"],
            key=f"console:{told['press']}",
        )


class VoucherForm(forms.Form):
    """A voucher that is handed out for nothing."""

    press = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    rule = forms.ChoiceField(label=_("Which one"))
    reason = _reason()

    def __init__(self, *args: Any, rules: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rule"].choices = rules  # type: ignore[attr-defined]

    def handed(self, customer: UUID) -> Handed:
        """What was filled in."""
        told = self.cleaned_data
        programme, _slash, rule = told["rule"].partition("/")
        return Handed(
            customer=customer,
            programme=programme,
            rule=rule,
            reason=told["reason"],
            key=told["press"],
        )


class BackForm(forms.Form):
    """Why something is taken back."""

    reason = _reason()
