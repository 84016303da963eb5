"""A voucher that is taken back by hand is gone for good, and was not used."""

from __future__ import annotations

from rewards_shop import Shop, moment, said

from regulars.engine.happenings import VoucherUse

BUN = "  - {id: bun, kind: price, price: 10, name: a bun, voucher: {value: 3.00 EUR}}\n"


def revoked(shop: Shop, key: str, at: str, voucher: str) -> str:
    use = VoucherUse(key=key, at=moment(at), voucher=voucher, source="staff", revoked=True)
    return said(shop.desk.record(use, "m"))


def with_a_bun() -> Shop:
    shop = Shop.of(BUN)
    shop.give("2026-01-01T10:00:00Z", 30)
    assert shop.redeem("r1", "2026-01-02T10:00:00Z", "bun") == "accepted"
    return shop


def test_what_was_revoked_is_open_no_longer_and_its_price_stays_taken() -> None:
    shop = with_a_bun()
    assert revoked(shop, "v1", "2026-01-03T10:00:00Z", "r1") == "accepted"
    assert shop.read("voucher_status:r1") == "revoked"
    assert shop.use("u1", "2026-01-04T10:00:00Z", "r1") == "already_used"
    assert revoked(shop, "v2", "2026-01-04T10:00:00Z", "r1") == "already_used"
    assert shop.has() == 20
    shop.settled()


def test_saboteur_shown_at_the_till_it_was_used() -> None:
    shop = with_a_bun()
    assert shop.use("u1", "2026-01-03T10:00:00Z", "r1") == "accepted"
    assert shop.read("voucher_status:r1") == "used"


def test_a_revocation_that_is_taken_back_opens_it_again() -> None:
    shop = with_a_bun()
    revoked(shop, "v1", "2026-01-03T10:00:00Z", "r1")
    assert shop.reverse("b1", "2026-01-04T10:00:00Z", "v1") == "accepted"
    assert shop.read("voucher_status:r1") == "open"
    shop.settled()
