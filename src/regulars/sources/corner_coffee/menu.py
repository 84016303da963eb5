"""What Corner Coffee sells: the menu with its prices, and what goes into a basket when."""

from __future__ import annotations

from msgspec import Struct

ALL_YEAR = range(1, 13)
COLD = (10, 11, 12, 1, 2, 3)
WARM = (5, 6, 7, 8, 9)
ADVENT = (11, 12)

NEW_FOR_DAYS = 13
"""The new Ethiopian has been on the shelf for so many days when the export ends."""


class Product(Struct, frozen=True, kw_only=True):
    """Something to buy, with its price before and after prices rose, in cents.

    `counter` and `parcel` say how often it is asked for in the café and in the shop, beside
    others of its category. `months` are those in which it is offered.
    """

    code: str
    name: str
    category: str
    before_minor: int
    now_minor: int
    counter: int
    parcel: int
    months: tuple[int, ...]
    is_new: bool = False


# code, name, before, now, weight at the counter, weight in a parcel, season
DRINKS = """
D01 | Espresso              |  230 |  250 |  70 | 0 |
D02 | Double espresso       |  290 |  310 |  30 | 0 |
D03 | Americano             |  290 |  310 |  60 | 0 |
D04 | Flat white            |  330 |  360 | 190 | 0 |
D05 | Cappuccino            |  360 |  390 | 210 | 0 |
D06 | Latte macchiato       |  380 |  410 | 120 | 0 |
D07 | Oat flat white        |  370 |  400 | 120 | 0 |
D08 | Oat cappuccino        |  400 |  430 | 110 | 0 |
D09 | Cortado               |  310 |  330 |  50 | 0 |
D10 | Filter coffee         |  280 |  300 | 110 | 0 |
D11 | Hand-brewed V60       |  420 |  450 |  45 | 0 |
D12 | Mocha                 |  410 |  440 |  30 | 0 |
D13 | Hot chocolate         |  380 |  400 |  70 | 0 | cold
D14 | Chai latte            |  390 |  420 |  55 | 0 | cold
D15 | Ginger tea            |  340 |  360 |  40 | 0 | cold
D16 | Green tea             |  320 |  340 |  25 | 0 |
D17 | Iced latte            |  410 |  440 |  95 | 0 | warm
D18 | Cold brew             |  390 |  420 |  85 | 0 | warm
D19 | Espresso tonic        |  430 |  460 |  45 | 0 | warm
D20 | Rhubarb spritzer      |  340 |  360 |  35 | 0 | warm
D21 | Orange juice          |  360 |  390 |  40 | 0 |
D22 | Mulled apple juice    |  350 |  380 |  60 | 0 | advent
"""
FOOD = """
F01 | Croissant             |  290 |  320 | 200 | 0 |
F02 | Pain au chocolat      |  320 |  350 |  90 | 0 |
F03 | Cinnamon roll         |  350 |  380 | 130 | 0 |
F04 | Carrot cake           |  360 |  390 | 110 | 0 |
F05 | Cheesecake            |  420 |  450 |  95 | 0 |
F06 | Plum cake             |  370 |  400 |  60 | 0 | warm
F07 | Apple strudel         |  410 |  440 |  50 | 0 | cold
F08 | Banana bread          |  330 |  350 |  85 | 0 |
F09 | Chocolate cookie      |  240 |  260 | 110 | 0 |
F10 | Stollen slice         |  320 |  350 |  80 | 0 | advent
F11 | Cheese sandwich       |  520 |  560 |  70 | 0 |
F12 | Hummus bagel          |  590 |  640 |  65 | 0 |
F13 | Salmon bagel          |  790 |  850 |  35 | 0 |
F14 | Avocado toast         |  820 |  880 |  55 | 0 |
F15 | Granola with yoghurt  |  560 |  600 |  45 | 0 |
F16 | Soup of the day       |  650 |  700 |  50 | 0 | cold
"""
BEANS = """
B01 | House espresso, 250 g       | 1190 | 1290 | 200 | 190 |
B02 | House espresso, 1 kg        | 3690 | 3990 |  30 | 150 |
B03 | Filter blend, 250 g         | 1090 | 1190 | 110 | 110 |
B04 | Ethiopia Yirgacheffe, 250 g | 1290 | 1390 | 100 | 120 |
B05 | Ethiopia Guji, 250 g        | 1350 | 1350 | 160 | 170 | new
B06 | Colombia Huila, 250 g       | 1240 | 1340 |  70 |  90 |
B07 | Brazil Cerrado, 1 kg        | 3390 | 3690 |  20 |  80 |
B08 | Kenya Nyeri, 250 g          | 1490 | 1590 |  50 |  70 |
B09 | Guatemala Antigua, 250 g    | 1260 | 1360 |  60 |  70 |
B10 | Decaf Sugarcane, 250 g      | 1240 | 1340 |  70 |  80 |
B11 | Christmas blend, 250 g      | 1290 | 1390 | 200 | 220 | advent
B12 | Summer filter, 250 g        | 1190 | 1290 |  70 |  60 | warm
"""
EQUIPMENT = """
E01 | Filter papers, 100          |  890 |  950 | 120 | 190 |
E02 | V60 dripper                 | 1990 | 2190 |  40 |  90 |
E03 | Hand grinder                | 7900 | 8400 |   8 |  35 |
E04 | Moka pot                    | 2990 | 3290 |  15 |  50 |
E05 | French press                | 2790 | 2990 |  15 |  45 |
E06 | Gooseneck kettle            | 5490 | 5900 |   5 |  25 |
E07 | Keep-cup                    | 1690 | 1800 | 130 |  60 |
E08 | Espresso cups, pair         | 2200 | 2400 |  30 |  45 |
E09 | Cleaning tablets            | 1190 | 1290 |  15 |  70 |
E10 | Milk jug                    | 1890 | 1990 |  10 |  35 |
"""
GIFTS = """
G01 | Gift box, small             | 2490 | 2690 |  60 |  70 |
G02 | Gift box, large             | 4490 | 4790 |  20 |  60 |
G03 | Advent calendar             | 3490 | 3690 |  60 | 120 | advent
"""

SEASONS: dict[str, tuple[int, ...]] = {
    "": tuple(ALL_YEAR),
    "new": tuple(ALL_YEAR),
    "cold": COLD,
    "warm": WARM,
    "advent": ADVENT,
}


def _product(line: str, category: str) -> Product:
    code, name, before, now, counter, parcel, season = (cell.strip() for cell in line.split("|"))
    return Product(
        code=code,
        name=name,
        category=category,
        before_minor=int(before),
        now_minor=int(now),
        counter=int(counter),
        parcel=int(parcel),
        months=SEASONS[season],
        is_new=season == "new",
    )


def _shelf(table: str, category: str) -> tuple[Product, ...]:
    return tuple(_product(line, category) for line in table.strip().splitlines())


SHELVES = {
    "Drinks": _shelf(DRINKS, "Drinks"),
    "Food": _shelf(FOOD, "Food"),
    "Beans": _shelf(BEANS, "Beans"),
    "Equipment": _shelf(EQUIPMENT, "Equipment"),
    "Gifts": _shelf(GIFTS, "Gifts"),
}
PRODUCTS = {product.code: product for shelf in SHELVES.values() for product in shelf}

STAFF_DRINK = Product(
    code="STAFF",
    name="Staff drink",
    category="Drinks",
    before_minor=0,
    now_minor=0,
    counter=0,
    parcel=0,
    months=tuple(ALL_YEAR),
)
DELIVERY_HOME = Product(
    code="DELIVERY",
    name="Delivery",
    category="Delivery",
    before_minor=390,
    now_minor=390,
    counter=0,
    parcel=0,
    months=tuple(ALL_YEAR),
)
DELIVERY_ABROAD = Product(
    code="DELIVERY-EU",
    name="Delivery",
    category="Delivery",
    before_minor=890,
    now_minor=890,
    counter=0,
    parcel=0,
    months=tuple(ALL_YEAR),
)
FREE_DELIVERY_FROM_MINOR = 4500
