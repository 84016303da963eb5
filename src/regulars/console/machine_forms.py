"""Forms of Settings, API keys and Webhooks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from regulars.actions.announcing import TYPES
from regulars.actions.api_keys import MOST_NAME, SCOPES
from regulars.actions.api_keys import Wanted as WantedKey
from regulars.words.amounts import capital

NO_SUGGESTION = {"autocomplete": "off"}
MOST_A_MINUTE, MOST_GIVEN = 1_000_000, 1_000_000_000


class KeyForm(forms.Form):
    """A key for a machine: what it is for, what it may do, how much of it."""

    name = forms.CharField(
        label=_("What it is for"),
        max_length=MOST_NAME,
        widget=forms.TextInput(attrs=NO_SUGGESTION),
        help_text=_("Such as “till” or “web shop”. One key for each, so that one can end alone."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one thing that it may do.")},
    )
    per_minute = forms.IntegerField(
        label=_("Requests a minute"), min_value=1, max_value=MOST_A_MINUTE, initial=1200
    )
    gives = forms.IntegerField(
        label=_("May give by hand in a day"),
        required=False,
        min_value=0,
        max_value=MOST_GIVEN,
        help_text=_("In whole points. What is above waits for a second hand. Empty: as elsewhere."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(scope, capital(text)) for scope, text in scopes()]
        self.fields["scopes"].choices = choices  # type: ignore[attr-defined]

    def wanted(self, by: str) -> WantedKey:
        """The key that was filled in."""
        told = self.cleaned_data
        return WantedKey(**{**told, "scopes": tuple(told["scopes"])}, by=by)


def scopes() -> list[tuple[str, str]]:
    """What a key can be allowed, in words."""
    return [(scope, _now(text)) for scope, text in SCOPES.items()]


def kinds() -> list[tuple[str, str]]:
    """What an address can be told of, in words."""
    return [(kind, str(TOLD.get(kind, kind))) for kind in TYPES]


TOLD = {
    "member.joined": _("Somebody joined"),
    "points.earned": _("Points came in"),
    "points.changed": _("What somebody can use changed"),
    "tier.changed": _("Somebody has another tier"),
    "voucher.issued": _("A voucher was handed out"),
    "voucher.used": _("A voucher was used"),
    "voucher.expired": _("A voucher ran out"),
    "voucher.revoked": _("A voucher was taken back"),
    "redemption.accepted": _("Somebody got a reward"),
    "redemption.reversed": _("A reward was given back"),
    "referral.rewarded": _("Somebody brought a friend"),
    "referral.reversed": _("A friend no longer counts"),
    "webhook.tested": _("A try"),
}
"""Types of messages as people read them."""


class TypesForm(forms.Form):
    """What an address is told of; nothing chosen is everything."""

    types = forms.MultipleChoiceField(
        label=_("What is sent"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["types"].choices = kinds()  # type: ignore[attr-defined]


class EndpointForm(TypesForm):
    """An address that wants to be told."""

    field_order = ["url", "types"]
    url = forms.CharField(
        label=_("Address"),
        max_length=2000,
        widget=forms.TextInput(
            attrs={
                **NO_SUGGESTION,
                "inputmode": "url",
                "placeholder": "https://",
                "spellcheck": "false",
            }
        ),
        help_text=_("A public address, over https."),
    )


class SinceForm(forms.Form):
    """From which day on messages are sent again."""

    since = forms.DateField(
        label=_("From this day on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
