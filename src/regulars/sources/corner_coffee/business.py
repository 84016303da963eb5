"""Corner Coffee itself: its books, its places, and who owns it."""

from __future__ import annotations

from msgspec import Struct


class Business(Struct, frozen=True, kw_only=True):
    """What an installation is told when the business is set up."""

    name: str
    zone: str
    currency: str
    region: str
    language: str


class Owner(Struct, frozen=True, kw_only=True):
    """The first person of staff."""

    name: str
    email: str


class Cashier(Struct, frozen=True, kw_only=True):
    """Somebody at the till of a place, with the PIN that everybody is told."""

    name: str
    pin: str
    till: str


class Place(Struct, frozen=True, kw_only=True):
    """A counter, or the shop: `prefix` begins its order numbers."""

    name: str
    prefix: str
    zone: str


BUSINESS = Business(
    name="Corner Coffee", zone="Europe/Berlin", currency="EUR", region="DE", language="en"
)
OWNER = Owner(name="Lena Brandt", email="lena@corner-coffee.example")

MARKET_STREET = Place(name="Market Street", prefix="MS", zone=BUSINESS.zone)
CANAL_STREET = Place(name="Canal Street", prefix="CS", zone=BUSINESS.zone)
ONLINE_SHOP = Place(name="Online shop", prefix="W", zone=BUSINESS.zone)
PLACES = (MARKET_STREET, CANAL_STREET, ONLINE_SHOP)
CASHIER = Cashier(name="Mia", pin="2846", till="till 1")
