"""Little helpers for tests that run cases: one small programme, and what came of a case."""

from __future__ import annotations

import re
from textwrap import dedent, indent

from regulars.engine.edition import Edition
from regulars.programmes.cases.batch import Checked, File, check_files, run_all
from regulars.programmes.cases.naming import names_of
from regulars.programmes.cases.parsing import parse
from regulars.programmes.cases.reading import read_cases
from regulars.programmes.cases.reporting import Outcome
from regulars.programmes.loading import load

DAY = re.compile(r"@(\d)")
SHOP = """
    format: 1
    edition: shop
    name: Corner shop
    zone: Europe/Berlin
    currency: EUR
    assets:
      - {id: points, name: point, expire: {kind: after, life: P12M}}
      - {id: stamps, name: stamp}
    counts: {drinks: drinks}
    metrics: [{id: spend, kind: spent, windows: [year]}]
    earn:
      - {id: buying, kind: per_amount, step: 1.00 EUR, points: 1}
      - {id: stamping, kind: per_count, of: drinks, points: 1, asset: stamps}
    limit: [{id: daily, kind: points_per_day, most: 200, asset: points}]
    standing: {kind: calendar_year, metric: spend}
    tiers:
      - {id: guest, name: Guest, from: 0}
      - {id: regular, name: Regular, from: 100}
    rewards:
      - {id: mug, kind: price, price: 50, name: a mug}
      - {id: card, kind: every, each: 3, asset: stamps, item: drink, valid: P1M, name: a drink}
      - {id: quarterly, kind: statement, step: 100, value: 1.00 EUR, months: [3], name: a voucher}
"""


def shop(text: str = SHOP) -> Edition:
    """The edition of a programme file, which must be in order."""
    loaded = load(dedent(text), "shop.yaml")
    assert loaded.problems == ()
    assert loaded.edition is not None
    return loaded.edition


def outcomes(body: str, *editions: Edition) -> list[Outcome]:
    """What became of the one case with this body, under the shop's programme; `@3` is 10 o'clock
    on the 3rd of March 2025."""
    known = {one.edition: one for one in editions or (shop(),)}
    dated = DAY.sub(r'"2025-03-0\1T10:00:00+01:00"', dedent(body).strip("\n"))
    text = "- id: one\n  edition: shop\n" + indent(dated, "  ")
    file = read_cases(text, "cases.yaml")
    assert file.problems == ()
    parsed = parse(file.cases, {name: names_of(one) for name, one in known.items()})
    assert parsed.problems == ()
    return run_all(parsed.cases[0], known)


def told(body: str, *editions: Edition) -> list[str]:
    """The code of each run that did not pass, with the code of its cause behind it."""
    found = [one for one in outcomes(body, *editions) if one.reason]
    return [" ".join(each.code for each in (one.reason, one.because) if each) for one in found]


def checked(**files: str) -> Checked:
    """What comes of files, by name (`_` for the dot)."""
    several = [File(name.replace("_", "."), dedent(text).encode()) for name, text in files.items()]
    return check_files(several, dict)
