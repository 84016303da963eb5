"""Quotes, redemptions and vouchers: what value can be turned into."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from regulars.actions import quoting, redeeming, reserving
from regulars.actions.reserving import Redeemed
from regulars.api import answers, codes, examples
from regulars.api.again import REPLAY
from regulars.api.answers import balances, scales, shown
from regulars.api.asking import CodeIn, KeyIn, QuoteIn, RedeemIn, RedemptionQuery, UseIn
from regulars.api.calls.customers import number_of
from regulars.api.calls.facts import shop_of
from regulars.api.calls.members import offer_out
from regulars.api.facts import AHEAD, order
from regulars.api.goods import check_currency, minor, units
from regulars.api.operations import Asked, Operation, Reply, serve
from regulars.api.problems import Problem
from regulars.api.shapes import OrderIn
from regulars.api.telling import QuoteOut, RedemptionOut, VoucherOut
from regulars.db.models import VoucherRow
from regulars.engine import moments
from regulars.engine.happenings import Attempt, Redemption, VoucherUse
from regulars.engine.money import decimals

NOBODY = ("customer_unknown", "not_member", "programme_unknown")


@serve(
    Operation(
        method="POST",
        path="/quotes",
        name="quote_cart",
        scope="redeem",
        group="redeeming",
        body=QuoteIn,
        body_example=examples.QUOTE_IN,
        answers=QuoteOut,
        example=examples.QUOTE,
        refuses=(*NOBODY, "body_unreadable", "amounts_differ", "currency_unknown", "code_tries"),
    )
)
def quote_cart(asked: Asked) -> Reply:
    """Ask what a cart would earn and what may be used on it. Nothing is booked or promised."""
    told: QuoteIn = asked.body
    fields = {name: getattr(told, name) for name in told.__struct_fields__}
    programme, number = fields.pop("programme"), number_of(fields.pop("member"), "member")
    shop = replace(
        shop_of(asked),
        meant=lambda told, _customer: codes.meant_by(asked.key, asked.now, told, number),
    )
    cart = order(OrderIn(key=quoting.CART, at=asked.now, **fields), shop)
    found = quoting.quote(number, programme, cart, asked.now)
    scale = scales(asked.speech.programmes[programme])
    pays = found.pays_minor
    return Reply(
        value=QuoteOut(
            programme=programme,
            member=found.member,
            would_give={name: shown(one, scale.get(name, 0)) for name, one in found.gave.items()},
            why=[answers.why(one, programme, asked.speech) for one in found.whys],
            pays=None if pays is None else shown(pays, decimals(told.currency)),
            currency=told.currency,
            refused=found.refused,
            tier=found.tier,
            tier_after=found.tier_after,
            rewards=[offer_out(one, programme, asked) for one in found.offers],
            balances=balances(found.figures, scale),
            revision=found.revision,
        )
    )


@serve(
    Operation(
        method="POST",
        path="/redemptions",
        name="redeem",
        again=True,
        scope="redeem",
        group="redeeming",
        body=RedeemIn,
        body_example=examples.REDEEM,
        answers=RedemptionOut,
        example=examples.REDEMPTION,
        refuses=(
            *NOBODY,
            "key_reused",
            "stale",
            "body_unreadable",
            "too_many_decimals",
            "time_ahead",
        ),
    )
)
def redeem(asked: Asked) -> Reply:
    """Turn points into a reward, or set it aside. `If-Match` with the member's ETag refuses where
    they have changed meanwhile."""
    told: RedeemIn = asked.body
    number = number_of(told.member, "member")
    attempt = _attempt(told, asked, number)
    until = asked.now + timedelta(minutes=told.reserve_minutes) if told.reserve else None
    return _redeemed(asked, attempt, (number, told.programme), until)


def _attempt(told: RedeemIn, asked: Asked, number: int) -> Redemption:
    """What is asked for, as the engine reads it. Raises Problem."""
    shop = shop_of(asked)
    scale = shop.decimals(told.programme, _asset(told, asked))
    if told.basket is not None and told.currency is None:
        raise Problem("field_missing", "currency", name="currency")
    if told.currency is not None:
        check_currency(told.currency)
    basket = told.basket and told.currency and minor(told.basket, told.currency, "basket")
    voucher = (told.voucher,) if told.voucher else ()
    vouchers = codes.meant_by(asked.key, asked.now, voucher, number, "voucher")
    return Redemption(
        key=told.key,
        at=_at(told.at, asked),
        reward=told.reward,
        price=None if told.points is None else units(told.points, scale, "points"),
        basket_minor=basket if isinstance(basket, int) else None,
        order=told.order,
        pay_all=told.pay_all,
        as_voucher=told.as_voucher,
        voucher=vouchers[0] if vouchers else "",
        partner=told.partner,
        source="api",
    )


def _asset(told: RedeemIn, asked: Asked) -> str:
    """In which asset a reward is priced; empty for the main one."""
    running = asked.speech.programmes.get(told.programme)
    rules = running.editions[-1].edition.rewards if running is not None else []
    named = (one for one in rules if told.reward in (one.name_in_state, *getattr(one, "items", ())))
    return getattr(next(named, None), "asset", None) or ""


def _at(told: datetime | None, asked: Asked) -> datetime:
    """When something was asked for: now, or earlier. Raises Problem."""
    if told is None:
        return asked.now
    if not moments.FIRST <= told < moments.AFTER:
        raise Problem("bad_time", "at")
    if told > asked.now + AHEAD:
        raise Problem("time_ahead", "at")
    return min(told, asked.now)


def _redeemed(
    asked: Asked, attempt: Attempt, whose: tuple[int, str], until: datetime | None = None
) -> Reply:
    """Decide an attempt, or tell again what was decided under its key."""
    number, programme = whose
    wanted = redeeming.Asked(
        attempt=attempt,
        customer_id=number,
        programme=programme,
        now=asked.now,
        until=until,
        revision=_revision(asked),
    )
    answer = redeeming.redeem(wanted)
    headers = REPLAY if answer.known else {}
    return Reply(value=redemption_out(reserving.first(attempt.key), asked), headers=headers)


def _revision(asked: Asked) -> int | None:
    """The revision that `If-Match` names. Raises Problem."""
    told = asked.headers.get("If-Match", "").strip().strip('"')
    if not told or told == "*":
        return None
    number = told.partition("-")[0]
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise Problem("stale", "If-Match")
    return int(number)


def redemption_out(found: Redeemed, asked: Asked) -> RedemptionOut:
    """A redemption as it stands, or stood."""
    row, standing = found.row, found.standing
    code, params = row.answer.get("code", ""), row.answer.get("params", {})
    running = row.programme in asked.speech.programmes
    scale = scales(asked.speech.programmes[row.programme]) if running else {}
    message = ""
    if code and running:
        message = answers.reason(code, params, row.programme, asked.speech)
    return RedemptionOut(
        key=row.key,
        member=standing.member if standing else "",
        programme=row.programme,
        accepted=row.accepted,
        state=found.state,
        code=code,
        message=message,
        needs=_needs(params, scale),
        reserved_until=row.reserved_until,
        voucher=found.voucher,
        balances=balances(standing.figures, scale) if standing else {},
        revision=standing.revision if standing else 0,
    )


def _needs(params: dict[str, Any], scale: dict[str, int]) -> dict[str, str]:
    """What a refusal would have needed, in the asset that it is about."""
    asset = params.get("asset") or next(iter(scale), "")
    return {
        name: _need(value, scale.get(asset, 0))
        for name, value in params.items()
        if name in ("needs", "has", "asset", "most", "step")
    }


def _need(value: Any, scale: int) -> str:
    """One figure, or all of several that would do."""
    if isinstance(value, list):
        return ", ".join(_need(one, scale) for one in value)
    return shown(value, scale) if isinstance(value, int) else str(value)


KEY_EXAMPLE = {"key": "till-1:r7"}


@serve(
    Operation(
        method="GET",
        path="/redemptions",
        name="get_redemption",
        scope="redeem",
        group="redeeming",
        query=RedemptionQuery,
        answers=RedemptionOut,
        example=examples.REDEMPTION,
        refuses=("redemption_unknown", "field_missing"),
    )
)
def get_redemption(asked: Asked) -> Reply:
    """A redemption by its key, as it stands."""
    return Reply(value=redemption_out(reserving.found(asked.query.key), asked))


def _resolving(name: str, path: str, state: str) -> Operation:
    """What becomes of a redemption that was set aside, by its key."""
    return Operation(
        method="POST",
        path=path,
        name=name,
        again=True,
        scope="redeem",
        group="redeeming",
        body=KeyIn,
        body_example=KEY_EXAMPLE,
        answers=RedemptionOut,
        example={**examples.REDEMPTION, "state": state},
        refuses=("redemption_unknown", "redemption_over", "body_unreadable"),
    )


@serve(_resolving("confirm_redemption", "/redemptions/confirm", "confirmed"))
def confirm_redemption(asked: Asked) -> Reply:
    """Keep what was set aside: the sale went through."""
    return _resolved(asked, reserving.confirm(asked.body.key, asked.now))


@serve(_resolving("release_redemption", "/redemptions/release", "released"))
def release_redemption(asked: Asked) -> Reply:
    """Give back what was set aside or redeemed: the sale did not go through."""
    return _resolved(asked, reserving.release(asked.body.key, asked.now))


def _resolved(asked: Asked, found: Redeemed) -> Reply:
    return Reply(value=redemption_out(found, asked), headers=REPLAY if found.known else {})


@serve(
    Operation(
        method="POST",
        path="/vouchers/find",
        name="find_voucher",
        scope="redeem",
        group="redeeming",
        body=CodeIn,
        body_example={"code": "7KQ2MH9TBX4RWC", "shopper": "session-81"},
        answers=VoucherOut,
        example=examples.VOUCHER,
        refuses=("voucher_code_unknown", "code_tries", "body_unreadable"),
    )
)
def find_voucher(asked: Asked) -> Reply:
    """Look a voucher up by its code. Wrong codes are counted, by shopper and by key."""
    return Reply(
        value=_voucher_out(codes.by_code(asked.key, asked.now, asked.body.code, asked.body.shopper))
    )


@serve(
    Operation(
        method="POST",
        path="/vouchers/use",
        name="use_voucher",
        again=True,
        scope="redeem",
        group="redeeming",
        body=UseIn,
        body_example={"key": "till-1:v9", "code": "7KQ2MH9TBX4RWC", "order": "till-1:0043"},
        answers=RedemptionOut,
        example={**examples.REDEMPTION, "key": "till-1:v9", "state": "booked"},
        refuses=(
            *NOBODY,
            "voucher_code_unknown",
            "code_tries",
            "key_reused",
            "stale",
            "time_ahead",
        ),
    )
)
def use_voucher(asked: Asked) -> Reply:
    """Use a voucher by its code."""
    told: UseIn = asked.body
    row = codes.by_code(asked.key, asked.now, told.code, told.shopper)
    at = _at(told.at, asked)
    attempt = VoucherUse(key=told.key, at=at, voucher=row.id, order=told.order, source="api")
    return _redeemed(asked, attempt, (row.customer_id, row.programme))


def _voucher_out(row: VoucherRow) -> VoucherOut:
    return VoucherOut(
        id=row.id,
        code=row.code,
        rule=row.rule,
        kind=row.kind,
        item=row.item,
        value=shown(row.value_minor, decimals(row.currency)) if row.currency else "0",
        currency=row.currency,
        state=row.state,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
    )
