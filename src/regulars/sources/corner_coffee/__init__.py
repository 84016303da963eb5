"""Corner Coffee, the demonstration business: two years of a made-up café and its online shop.

`write` makes the files that its till and shop would export; they go in through the ordinary
import. Nobody in them exists: names are put together from lists, e-mail addresses end in
domains kept for examples, telephone numbers lie in blocks kept for films or begin with 555.
"""

from regulars.sources.corner_coffee.business import BUSINESS, OWNER, PLACES
from regulars.sources.corner_coffee.export import MOST_CUSTOMERS, Written, write

__all__ = ["BUSINESS", "MOST_CUSTOMERS", "OWNER", "PLACES", "Written", "write"]
