"""What a machine is told that asked for something wrong: what it is, then what to do about it."""

from __future__ import annotations

import re

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

API_REASONS: dict[str, str] = {
    "amount_wrong": _(
        "This is no amount. Write a decimal number as text, such as “4.50”, not below zero."
    ),
    "amounts_differ": _(
        "The lines do not come to %(amount)s. Leave the amount out, or correct a line."
    ),
    "api_key_missing": _(
        "No key came with the request. Send it in the header: Authorization: Bearer YOUR_KEY."
    ),
    "api_key_in_address": _(
        "A key stands in the address, where logs keep it. Revoke it, and send the new one in the "
        "header Authorization."
    ),
    "api_key_unknown": _(
        "This key is unknown, revoked or has ended. Make a new one with: regulars key create."
    ),
    "api_key_above": _(
        "The key “%(prefix)s” may do more than the one that asks. Use a key that may do as much."
    ),
    "api_key_not_found": _(
        "There is no key “%(prefix)s” that holds. Look at the list: regulars key list."
    ),
    "asset_unknown": _("The programme has no asset “%(asset)s”. Choose one that it has."),
    "batch_empty": _("The batch is empty. Send at least one fact."),
    "batch_stopped": _(
        "Another fact of the batch is wrong, and you asked for all or nothing. Correct that one "
        "and send all again."
    ),
    "batch_too_long": _("A batch has at most %(most)s facts. Send the rest in another one."),
    "body_too_big": _(
        "The body is larger than the %(most)s MB that this address takes. Send fewer at once."
    ),
    "body_cut_short": _("The body did not arrive whole, or too slowly. Send it again."),
    "body_unreadable": _("The body is no JSON. Send one JSON object in UTF-8."),
    "broken": _("Something went wrong here. Try again, and tell us the request id if it stays."),
    "busy": _("The database is busy for a moment. Send it again."),
    "code_tries": _("Too many codes were tried that do not exist. Try again later."),
    "currency_unknown": _(
        "There is no currency “%(currency)s”. Write three letters of ISO 4217, such as EUR."
    ),
    "cursor_wrong": _("This cursor is not ours. Begin without one."),
    "customer_unnamed": _("Nothing says who the customer is. Give external, email, phone or card."),
    "field_missing": _("“%(name)s” is missing. Add it."),
    "field_unknown": _("There is no field “%(name)s”. Leave it out."),
    "field_unknown_near": _("There is no field “%(name)s”. Did you mean “%(near)s”?"),
    "idempotency_reused": _(
        "Another request came with this Idempotency-Key. Send this one with a key of its own."
    ),
    "idempotency_working": _(
        "The first request with this Idempotency-Key is still at work. Send it again in a moment."
    ),
    "key_reused": _(
        "Something else came under this key before. Send it under a key of its own, or with a "
        "higher version if it is restated."
    ),
    "method_wrong": _("This address does not know the method. Use the one in the reference."),
    "no_such_address": _(
        "There is nothing at this address. Look it up in the reference: /api/v1/openapi.json."
    ),
    "not_member": _(
        "The customer is not a member of the programme “%(programme)s”. Let them join first."
    ),
    "programme_unknown": _(
        "There is no programme “%(programme)s”. Ask for the list of programmes."
    ),
    "disk_full": _("The server’s disk is full. Make room on it; then send the same again."),
    "edition_mistake": _(
        "The programme file has a mistake: %(what)s. Correct it, and what stands after it."
    ),
    "edition_unknown": _("There is no edition “%(edition)s”. Ask for the list of editions."),
    "rate_limited": _("Too many requests came with this key. Try again in %(seconds)s seconds."),
    "redemption_unknown": _("There is no such redemption. Check its key."),
    "redemption_over": _("This redemption is over (%(state)s). Ask for a new one."),
    "scope_missing": _("The key may not do this. Make one with the scope %(scope)s."),
    "scope_unknown": _("There is no scope “%(scope)s”. There are: %(known)s."),
    "text_control": _("A text holds a sign that cannot be shown. Take it out."),
    "time_ahead": _("This time is still to come. Check the clock of the sender."),
    "time_wrong": _("This is no time. Write it as 2026-01-31T09:30:00+01:00, with its offset."),
    "too_many_decimals": _("There are more decimals than the %(most)s that exist. Round it."),
    "waits_too_many": _(
        "Too many facts wait for the one that this is about. Send that one, then this again."
    ),
    "value_unknown": _("This value is not on the list. Choose one of these: %(known)s."),
    "value_wrong": _("Something else belongs here: %(wanted)s. Send what the reference says."),
    "voucher_code_unknown": _("There is no voucher with this code. Check the letters and digits."),
}
"""Every code of the API alone."""


KINDS = {
    "array": _("a list"),
    "bool": _("true or false"),
    "int": _("a whole number"),
    "object": _("an object with fields"),
    "str": _("text"),
    "uuid": _("an id such as 0b7c7a52-6f0d-4a43-9d3e-0d2b3e0f9a11"),
}
"""What can be wanted, by the words in which readers of JSON say it."""
BOUNDS = {
    ">=": _("%(kind)s of at least %(bound)s"),
    "<=": _("%(kind)s of at most %(bound)s"),
}
SIGNS = {
    ">=": _("%(kind)s of at least %(bound)s signs or parts"),
    "<=": _("%(kind)s of at most %(bound)s signs or parts"),
}
NOT_EMPTY = _("%(kind)s that is not empty")
IN_QUOTES = _("text in quotes, such as “4.50”")
CURRENCY = _("a currency in three capital letters, such as EUR")
WANTED = re.compile(
    r"(?P<kinds>[a-z| ]+?)(?P<long> of length)?(?: (?P<sign>>=|<=) (?P<bound>[0-9]+))?"
    r"(?: matching regex '(?P<form>.*)')?"
)


def wanted(told: str, got: str = "") -> str:
    """What was wanted, as people say it; as it was told, where that is not known here."""
    found = WANTED.fullmatch(told)
    kinds = [one for one in found["kinds"].split(" | ") if one != "null"] if found else []
    if found is None or len(kinds) != 1 or kinds[0] not in KINDS:
        return told
    if kinds == ["str"] and got in ("int", "float"):
        return gettext(IN_QUOTES)
    if found["form"]:
        said = CURRENCY if "A-Z" in found["form"] else KINDS["str"]
        return gettext(said)
    kind = gettext(KINDS[kinds[0]])
    if not found["sign"]:
        return kind
    if found["long"] and (found["sign"], found["bound"]) == (">=", "1"):
        return gettext(NOT_EMPTY) % {"kind": kind}
    sign = found["sign"]
    said = SIGNS[sign] if found["long"] else BOUNDS[sign]
    return gettext(said) % {"kind": kind, "bound": found["bound"]}


def split(sentence: str) -> tuple[str, str]:
    """What is wrong, and what to do about it: a sentence of `words.reasons` says both in turn."""
    what, stop, remedy = sentence.partition(". ")
    return (what + ".", remedy) if stop else (sentence, "")
