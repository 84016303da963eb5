"""Reason codes to sentences: what was wrong, where, and what to do about it.

To add one, add a line to `REASONS` and run the translation tool. Parameters are named; a message
that depends on a number is a `Counted` and gets it as `n`.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_noop as _
from msgspec import Struct

from regulars.words.api import API_REASONS
from regulars.words.cases import CASE_REASONS
from regulars.words.drafting import DRAFT_REASONS
from regulars.words.files import FILE_REASONS, ROW_REASONS
from regulars.words.lifecycle import LIFECYCLE_REASONS
from regulars.words.portal import PORTAL_REASONS
from regulars.words.programme.core import REFUSALS
from regulars.words.proving import PROVING_REASONS
from regulars.words.scanning import SCAN_REASONS
from regulars.words.shelves import SHELF_REASONS
from regulars.words.till import TILL_REASONS
from regulars.words.webhooks import WEBHOOK_REASONS


class Counted(Struct, frozen=True):
    """A sentence that depends on the number `n`."""

    one: str
    many: str


REASONS: dict[str, str | Counted] = {
    "not_allowed": _("Your role does not allow this. Ask the owner of the business."),
    "not_found": _("We cannot find %(what)s. It may have been removed."),
    "stale": _("Somebody changed this while you were looking. Load the page again."),
    "downloads_too_many": _(
        "Many lists were downloaded within an hour. Wait a little, then download this one."
    ),
    "link_spent": _("This link has been used or has ended. Ask for a new one."),
    "already_set_up": _("This installation is set up already. Sign in instead."),
    "not_set_up": _("This installation is not set up yet. Open the set-up link first."),
    "address_known": _("Somebody with this e-mail address works here already."),
    "address_unknown": _("Nobody with this e-mail address works here."),
    "last_owner": _("One owner has to stay. Make somebody else an owner first."),
    "yourself": _("Nobody changes their own role. Ask another owner."),
    "above_you": _("Nobody can give or change a role above their own."),
    "not_your_places": _("You can only give places that you look after yourself."),
    "place_unknown": _("There is no such place. Choose one from the list."),
    "inactive": _("This person no longer works here. Let them back in first."),
    "customer_unknown": _("There is no such customer. Find them in the list of customers."),
    "prospect_empty": _("Give a name, or one way to know them by."),
    "name_too_long": _("A name has at most %(most)s letters."),
    "tag_empty": _("Write a word for the tag."),
    "tag_too_long": _("A tag has at most %(most)s letters."),
    "note_empty": _("Write something first."),
    "note_too_long": _("A note has at most %(most)s letters."),
    "reason_too_long": _("A reason has at most %(most)s letters."),
    "attributes_too_many": _("A customer has at most %(most)s further details."),
    "attribute_too_long": _("A detail has at most %(most)s letters."),
    "attribute_unreadable": _("Write one detail a line, as in “favourite: flat white”."),
    "identifier_taken": _("%(value)s belongs to another customer. Merge the two if they are one."),
    "identifier_last": _("This is the only way to know them by. Add another one first."),
    "merge_with_self": _("That is the same customer. Choose the other one."),
    "merge_already": _("%(name)s is merged with somebody already. Take that back first."),
    "merge_circle": _("%(name)s is merged into this customer already."),
    "merge_unknown": _("This has been taken back already."),
    "order_unknown": _("There is no order with this number. Write it as on the receipt."),
    "order_not_guests": _("This order has an owner. Merge the two customers if they are one."),
    "claim_already": _("Somebody has claimed this order already. Take that back first."),
    "empty": _("Fill this in."),
    "bad_email": _("This is not a whole e-mail address. It looks like anna@example.com."),
    "bad_phone": _(
        "This is not a whole phone number. Write it as in 0171 2345678 or +49 171 2345678."
    ),
    "bad_card": _("A card number has 3 to 40 letters and digits."),
    "bad_external": _("A customer number has at most 200 letters, all of them visible."),
    "looks_like_payment_card": _(
        "This looks like the number of a bank card. Those are never kept; take another number."
    ),
    "unknown_kind": _("Choose what this is: e-mail, phone, card or customer number."),
    "name_empty": _("Give it a name."),
    "mapping_unknown": _(
        "There is no saved choice of columns called “%(name)s”. There are: %(known)s."
    ),
    "upload_missing": _("Choose a file first."),
    "upload_empty": _("The file is empty. Export the orders again."),
    "upload_too_big": _(
        "The file is larger than %(most)s GB. Pack it with gzip, or split it by years."
    ),
    "code_unreadable": _(
        "A code has 4 to 20 letters from A to Z and digits; single hyphens may part them."
    ),
    "code_taken": _("Somebody has this code already. Choose another one."),
    "codes_too_many": _("A member has at most %(most)s codes. Choose one of those."),
    "tier_unknown": _("The programme has no tier “%(tier)s”. Choose one that it has."),
    "import_unknown": _("There is no such import. It may have been removed."),
    "import_not_ready": _("This import is not ready to run. Check its columns first."),
    "import_same_running": _(
        "%(who)s is bringing in this very file. Wait until that has ended: whatever is known "
        "then changes nothing."
    ),
    "file_strict": Counted(
        "One row cannot go in, and you asked for all or nothing: nothing was brought in.",
        "%(n)s rows cannot go in, and you asked for all or nothing: nothing was brought in.",
    ),
    "scan_day_limit": Counted(
        "You have had it here today. It counts once a day: come again tomorrow.",
        "You have had it here %(n)s times today, which is as often as it counts. Come again "
        "tomorrow.",
    ),
    **API_REASONS,
    **PORTAL_REASONS,
    **PROVING_REASONS,
    **LIFECYCLE_REASONS,
    **FILE_REASONS,
    **ROW_REASONS,
    **CASE_REASONS,
    **DRAFT_REASONS,
    **WEBHOOK_REASONS,
    **TILL_REASONS,
    **SCAN_REASONS,
    **SHELF_REASONS,
}
"""Every code that a person may meet, with its sentence in English."""


def sentence(code: str, params: Mapping[str, object] | None = None) -> str:
    """The sentence of `code`, which may be a refusal of the engine, in the active language. An
    unknown code is shown as it is."""
    message = REASONS.get(code) or REFUSALS.get(code)
    values = params or {}
    if message is None:
        return code
    if isinstance(message, Counted):
        chosen = ngettext(message.one, message.many, int(str(values.get("n", 0))))
    else:
        chosen = gettext(message)
    return chosen % _Known(values) if values else chosen


class _Known(dict[str, object]):
    """A parameter that a caller forgot is shown by its name: a sentence never fails."""

    def __missing__(self, key: str) -> str:
        return f"({key})"
