"""Somebody whose every trace can be recognised, seeded by the ways that people really take, beside
an advocate and a friend of hers; and where in the database such a trace stands."""

from __future__ import annotations

import uuid
import zlib
from pathlib import Path

from django.db import connection
from django.test import Client

from api.api_kit import Caller, key
from console import wizard
from hook_shop import opened, sent, shopify_order
from portal.portal_kit import CLUB, NOW, Club, ask, give, link_in, text, work
from regulars.actions import (
    customers,
    portal_profile,
    scan_rules,
    signing_in,
    till_sales,
    tills,
    vouchers_by_hand,
    webhooks,
)
from regulars.actions.adjusting import Wish, adjust
from regulars.actions.measuring import refresh
from regulars.actions.portal_profile import Said
from regulars.db import ids
from regulars.db.models import AnswerRow, Customer, OutMail, Place
from regulars.db.queries import advocates
from regulars.db.queries.portal import customer_of_email
from regulars.db.queries.till import Worker
from staff import signed_in

ZOE = "zoe.kanarek@example.com"
BEN = "ben.specht@example.com"
TRACES = ("kanar", "Zoelinde", "5550199", "203.0.113.77", "1987-03-09", "RCKAN7")
"""What says of anything that it is about her; nothing else in the business holds one of these: they
are so long that no session, token or packed file comes to one by chance."""
OTHERS = ("popescu", "ana@example", "specht", "5550482", "RC773318", "olga", "miarosa")
"""What says that it is about the advocate, the friend, or staff."""
ORDER = {
    "type": "order",
    "key": "shop-1",
    "at": "2026-11-20T09:00:00Z",
    "currency": "EUR",
    "lines": [{"product": "fw", "category": "Drinks", "amount": "21.00"}],
    "customer": {
        "email": ZOE,
        "external": "kanar-4711",
        "card": "RC-KAN7",
        "name": "Zoelinde Kanarek",
        "country": "Kanaria",
        "attributes": {"colour": "kanargelb"},
    },
    "signals": {
        "device": "kanar-device",
        "ip": "203.0.113.77",
        "address": "Kanarweg 7",
        "visitor": "kanar-visitor",
        "household": "kanar-home",
    },
}
REFUND = {
    "type": "refund",
    "key": "shop-2",
    "at": "2026-11-20T10:00:00Z",
    "currency": "EUR",
    "amount": "3.00",
    "customer": {"email": ZOE},
}
FILE = f"""order_id,date,email,name,product,quantity,unit_price
F-1,2026-10-03,{ZOE},Zoelinde Kanarek,Espresso,2,2.50
F-2,2026-10-04,{ZOE},Zoelinde Kanarek,Espresso,none,2.50
"""
NUMBER = 918_273_645
"""The first of the customers' internal numbers, which nobody must ever see."""
WORDS = "Zoelinde Kanarek says it was cold"
"""What staff write when they are asked for a reason."""


class Story:
    """Zoe came as Ana's friend, brought Ben, and was met everywhere."""

    def __init__(self, folder: Path) -> None:
        ids.left(connection)[:] = [range(NUMBER, NUMBER + ids.BLOCK)]
        self.club = Club()
        webhooks.add("https://hooks.example/", [], now=NOW)
        self.zoe = self._comes(advocates.code_of(self.club.ana, CLUB), ZOE, "Zoelinde Kanarek")
        give(self.zoe, 400)
        self.phone = self.club.browser(self.zoe)
        self._sends_orders()
        self._at_the_counter()
        self._by_herself()
        self._by_staff()
        self._scans()
        refresh(folder, now=NOW)
        self._last_things()

    @property
    def customer(self) -> Customer:
        return Customer.objects.get(id=self.zoe)

    def _comes(self, code: str, email: str, name: str) -> int:
        """Somebody follows a link and presses the button in the mail."""
        Client().post(f"/r/{code.lower()}/", {"email": email})
        work()
        mail = OutMail.objects.get(recipient=email, kind="invitation")
        assert Client().post(link_in(mail), {"name": name}).status_code == 302
        customer = customer_of_email(email)
        assert customer is not None
        return customer.id

    def _sends_orders(self) -> None:
        """By the API, from a shop, in a file of which one row is bad."""
        caller = Caller(key())
        again = {"Idempotency-Key": "again-1"}
        assert caller.post("/facts", ORDER, **again).status == 200
        assert caller.post("/facts", REFUND).status == 200
        payload = shopify_order(email=ZOE)
        payload["customer"] |= {"email": ZOE, "first_name": "Zoelinde", "phone": None}
        assert sent(opened("shopify"), "shopify", "orders/paid", payload).state == "recorded"
        self.import_of_hers = wizard.through(signed_in(self.club.owner), FILE)

    def _at_the_counter(self) -> None:
        """She joins there by her phone, once more; staff see that it is she."""
        Place.objects.create(code="market", name="Market")
        _device, code = tills.make_code("market", "till 1", None, NOW)
        made = tills.pair(code, NOW)
        mia = tills.add_cashier(None, tills.Wanted(name="Miarosa", pin="2846"), NOW)
        self.till = Client()
        self.till.cookies["regulars_till"] = made.token
        assert self.till.post("/till/enter/", {"cashier": str(mia.pk), "pin": "2846"})
        told = {"contact": "0176 5550199", "name": "Zoelinde Kanarek", "language": "en"}
        told |= {"agreed": "yes", "key": "1" * 32}
        answer = self.till.post("/till/new/", told)
        assert answer.status_code == 302, text(answer)
        worker = Worker(device=made.device, cashier=mia)
        sale = till_sales.Sale(
            key=till_sales.key_of(worker, "one"), customer=self.zoe, at=NOW, amount_minor=840
        )
        till_sales.sell(worker, sale, NOW)

    def _by_herself(self) -> None:
        about = {"name": "Zoelinde Kanarek", "birthday": "9.3.1987"}
        assert self.phone.post("/my/profile/about/", about).status_code == 302
        self.phone.post("/my/profile/consents/", {"yes": ["news:mail"]})
        self.phone.post("/my/share/code/", {"code": "KANAR-ZOE", "in": CLUB})
        wish = {"reward": "coffee", "key": str(uuid.uuid4()), "in": CLUB}
        assert self.phone.post("/my/rewards/redeem/", wish).status_code == 302
        self.ben = self._comes(advocates.code_of(self.zoe, CLUB), BEN, "Ben Specht")

    def _by_staff(self) -> None:
        owner, me = self.club.owner, self.customer.public_id
        customers.add_note(me, "Zoelinde Kanarek likes yellow", by=owner, now=NOW)
        customers.add_tag(me, "kanar-friend", now=NOW)
        wish = Wish(customer=me, programme=CLUB, asset="points", amount=5, reason=WORDS)
        adjust(owner, wish, NOW)
        rule = sorted(vouchers_by_hand.issuers(vouchers_by_hand.edition_now(CLUB, NOW)))[0]
        handed = vouchers_by_hand.Handed(
            customer=me, programme=CLUB, rule=rule, reason=WORDS, key=uuid.uuid4()
        )
        row = vouchers_by_hand.hand_out(owner, handed, NOW)
        taken = vouchers_by_hand.Taken(code=row.code, reason=WORDS, price_back=False)
        vouchers_by_hand.take_back(owner, taken, NOW)
        said = Said(choices={}, wordings={}, language="en", source="till")
        for one in Customer.objects.filter(name="Zoelinde Kanarek").exclude(id=self.zoe):
            portal_profile.leave(one.id, CLUB, said, NOW)
            customers.merge(one.public_id, me, reason=WORDS, now=NOW)

    def _scans(self) -> None:
        wanted = scan_rules.Wanted(place="market", programme=CLUB, asset="stamps")
        scan_rules.set_rule(self.club.owner, wanted, NOW)
        paper = scan_rules.make_paper(self.club.owner, "market", "window", NOW)
        self.phone.get(f"/s/{paper.token}/")
        assert self.phone.post("/my/collect/").status_code == 302

    def _last_things(self) -> None:
        """What ends by itself soon: a code that was asked for, a link, a leaving."""
        ask(Client(), ZOE)
        Client().post(f"/r/{advocates.code_of(self.club.ana, CLUB).lower()}/", {"email": ZOE})
        signing_in.make_ticket(self.zoe, NOW)
        self.phone.post("/my/profile/leave/", {"in": CLUB})


def traced(traces: tuple[str, ...] = TRACES) -> dict[tuple[str, str], set[str]]:
    """The columns in which a trace of her stands, with all that stands there beside it."""
    found: dict[tuple[str, str], set[str]] = {}
    with connection.cursor() as cursor:
        for table, column in schema():
            cursor.execute(
                f'SELECT DISTINCT "{column}"::text FROM "{table}" WHERE "{column}"::text ~* %s',
                ["|".join(traces).replace(".", r"\.")],
            )
            if rows := cursor.fetchall():
                found[(table, column)] = {one for (one,) in rows}
    bodies = [zlib.decompress(one.body).decode() for one in AnswerRow.objects.exclude(body=b"")]
    if hit := {one for one in bodies if holds(one, traces)}:
        found[("regulars_answer", "body")] = hit
    return found


def holds(told: str, traces: tuple[str, ...] = TRACES) -> list[str]:
    """The traces that stand in a text."""
    return [one for one in traces if one.lower() in told.lower()]


def schema() -> list[tuple[str, str]]:
    """Every column that the database has, with its table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = current_schema() ORDER BY 1, 2"
        )
        return list(cursor.fetchall())
