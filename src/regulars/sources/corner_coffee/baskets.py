"""What goes into a basket: lines ready for the export."""

from __future__ import annotations

from msgspec import Struct

from regulars.sources.corner_coffee import menu
from regulars.sources.corner_coffee.days import Days
from regulars.sources.corner_coffee.dice import Dice, Weighted, weighted
from regulars.sources.corner_coffee.menu import Product

AT_THE_COUNTER = weighted({"Drinks": 700, "Food": 190, "Beans": 70, "Equipment": 25, "Gifts": 15})
IN_A_PARCEL = weighted({"Beans": 790, "Equipment": 150, "Gifts": 60})
MORE_AT_THE_COUNTER = weighted({0: 430, 1: 380, 2: 140, 3: 50})
MORE_IN_A_PARCEL = weighted({0: 420, 1: 360, 2: 160, 3: 60})


class Taste(Struct, frozen=True, kw_only=True):
    """What somebody usually has: the code of a drink, and whether beans go home too."""

    drink: str
    takes_beans: bool


class Item(Struct, frozen=True, kw_only=True):
    """One line of an order: its product, how many, and the price of one in cents."""

    product: Product
    quantity: int
    price_minor: int

    def cells(self, quantity: int) -> str:
        """The line's columns of a row, with another quantity if some of it comes back."""
        product = self.product
        name = f'"{product.name}"' if "," in product.name else product.name
        euros, cents = divmod(self.price_minor, 100)
        return f"{product.code},{name},{product.category},{quantity},{euros}.{cents:02d}"


class Shelf(Struct, frozen=True, kw_only=True):
    """What can be asked for in one month: per category, at the counter and in a parcel."""

    counter: dict[str, Weighted[Product]]
    parcel: dict[str, Weighted[Product]]


class Baskets:
    """Fills baskets from what is on offer on the day, at the price of the day."""

    def __init__(self, days: Days, dice: Dice) -> None:
        self._dice = dice
        self._rise_day = days.rise_day
        self._news_day = days.count - menu.NEW_FOR_DAYS
        self._months = [on.month for on in days.dates]
        self._shelves = {month: _shelf(month, news=False) for month in menu.ALL_YEAR}
        self._with_news = {month: _shelf(month, news=True) for month in menu.ALL_YEAR}
        self._items: dict[tuple[str, int, bool], Item] = {}

    def taste(self) -> Taste:
        """A taste for one of the drinks that can be had all year."""
        drinks = self._shelves[4].counter["Drinks"]
        return Taste(drink=self._dice.draw(drinks).code, takes_beans=self._dice.chance(160))

    def counter(self, day: int, taste: Taste | None) -> list[Item]:
        """What somebody has at the counter; without a taste it is somebody we do not know."""
        dice, shelf = self._dice, self._shelf(day).counter
        if taste is not None and dice.chance(620):
            first = menu.PRODUCTS[taste.drink]
        else:
            first = dice.draw(shelf["Drinks"])
        chosen = {first.code: 2 if dice.chance(60) else 1}
        for _ in range(dice.draw(MORE_AT_THE_COUNTER)):
            category = dice.draw(AT_THE_COUNTER) if dice.chance(450) else "Food"
            self._add(chosen, dice.draw(shelf[category]))
        if taste is not None and taste.takes_beans and dice.chance(140):
            self._add(chosen, dice.draw(shelf["Beans"]))
        items = self._priced(chosen, day)
        if taste is not None and dice.chance(3):
            items.append(self._free(dice.draw(shelf["Food"])))
        return items

    def parcel(self, day: int, *, abroad: bool) -> list[Item]:
        """What somebody orders from the shop, with its delivery."""
        dice, shelf = self._dice, self._shelf(day).parcel
        chosen: dict[str, int] = {}
        for _ in range(1 + dice.draw(MORE_IN_A_PARCEL)):
            self._add(chosen, dice.draw(shelf[dice.draw(IN_A_PARCEL)]))
        items = self._priced(chosen, day)
        goods_minor = sum(item.quantity * item.price_minor for item in items)
        if abroad:
            items.append(self._item(menu.DELIVERY_ABROAD, 1, day))
        elif goods_minor < menu.FREE_DELIVERY_FROM_MINOR:
            items.append(self._item(menu.DELIVERY_HOME, 1, day))
        return items

    def staff_drink(self) -> list[Item]:
        """What a barista takes, rung up at nothing."""
        return [Item(product=menu.STAFF_DRINK, quantity=1, price_minor=0)]

    def named(self, codes: str, day: int) -> list[Item]:
        """The products with these codes, parted by spaces; a code twice is two of it."""
        chosen: dict[str, int] = {}
        for code in codes.split():
            chosen[code] = chosen.get(code, 0) + 1
        return self._priced(chosen, day)

    def _shelf(self, day: int) -> Shelf:
        shelves = self._with_news if day >= self._news_day else self._shelves
        return shelves[self._months[day]]

    def _add(self, chosen: dict[str, int], product: Product) -> None:
        chosen[product.code] = chosen.get(product.code, 0) + (2 if self._dice.chance(50) else 1)

    def _priced(self, chosen: dict[str, int], day: int) -> list[Item]:
        products = {**menu.PRODUCTS, **DELIVERIES}
        return [self._item(products[code], quantity, day) for code, quantity in chosen.items()]

    def _item(self, product: Product, quantity: int, day: int) -> Item:
        is_dear = day >= self._rise_day
        key = (product.code, quantity, is_dear)
        if key not in self._items:
            price_minor = product.now_minor if is_dear else product.before_minor
            self._items[key] = Item(product=product, quantity=quantity, price_minor=price_minor)
        return self._items[key]

    def _free(self, product: Product) -> Item:
        return Item(product=product, quantity=1, price_minor=0)


DELIVERIES = {delivery.code: delivery for delivery in (menu.DELIVERY_HOME, menu.DELIVERY_ABROAD)}


def _shelf(month: int, *, news: bool) -> Shelf:
    on_offer = {
        category: [
            product
            for product in products
            if month in product.months and (news or not product.is_new)
        ]
        for category, products in menu.SHELVES.items()
    }
    return Shelf(
        counter={
            category: weighted({product: product.counter for product in products})
            for category, products in on_offer.items()
        },
        parcel={
            category: weighted({product: product.parcel for product in products})
            for category, products in on_offer.items()
            if category not in {"Drinks", "Food"}
        },
    )
