"""Members: join a programme, stand somewhere in it, and be told why."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from hashlib import blake2b

from regulars.actions import explaining, looking, quoting
from regulars.actions.known import known_customer
from regulars.actions.looking import Look
from regulars.actions.members import join
from regulars.api import answers, cursors, examples
from regulars.api.answers import BalanceOut, encode, scales, shown
from regulars.api.asking import ExplainQuery, JoinIn, PageQuery
from regulars.api.calls.customers import number_of
from regulars.api.facts import person
from regulars.api.operations import Asked, Operation, Reply, serve
from regulars.api.problems import Problem
from regulars.api.telling import (
    ExpiringOut,
    ExplainedOut,
    HurdleOut,
    LineOut,
    MemberOut,
    MissingOut,
    OfferOut,
    OffersOut,
    TransferOut,
    TransfersOut,
    VoucherOut,
)
from regulars.db.queries import advocates, members
from regulars.engine import moments
from regulars.engine.calendar import datetime_of
from regulars.engine.money import decimals
from regulars.engine.texts import in_language

MEMBER = {"programme": "The id of the programme.", "customer": "The random id of the customer."}
NOBODY = ("customer_unknown", "not_member", "programme_unknown")


@serve(
    Operation(
        method="POST",
        path="/members",
        name="join_programme",
        again=True,
        scope="members:write",
        group="members",
        body=JoinIn,
        body_example={"programme": "corner_club", "customer": {"email": "mia@example.com"}},
        answers=MemberOut,
        example=examples.MEMBER_OUT,
        refuses=(*NOBODY, "body_unreadable", "time_ahead"),
    )
)
def join_programme(asked: Asked) -> Reply:
    """Let a customer join a programme; who is a member already stays one."""
    told: JoinIn = asked.body
    if told.since is not None:
        _not_ahead(told.since, asked.now, "since")
    if told.customer is None:
        if not told.member:
            raise Problem("customer_unnamed", "customer")
        number = number_of(told.member, "member")
    else:
        who = person(told.customer, asked.region)
        number = known_customer(who, asked.now)
    join([number], told.programme, since=told.since or asked.now, now=asked.now)
    return _member(asked, number, told.programme)


@serve(
    Operation(
        method="GET",
        path="/members/{programme}/{customer}",
        name="get_member",
        scope="members:read",
        group="members",
        answers=MemberOut,
        example=examples.MEMBER_OUT,
        refuses=NOBODY,
        place=MEMBER,
    )
)
def get_member(asked: Asked) -> Reply:
    """Where a member stands: balances, tier, progress, vouchers, and the code for friends."""
    return _member(asked, number_of(asked.place["customer"]), asked.place["programme"])


def _member(asked: Asked, number: int, programme: str) -> Reply:
    row = members.holder(number, programme)
    look = looking.look(number, programme, asked.now)
    revision = row.revision if row is not None else 0
    code = advocates.code_of(number, programme)
    told = _member_out(look, asked, revision, code)
    tag = tag_of(told)
    if asked.headers.get("If-None-Match") == tag:
        return Reply(value=b"", status=304, headers={"ETag": tag})
    return Reply(value=told, headers={"ETag": tag})


def tag_of(told: MemberOut) -> str:
    """What changes with each booking, and when time alone has changed something: the revision,
    and a hash of everything but the moment of asking."""
    said = encode(told).replace(encode(told.at), b"")
    return f'"{told.revision}-{blake2b(said, digest_size=6).hexdigest()}"'


def _member_out(look: Look, asked: Asked, revision: int, code: str) -> MemberOut:
    scale = scales(asked.speech.programmes[look.programme])
    return MemberOut(
        member=look.customer,
        programme=look.programme,
        edition=look.edition,
        at=look.at,
        since=look.since,
        balances={
            name: BalanceOut(
                available=shown(one.available, scale.get(name, 0)),
                pending=shown(one.pending, scale.get(name, 0)),
            )
            for name, one in look.balances.items()
        },
        tier=look.tier,
        tier_until=look.tier_until,
        next_tier=_missing(look, asked),
        metrics={name: _plain(one) for name, one in look.metrics.items()},
        progress=look.progress,
        vouchers=[_voucher(one) for one in look.vouchers],
        expiring=[
            ExpiringOut(asset=one.asset, amount=shown(one.amount, scale[one.asset]), at=one.at)
            for one in look.expiring
        ],
        next_due=look.next_due,
        code=code,
        revision=revision,
    )


def _voucher(one: looking.OpenVoucher) -> VoucherOut:
    return VoucherOut(
        id=one.id,
        code=one.code,
        rule=one.rule,
        kind=one.kind,
        item=one.item,
        value=shown(one.value_minor, decimals(one.currency)) if one.currency else "0",
        currency=one.currency,
        state="open",
        issued_at=one.issued_at,
        expires_at=one.expires_at,
    )


def _missing(look: Look, asked: Asked) -> MissingOut | None:
    """How far it is to the next tier: by the ladder's own metric, and by all that count."""
    ahead = look.ahead
    if ahead is None:
        return None
    first = (ahead.hurdles or ahead.instead)[0]
    return MissingOut(
        tier=ahead.tier.id,
        name=in_language(ahead.tier.name, asked.speech.language),
        metric=first.metric,
        needs=_plain(first.at_least or first.below or Decimal(0)),
        has=_plain(first.has),
        missing=_plain(first.missing),
        hurdles=[_hurdle(one) for one in ahead.hurdles],
        instead=[_hurdle(one) for one in ahead.instead],
    )


def _plain(number: Decimal) -> str:
    """A figure as it is shown: 60, 2.5."""
    return f"{number.normalize():f}"


def _hurdle(one: looking.Hurdle) -> HurdleOut:
    return HurdleOut(
        metric=one.metric,
        window=one.window,
        at_least=None if one.at_least is None else _plain(one.at_least),
        below=None if one.below is None else _plain(one.below),
        has=_plain(one.has),
        missing=_plain(one.missing),
        taken=one.taken,
    )


@serve(
    Operation(
        method="GET",
        path="/members/{programme}/{customer}/rewards",
        name="get_offers",
        scope="members:read",
        group="members",
        answers=OffersOut,
        example={"rewards": [examples.OFFER]},
        refuses=NOBODY,
        place=MEMBER,
    )
)
def get_offers(asked: Asked) -> Reply:
    """The rewards that a member can ask for, and what speaks against each."""
    programme = asked.place["programme"]
    found = quoting.offers(number_of(asked.place["customer"]), programme, asked.now)
    return Reply(value=OffersOut(rewards=[offer_out(one, programme, asked) for one in found]))


def offer_out(one: quoting.Offer, programme: str, asked: Asked) -> OfferOut:
    """A reward as it is offered."""
    edition = asked.speech.edition(programme)
    scale = scales(asked.speech.programmes[programme])
    rules = {rule.name_in_state: rule for rule in edition.rewards}
    name = getattr(rules.get(one.reward), "name", one.reward)
    message = ""
    if one.code:
        message = answers.reason(one.code, one.params, programme, asked.speech)
    return OfferOut(
        reward=one.reward,
        name=in_language(name, asked.speech.language),
        may=one.may,
        price=shown(one.price, scale.get(one.asset or next(iter(scale)), 0)),
        asset=one.asset,
        code=one.code,
        message=message,
    )


@serve(
    Operation(
        method="GET",
        path="/members/{programme}/{customer}/transfers",
        name="get_transfers",
        scope="members:read",
        group="members",
        query=PageQuery,
        answers=TransfersOut,
        example=examples.TRANSFERS,
        refuses=(*NOBODY, "cursor_wrong"),
        place=MEMBER,
    )
)
def get_transfers(asked: Asked) -> Reply:
    """The ledger of a member, the newest first: every row that was ever booked."""
    number, programme = number_of(asked.place["customer"]), asked.place["programme"]
    page: PageQuery = asked.query
    if programme not in asked.speech.programmes:
        raise Problem("programme_unknown", "programme", programme=programme[:60])
    scale = scales(asked.speech.programmes[programme])
    of = f"transfers:{number}:{programme}"
    before = int(cursors.read(of, page.cursor)[0]) if page.cursor else 1 << 62
    found = members.transfers(number, programme, before, page.limit + 1)
    rows = found[: page.limit]
    following = cursors.cursor(of, rows[-1].seq) if len(found) > page.limit else ""
    items = [_transfer(one, scale) for one in rows]
    return Reply(value=TransfersOut(items=items, next=following))


def _transfer(one: members.Transfer, scale: dict[str, int]) -> TransferOut:
    return TransferOut(
        asset=one.asset,
        amount=shown(one.amount, scale.get(one.asset, 0)),
        source=one.source,
        target=one.target,
        at=one.at,
        booked_at=one.booked_at,
        fact=one.fact,
        rule=one.rule,
        step=one.step,
        cause=one.cause,
    )


@serve(
    Operation(
        method="GET",
        path="/members/{programme}/{customer}/explain",
        name="explain_balance",
        scope="members:read",
        group="members",
        query=ExplainQuery,
        answers=ExplainedOut,
        example=examples.EXPLAINED,
        refuses=(*NOBODY, "asset_unknown", "time_wrong"),
        place=MEMBER,
    )
)
def explain_balance(asked: Asked) -> Reply:
    """A balance line by line, on any date: `at` says when it was true, `known_at` known when."""
    number, programme = number_of(asked.place["customer"]), asked.place["programme"]
    query: ExplainQuery = asked.query
    wanted = explaining.Wanted(
        asset=query.asset,
        at=_not_ahead(query.at or asked.now, asked.now, "at"),
        known_at=_in_order(query.known_at or asked.now, "known_at"),
    )
    found = explaining.explain(number, programme, wanted)
    scale = scales(asked.speech.programmes[programme]).get(found.asset, 0)
    lines = [
        LineOut(
            fact=one.fact,
            rule=one.rule,
            step=one.step,
            at=datetime_of(one.at),
            amount=shown(one.amount, scale),
            why=[answers.why(why, programme, asked.speech) for why in one.whys],
        )
        for one in found.lines
    ]
    return Reply(
        value=ExplainedOut(
            member=found.member,
            programme=programme,
            asset=found.asset,
            at=wanted.at,
            known_at=wanted.known_at,
            balance=shown(found.balance, scale),
            tier=found.tier,
            lines=lines,
        )
    )


def _not_ahead(at: datetime, now: datetime, place: str) -> datetime:
    if _in_order(at, place) > now:
        raise Problem("time_ahead", place)
    return at


def _in_order(at: datetime, place: str) -> datetime:
    if not moments.FIRST <= at < moments.AFTER:
        raise Problem("bad_time", place)
    return at
