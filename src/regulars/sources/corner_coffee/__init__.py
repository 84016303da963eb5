"""Corner Coffee, the demonstration business: two years of a made-up café and its online shop.

`write` makes the files that its till and shop would export; they go in through the ordinary
import. Nobody in them exists: names are put together from lists, e-mail addresses end in
domains kept for examples, telephone numbers lie in blocks kept for films or begin with 555.
"""

from importlib.resources import files

from regulars.sources.corner_coffee.business import BUSINESS, CASHIER, MARKET_STREET, OWNER, PLACES
from regulars.sources.corner_coffee.club import GOODS, Good
from regulars.sources.corner_coffee.export import MOST_CUSTOMERS, Written, write

__all__ = [
    "BUSINESS",
    "CASHIER",
    "GOODS",
    "MARKET_STREET",
    "MOST_CUSTOMERS",
    "OWNER",
    "PLACES",
    "Good",
    "Written",
    "picture",
    "programme",
    "write",
]


def programme() -> str:
    """The file of its club, whose members all its customers are."""
    return files(__name__).joinpath("programme.yaml").read_text(encoding="utf-8")


def picture(name: str) -> bytes:
    """A picture of one of its rewards, a PNG."""
    return files(__name__).joinpath("pictures", f"{name}.png").read_bytes()
