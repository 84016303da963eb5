"""An account's name is one text and its parts, either made from the other."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.ledger.accounts import (
    KINDS,
    Account,
    AccountName,
    account_id,
    holder_accounts,
    issuing,
    of_holder,
    parsed,
)
from regulars.ledger.refused import Refused
from regulars.ledger.transfers import Asset, read, written

HOLDER_KINDS = ("pending", "available", "held", "spent", "expired", "forfeited")


def test_each_sort_of_owner_has_its_kinds() -> None:
    assert KINDS == {"programme": ("issued",), "holder": HOLDER_KINDS}


@given(st.sampled_from(sorted(KINDS)), st.text(min_size=1), st.text(min_size=1), st.data())
def test_a_name_survives_as_text(
    owner: str, owner_id: str, asset: str, data: st.DataObject
) -> None:
    kind = data.draw(st.sampled_from(KINDS[owner]))
    asset = asset.replace(":", ".")
    name = AccountName(owner=owner, owner_id=owner_id, asset=asset, kind=kind)  # type: ignore[arg-type]
    assert parsed(account_id(name)) == name


def test_names_read_as_they_are_meant() -> None:
    assert of_holder("m1", "points", "available") == "holder:m1:points:available"
    assert parsed("holder:household:7:points:held") == AccountName(
        owner="holder", owner_id="household:7", asset="points", kind="held"
    )
    assert parsed("programme:club:stars:issued") == AccountName(
        owner="programme", owner_id="club", asset="stars", kind="issued"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "holder",
        "holder:m1",
        "holder:points:available",
        "holder::points:available",
        "holder:m1::available",
        "holder:m1:points:",
        "holder:m1:points:issued",
        "holder:m1:points:gone",
        "programme:club:points:available",
        "shop:m1:points:available",
    ],
)
def test_other_texts_are_no_names(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parsed(text)
    assert (refused.value.code, refused.value.params) == ("name_malformed", {"name": text})


@pytest.mark.parametrize(
    ("owner", "owner_id", "asset", "kind"),
    [
        ("holder", "", "points", "held"),
        ("holder", "m1", "", "held"),
        ("holder", "m1", "po:ints", "held"),
        ("holder", "m1", "points", "issued"),
        ("programme", "m1", "points", "held"),
        ("shop", "m1", "points", "held"),
    ],
)
def test_a_name_that_could_not_be_read_back_is_refused(
    owner: str, owner_id: str, asset: str, kind: str
) -> None:
    with pytest.raises(Refused) as refused:
        account_id(AccountName(owner=owner, owner_id=owner_id, asset=asset, kind=kind))  # type: ignore[arg-type]
    assert refused.value.code == "name_malformed"
    assert refused.value.params == {"name": f"{owner}:{owner_id}:{asset}:{kind}"}


def test_only_the_issuing_account_goes_below_zero_by_itself() -> None:
    assert issuing("club", "points") == Account(
        id="programme:club:points:issued", asset="points", overdraft=True
    )
    plain, lenient = (
        holder_accounts("m1", "points"),
        holder_accounts("m1", "points", overdraft=True),
    )
    assert plain == tuple(
        Account(id=f"holder:m1:points:{kind}", asset="points", overdraft=False)
        for kind in HOLDER_KINDS
    )
    assert [one.id for one in lenient if one.overdraft] == ["holder:m1:points:available"]
    assert [one.id for one in lenient] == [one.id for one in plain]


@pytest.mark.parametrize(
    ("amount", "scale", "text"),
    [
        (1050, 2, "10.50"),
        (-5, 2, "-0.05"),
        (7, 0, "7"),
        (0, 3, "0.000"),
        (10**18, 0, "1000000000000000000"),
        (2**53 + 1, 2, "90071992547409.93"),
        (10**38 + 1, 2, "1000000000000000000000000000000000000.01"),
    ],
)
def test_amounts_are_written_exactly(amount: int, scale: int, text: str) -> None:
    asset = Asset(code="x", scale=scale)
    assert written(amount, asset) == text
    assert read(text, asset) == amount


@given(st.integers(-(2**63), 2**63 - 1), st.integers(0, 18))
def test_every_amount_survives_as_text(amount: int, scale: int) -> None:
    asset = Asset(code="x", scale=scale)
    assert read(written(amount, asset), asset) == amount
    assert Decimal(written(amount, asset)) * 10**scale == amount


@pytest.mark.parametrize(
    "text", ["10.505", "", "ten", "NaN", "1e2", "1_0", " 1", "1.", ".5", "+1", "9" * 41]
)
def test_what_has_no_exact_amount_is_no_amount(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"'{text}' has no exact amount at scale 2")):
        read(text, Asset(code="EUR", scale=2))
