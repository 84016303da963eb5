"""Which lines are no products: postage, fees, discounts, manual entries."""

from __future__ import annotations

from regulars.identity import fold

CODES = """POST|DOT|C2|BANK CHARGES|AMAZONFEE|CRUK|FEE|FEES|SHIP|SHIPPING|DELIVERY|PORTO|
VERSAND|FRACHT|ADJUST|ADJUST2|DISCOUNT|RABATT|RABAT|TRANSPORT|DOSTAWA|LIVRARE|POSTAGE|MANUAL"""
NAMES = """postage|dotcom postage|carriage|shipping|shipping fee|shipping cost|shipping costs|
shipping and handling|delivery|delivery fee|delivery charge|handling fee|service fee|
service charge|booking fee|payment fee|bank charges|amazon fee|cruk commission|
samples|adjust bad debt|manual|
discount|tip|gift wrap|gift wrapping|versand|versandkosten|versandkostenpauschale|porto|
porto und versand|porto und verpackung|fracht|frachtkosten|liefergebühr|lieferkosten|
zustellgebühr|bearbeitungsgebühr|servicegebühr|zahlungsgebühr|nachnahmegebühr|rabatt|
trinkgeld|geschenkverpackung|mindermengenzuschlag|przesyłka|koszt przesyłki|koszty przesyłki|
wysyłka|koszt wysyłki|koszty wysyłki|dostawa|koszt dostawy|koszty dostawy|opłata|
opłata manipulacyjna|opłata serwisowa|pobranie|rabat|napiwek|pakowanie na prezent|transport|
cost transport|taxă transport|livrare|cost livrare|taxă livrare|taxă de livrare|taxă curier|
curier|taxă ramburs|comision|reducere|bacșiș|ambalare cadou"""
STARTS = """shipping cost|shipping fee|postage and|versandkosten|koszt wysyłki|koszt przesyłki|
koszt dostawy|taxă de livrare|cost livrare|cost transport"""
_CODES = frozenset(map(fold, CODES.split("|")))
_NAMES = frozenset(map(fold, NAMES.split("|")))
_STARTS = tuple(map(fold, STARTS.split("|")))


def is_fee(code: str, name: str) -> bool:
    """Whether a line with this product code and name is no product. The whole code or name is
    compared, so that a mug called Postage Stamp stays a mug."""
    if code and fold(code) in _CODES:
        return True
    folded = fold(name)
    return folded in _NAMES or folded.startswith(_STARTS)
