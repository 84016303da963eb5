"""Settings that members meet: how the business looks to them, and what was mailed."""

from __future__ import annotations

from urllib.parse import urlsplit

from django import forms
from django.conf import settings as django_settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from msgspec import Struct

from regulars.actions.portal_look import ADDRESS_LENGTH, Look, change_look
from regulars.actions.refused import Refused
from regulars.console.permissions import Right, StaffRequest, needs
from regulars.db.queries.mail import newest
from regulars.db.queries.portal import brand
from regulars.words.addresses import whole
from regulars.words.qr import drawn
from regulars.words.reasons import sentence

HERE = ("localhost", "127.0.0.1")


class Door(Struct, frozen=True, kw_only=True):
    """Where members sign in: the whole address, as a code to scan, and whether only this computer
    knows it."""

    address: str
    picture: SafeString
    only_here: bool


def door(request: HttpRequest) -> Door:
    """The address of members' pages, as it goes on a poster."""
    address = address_for_members(request)
    return Door(
        address=address,
        picture=drawn(address, _("Code that leads to the members’ page")),
        only_here=urlsplit(address).hostname in HERE,
    )


def address_for_members(request: HttpRequest) -> str:
    """The same as text."""
    return whole(request, reverse("portal:card"))


@needs(Right.CHANGE_SETTINGS)
@require_safe
def mail(request: StaffRequest) -> HttpResponse:
    """The newest mails. A text that lets somebody in is shown in the demonstration alone."""
    values = {
        "mails": newest(secrets=django_settings.DEMONSTRATION),
        "demonstration": django_settings.DEMONSTRATION,
        "can_send": django_settings.MAIL_CONFIGURED,
        "door": door(request),
    }
    return render(request, "console/settings/mail.html", values)


class LookForm(forms.Form):
    """What an owner decides about the look."""

    colour = forms.CharField(
        label=gettext_lazy("Colour"),
        max_length=7,
        required=False,
        help_text=gettext_lazy("As #rrggbb; whatever it is, letters on it stay readable."),
    )
    logo = forms.FileField(
        label=gettext_lazy("Logo"),
        required=False,
        help_text=gettext_lazy("A square PNG, at most 200 kB; it stands on white."),
        widget=forms.FileInput(attrs={"accept": "image/png"}),
    )
    no_logo = forms.BooleanField(label=gettext_lazy("No logo"), required=False)
    address = forms.CharField(
        label=gettext_lazy("Address and opening hours"),
        max_length=ADDRESS_LENGTH,
        required=False,
        help_text=gettext_lazy("One line, shown to invited friends."),
    )

    origins = forms.CharField(
        label=gettext_lazy("Shops that may show the panel"),
        required=False,
        help_text=gettext_lazy("One address a line, such as https://shop.example."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def look(self) -> Look:
        """What was chosen, read."""
        told = self.cleaned_data
        sent = told["logo"].read() if told["logo"] else None
        return Look(
            colour=told["colour"].strip(),
            logo=b"" if told["no_logo"] else sent,
            address=told["address"],
            origins=tuple(one.lower().rstrip("/") for one in told["origins"].split()),
        )


@needs(Right.CHANGE_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def look(request: StaffRequest) -> HttpResponse:
    """The colour and the picture of members' pages."""
    row = brand()
    start = {}
    if row:
        origins = "\n".join(row.origins)
        start = {"colour": row.colour, "address": row.address, "origins": origins}
    form = LookForm(request.POST or None, request.FILES or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            change_look(form.look(), request.user, timezone.now())
        except Refused as refused:
            form.add_error(None, sentence(refused.code, refused.params))
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(reverse("console:look"))
    script = request.build_absolute_uri(static("regulars/widget.js"))
    values = {
        "form": form,
        "row": row,
        "portal": address_for_members(request),
        "script": script,
        "door": door(request),
    }
    return render(request, "console/settings/look.html", values)
