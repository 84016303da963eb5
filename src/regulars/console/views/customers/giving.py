"""Give a member something by hand, take it, and take back what was given."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from regulars.actions import adjusting, portal_pages, rewards_by_hand, vouchers_by_hand
from regulars.actions.adjusting import DONE
from regulars.actions.refused import Refused
from regulars.actions.vouchers_by_hand import Taken
from regulars.console.permissions import Right, StaffRequest, needs
from regulars.console.sure import ask
from regulars.console.views.customers.access import seen
from regulars.console.views.customers.asked import read_uuid
from regulars.console.views.customers.giving_forms import AmountForm, BackForm, Kind, VoucherForm
from regulars.console.views.customers.person import back_to
from regulars.console.views.customers.portrait import name_of
from regulars.console.views.customers.redeeming import redeem_question
from regulars.db.models import AttemptRow, VoucherRow
from regulars.db.queries.history import Person
from regulars.db.queries.programmes import taken_part_in
from regulars.words.amounts import capital, language, much, named, reward_name, said
from regulars.words.programme import refusal
from regulars.words.programme.core import REFUSALS
from regulars.words.reasons import sentence


def _about(person: Person, **more: object) -> dict[str, object]:
    return {"person": person, "name": name_of(person.customer, person.identifiers), **more}


def kinds(person: Person) -> list[Kind]:
    """What a person can be given: every asset of the programmes that they take part in."""
    mine, now = taken_part_in(person.customer.id), timezone.now()
    editions = {one: portal_pages.edition_of(one, now) for one in mine}
    return [
        Kind(
            programme=programme,
            asset=asset,
            label=capital(named(asset))
            if len(mine) == 1
            else f"{said(edition.name)}: {named(asset)}",
        )
        for programme, edition in editions.items()
        for asset in edition.assets
    ]


@needs(Right.CHANGE_CUSTOMERS)
@require_http_methods(["GET", "HEAD", "POST"])
def adjust(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Points and the like, with a reason; above the reader's limit a second hand is asked."""
    person = seen(request, public_id)
    known = kinds(person)
    if not known:
        raise Http404
    form = AmountForm(request.POST or None, kinds=known, initial=_start(request))
    if request.method == "POST" and form.is_valid():
        try:
            row = adjusting.adjust(request.user, form.wish(person.customer), timezone.now())
        except Refused as refused:
            form.add_error(None, sentence(refused.code, refused.params))
        else:
            amount = much(row.amount, form.kind.asset, sign=True)
            _tell(request, amount, done=row.state == DONE)
            return back_to(public_id, "#points")
    values = _about(person, form=form, room=_room(request, known))
    return render(request, "console/customers/adjust.html", values)


def _start(request: StaffRequest) -> dict[str, object]:
    """What a link fills in already: to take back what was given."""
    told = {key: request.GET[key] for key in ("what", "amount", "reason") if key in request.GET}
    way = "take" if request.GET.get("way") == "take" else "give"
    return {**told, "way": way, "press": uuid4()}


def _tell(request: StaffRequest, amount: str, *, done: bool) -> None:
    if done:
        messages.success(request, _("Booked: %(amount)s.") % {"amount": amount})
    else:
        waits = _("%(amount)s is above what you give alone. It waits for a second hand.")
        messages.info(request, waits % {"amount": amount})


def _room(request: StaffRequest, known: list[Kind]) -> list[str] | None:
    """What the reader may still give alone today, of each kind; None for nothing at all."""
    now = timezone.now()
    left = {one.key: adjusting.room(request.user, one.asset, now) for one in known}
    if any(amount is None for amount in left.values()):
        return None
    return [much(left[one.key] or 0, one.asset) for one in known]


@needs(Right.MAKE_GOOD)
@require_http_methods(["GET", "HEAD", "POST"])
def voucher(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Hand out a voucher for nothing."""
    person = seen(request, public_id)
    if not taken_part_in(person.customer.id):
        raise Http404
    rules = _rules(person)
    form = VoucherForm(request.POST or None, rules=rules, initial={"press": uuid4()})
    if request.method == "POST" and form.is_valid():
        try:
            wish = form.handed(public_id)
            row = vouchers_by_hand.hand_out(request.user, wish, timezone.now())
        except Refused as refused:
            form.add_error(None, sentence(refused.code, refused.params))
        else:
            _tell_voucher(request, row)
            return back_to(public_id, "#vouchers")
    values = _about(person, form=form, rules=rules)
    status = 422 if form.errors else 200
    return render(request, "console/customers/voucher.html", values, status=status)


def _tell_voucher(request: StaffRequest, row: VoucherRow) -> None:
    given = _("The voucher is there. Its code is %(code)s.") % {"code": row.code}
    messages.success(request, given)


def _rules(person: Person) -> list[tuple[str, str]]:
    """What vouchers there are in the programmes that somebody takes part in, each name once."""
    mine, now = taken_part_in(person.customer.id), timezone.now()
    found: dict[str, str] = {}
    for programme in mine:
        edition = portal_pages.edition_of(programme, now)
        named_ones = {one.name_in_state for one in edition.rewards if getattr(one, "name", None)}
        rules = vouchers_by_hand.issuers(vouchers_by_hand.edition_now(programme, now))
        for rule in (one for one in rules if one in named_ones):
            label = reward_name(edition, rule)
            label = label if len(mine) == 1 else f"{said(edition.name)}: {label}"
            found.setdefault(label, f"{programme}/{rule}")
    return [(value, label) for label, value in found.items()]


@needs(Right.CHANGE_CUSTOMERS)
@require_http_methods(["GET", "HEAD", "POST"])
def redeem(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Turn a member's points into a voucher for them."""
    person = seen(request, public_id)
    told = request.POST if request.method == "POST" else request.GET
    programme, reward = told.get("programme", ""), told.get("reward", "")
    if programme not in taken_part_in(person.customer.id):
        raise Http404
    edition = portal_pages.edition_of(programme, timezone.now())
    if request.method != "POST":
        return ask(
            request, redeem_question(person, programme, reward, reward_name(edition, reward))
        )
    wish = rewards_by_hand.Wish(
        customer_id=person.customer.id,
        programme=programme,
        reward=reward,
        key=read_uuid(told.get("press")) or uuid4(),
    )
    try:
        row = rewards_by_hand.redeem(request.user, wish, timezone.now())
    except Refused as refused:
        messages.error(request, _why_not(refused, programme))
    else:
        _tell_voucher(request, row)
    return back_to(public_id, "#vouchers")


def _why_not(refused: Refused, programme: str) -> str:
    """What the programme says with its figures, anything else as everywhere."""
    if refused.code not in REFUSALS:
        return sentence(refused.code, refused.params)
    edition = portal_pages.edition_of(programme, timezone.now())
    return refusal(refused.code, refused.params, edition, language())


@needs(Right.MAKE_GOOD)
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Take back a voucher (`voucher`, its id) or what was redeemed (`redemption`, its key)."""
    person = seen(request, public_id)
    row = _meant(request, person)
    form = BackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            _take_back(request, row, reason)
        except Refused as refused:
            form.add_error(None, _why_not(refused, row.programme))
        else:
            messages.success(request, _("Taken back. What it had cost is there again."))
            return back_to(public_id, "#points")
    return render(
        request, "console/customers/back.html", _about(person, form=form, what=_what(row))
    )


def _meant(request: StaffRequest, person: Person) -> VoucherRow | AttemptRow:
    """What is to be taken back, if it is this person's."""
    if "voucher" in request.GET:
        rows = VoucherRow.objects.filter(customer_id__in=person.numbers, state="open")
        found: VoucherRow | AttemptRow | None = rows.filter(id=request.GET["voucher"]).first()
    else:
        attempts = AttemptRow.objects.filter(customer_id__in=person.numbers, accepted=True)
        found = attempts.filter(key=request.GET.get("redemption", "")).first()
    if found is None:
        raise Http404
    return found


def _take_back(request: StaffRequest, row: VoucherRow | AttemptRow, reason: str) -> None:
    now = timezone.now()
    if isinstance(row, VoucherRow):
        wish = Taken(code=row.code, reason=reason, price_back=True)
        vouchers_by_hand.take_back(request.user, wish, now)
    else:
        rewards_by_hand.give_back(request.user, row.key, reason, now)


def _what(row: VoucherRow | AttemptRow) -> str:
    """What it is called."""
    edition = portal_pages.edition_of(row.programme, timezone.now())
    if isinstance(row, VoucherRow):
        return reward_name(edition, row.rule)
    reward = row.body.partition('"reward":"')[2].partition('"')[0]
    return reward_name(edition, reward) if reward else _("A voucher")
