"""The forms of accounts: set-up, invitation, sign-in, passwords, staff and the business."""

from __future__ import annotations

import zoneinfo
from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ReauthenticateForm,
    SetPasswordForm,
)
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateCodeForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from babel.core import Locale, get_global
from babel.numbers import get_currency_name, get_territory_currencies
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from regulars.actions.business import BusinessSettings, Owner
from regulars.actions.staff import outranks
from regulars.db.models import Business, Role, Staff
from regulars.db.queries.places import places_to_choose
from regulars.db.queries.staff import places_of
from regulars.identity import sort_key
from regulars.words.reasons import sentence

Choices = list[tuple[str, str]]
MAINLAND = {
    "CL": "America/Santiago",
    "DE": "Europe/Berlin",
    "ES": "Europe/Madrid",
    "NZ": "Pacific/Auckland",
    "PT": "Europe/Lisbon",
    "UA": "Europe/Kyiv",
}
"""The zones of countries whose other zones are small: islands, exclaves."""
NOWHERE = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}
PASSWORD_HINT = _("At least 10 characters. Several words are easier to remember than signs.")


def _locale() -> Locale:
    return Locale.parse((get_language() or "en").replace("-", "_"))


def zones() -> Choices:
    """All zones that are places, with UTC first."""
    names = sorted(name for name in zoneinfo.available_timezones() if _is_place(name))
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)]


def _is_place(name: str) -> bool:
    return "/" in name and not name.startswith(("Etc/", "US/", "SystemV/", "posix/", "right/"))


def zone_of(region: str) -> str:
    """The clock of a country; empty where it has several, and none is that of nearly everybody."""
    return MAINLAND.get(region) or _only_zones().get(region, "")


@cache
def _only_zones() -> dict[str, str]:
    """Zones of the countries that have one."""
    table = files("tzdata.zoneinfo").joinpath("zone.tab").read_text("utf-8")
    rows = [line.split("\t") for line in table.splitlines() if not line.startswith("#")]
    many = Counter(row[0] for row in rows)
    return {row[0]: row[2] for row in rows if many[row[0]] == 1}


def currencies() -> Choices:
    """Money in use today: "EUR: Euro"."""
    locale = _locale()
    used = {code for region in get_global("territory_currencies") for code in _used_in(region)}
    return [(code, f"{code}: {get_currency_name(code, locale=locale)}") for code in sorted(used)]


def _used_in(region: str) -> list[str]:
    return [str(code) for code in get_territory_currencies(region)]


def countries() -> Choices:
    names = {str(code): str(name) for code, name in _locale().territories.items()}
    codes = [code for code in names if len(code) == 2 and code.isalpha() and code not in NOWHERE]
    language = _locale().language
    return sorted(
        ((code, names[code]) for code in codes), key=lambda pair: sort_key(pair[1], language)
    )


def currency_of(region: str) -> str:
    """What is paid with in a country today; empty where nothing is known of it."""
    return next(iter(_used_in(region)), "")


def languages() -> Choices:
    return [(code, str(name)) for code, name in settings.LANGUAGES]


def _password(label: Any, hint: Any = "", autocomplete: str = "new-password") -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, help_text=hint, strip=False, widget=widget)


class PasswordForm(forms.Form):
    """A new password for somebody known, or not yet known."""

    password = _password(_("Password"), PASSWORD_HINT)

    def __init__(self, *args: Any, staff: Staff | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff = staff

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if password := cleaned.get("password"):
            try:
                validate_password(password, self.staff or self.likeness(cleaned))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned

    def likeness(self, cleaned: dict[str, Any]) -> Staff:
        """Somebody that the password must not resemble."""
        return Staff(email=cleaned.get("email", ""), name=cleaned.get("name", ""))


class AcceptForm(PasswordForm):
    """The answer to an invitation."""

    field_order = ["name", "password"]
    name = forms.CharField(
        label=_("Your name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class BusinessForm(forms.Form):
    """What an owner decides about the business."""

    business = forms.CharField(
        label=_("Name of the business"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=zones,
        help_text=_("A day of business begins and ends by this clock."),
    )
    region = forms.ChoiceField(
        label=_("Country"),
        choices=countries,
        help_text=_("Phone numbers without a country code are read as numbers from here."),
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=currencies)
    language = forms.ChoiceField(
        label=_("Language"),
        choices=languages,
        help_text=_("Of messages, and of pages until somebody chooses another one."),
    )
    second_factor_required = forms.BooleanField(
        label=_("Everybody needs a second factor to sign in"),
        required=False,
        help_text=_("Who has none yet is asked to set it up before any other page."),
    )

    def settings(self) -> BusinessSettings:
        values = self.cleaned_data
        return BusinessSettings(
            name=values["business"],
            zone=values["zone"],
            currency=values["currency"],
            region=values["region"],
            language=values["language"],
            second_factor_required=values.get("second_factor_required", False),
        )

    @staticmethod
    def values_of(business: Business) -> dict[str, Any]:
        names = ["zone", "currency", "region", "language", "second_factor_required"]
        return {"business": business.name, **{name: getattr(business, name) for name in names}}


class SetUpForm(AcceptForm, BusinessForm):
    """The business and its first owner."""

    field_order = [
        *("business", "language", "region", "currency", "zone"),
        *("name", "email", "password"),
    ]
    second_factor_required = None  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for attribute, of in (("data-currencies", currency_of), ("data-zones", zone_of)):
            known = {code: of(code) for code, _name in countries()}
            self.fields["region"].widget.attrs[attribute] = " ".join(
                f"{code}={usual}" for code, usual in known.items() if usual
            )

    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
        help_text=_("You sign in with it."),
    )

    def owner(self) -> Owner:
        values = self.cleaned_data
        return Owner(name=values["name"], email=values["email"], password=values["password"])


class PositionForm(forms.Form):
    """A role and places, of those that the acting person may give."""

    role = forms.ChoiceField(label=_("Role"))
    places = forms.MultipleChoiceField(
        label=_("Places"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, actor: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own = places_of(actor)
        roles = [(role.value, role.label) for role in Role if outranks(actor.role, role)]
        self.fields["role"].choices = roles  # type: ignore[attr-defined]
        known = places_to_choose(self.initial.get("places", ()))
        codes = [(code, name) for code, name in known if self.may_give(code)]
        self.fields["places"].choices = codes  # type: ignore[attr-defined]

    def may_give(self, code: str) -> bool:
        return self.own is None or code in self.own

    def clean_places(self) -> frozenset[str]:
        places: Iterable[str] = self.cleaned_data["places"]
        if self.own is not None and not places:
            raise forms.ValidationError(sentence("not_your_places"))
        return frozenset(places)


class InviteForm(PositionForm):
    """Whom to ask in."""

    field_order = ["email", "name", "role", "places"]
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    name = forms.CharField(label=_("Name"), max_length=200, required=False)


class ProfileForm(forms.Form):
    """What somebody changes about themself."""

    name = forms.CharField(
        label=_("Name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    language = forms.ChoiceField(label=_("Language of your pages"), choices=languages)


class ForgotForm(forms.Form):
    """Whose password is forgotten."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )


def _plain(form: forms.BaseForm, labels: dict[str, Any]) -> None:
    """Our words on a form of django-allauth: labels, and no placeholders."""
    for name, bound in form.fields.items():
        bound.widget.attrs.pop("placeholder", None)
        bound.label = labels.get(name, bound.label)


CODE = {"code": _("Code from your authenticator app, or a recovery code")}


class SignInForm(LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stay = _("Stay signed in on this device")
        _plain(self, {"login": _("E-mail address"), "password": _("Password"), "remember": stay})
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        self.fields["password"].help_text = ""


class ChangeForm(ChangePasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        again = _("New password once more")
        names = {"oldpassword": _("Present password"), "password1": _("New password")}
        _plain(self, {**names, "password2": again})
        self.fields["oldpassword"].help_text = ""
        self.fields["password1"].help_text = PASSWORD_HINT


class FirstPasswordForm(SetPasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, {"password1": _("Password"), "password2": _("Password once more")})
        self.fields["password1"].help_text = PASSWORD_HINT


class ConfirmForm(ReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, {"password": _("Your password")})
        self.fields["password"].help_text = ""


class SecondStepForm(AuthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, CODE)


class ConfirmCodeForm(ReauthenticateCodeForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, CODE)


class AppForm(ActivateTOTPForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, {"code": _("The six digits that the app shows now")})
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, {"name": _("What you call this passkey")})


class RenamePasskeyForm(EditWebAuthnForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, {"name": _("What you call this passkey")})
