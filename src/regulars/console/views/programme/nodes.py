"""The questions of a rule as a form shows them: labels, hints, units, options, what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import get_language
from msgspec import Struct, structs

from regulars.db.models import Place, Product
from regulars.engine.edition import Edition
from regulars.engine.texts import LANGUAGES
from regulars.programmes.documents import Problem
from regulars.programmes.editing.asking import Knowing, Question
from regulars.programmes.editing.controls import ACTS
from regulars.words import formats
from regulars.words.programme.asking import hint, label, option, unit, wrong

MOST_OFFERED = 16
"""More goods than these are written, not ticked."""
SPOKEN = {"en": "English", "de": "Deutsch", "pl": "Polski", "ro": "Română"}


class Option(Struct, frozen=True, kw_only=True):
    """One of several: its value, its word, whether it is chosen."""

    value: str
    text: str
    chosen: bool = False


class Input(Struct, frozen=True, kw_only=True):
    """One input of a control: its name, what stands in it, what it is called by itself."""

    name: str
    value: str = ""
    text: str = ""


class Node(Struct, frozen=True, kw_only=True):
    """A question of the form: `main` is its input, `parts` further ones (languages, times),
    `options` what to choose from; `inner` or `rows` what it groups."""

    shape: str
    control: str
    id: str
    path: str
    label: str
    hint: str = ""
    unit: str = ""
    error: str = ""
    main: Input = Input(name="")
    parts: tuple[Input, ...] = ()
    options: tuple[Option, ...] = ()
    free: bool = False
    required: bool = False
    marks: bool = False
    given: bool = False
    open: bool = False
    inner: Group | None = None
    rows: tuple[Group, ...] = ()

    @property
    def described(self) -> str:
        """The ids of hint and error."""
        told = [f"{self.id}-h"] if self.hint else []
        return " ".join([*told, *([f"{self.id}-e"] if self.error else [])])


class Group(Struct, frozen=True, kw_only=True):
    """Questions that belong together; `more` are those that most shops leave alone. Of a list,
    `path` names the row, and `fresh` says that it is the empty one at the end."""

    common: tuple[Node, ...]
    more: tuple[Node, ...] = ()
    more_open: bool = False
    path: str = ""
    fresh: bool = False

    @property
    def wrong(self) -> bool:
        """Whether an answer in it is wrong."""
        return any(map(_wrong, self.all))

    @property
    def all(self) -> tuple[Node, ...]:
        """Every question of it."""
        return (*self.common, *self.more)


def _wrong(one: Node) -> bool:
    inside = [*one.rows, *([one.inner] if one.inner is not None else [])]
    return bool(one.error) or any(_wrong(each) for group in inside for each in group.all)


def knowing(edition: Edition, data: Any) -> Knowing:
    """What the forms of this programme may offer."""
    language = get_language() or "en"
    rules = [one.name_in_state for one in (*edition.earn, *edition.change)]
    parts = {
        "asset": tuple(one.id for one in edition.assets),
        "tier": tuple(one.id for one in edition.tiers),
        "metric": tuple(one.name_in_state for one in edition.metrics),
        "rule": tuple(rules),
        "reward": tuple(one.name_in_state for one in edition.rewards),
        "count": tuple(edition.counts),
        "campaign": tuple(edition.campaigns),
        "activity": tuple(edition.activities),
    }
    goods = tuple(dict.fromkeys((*_said(data, ("category", "except")), *_categories())))
    codes = dict.fromkeys(("category", "except"), goods)
    codes |= {"place": tuple(Place.objects.values_list("code", flat=True)[:MOST_OFFERED])}
    codes |= {"channel": ("shop", "online", "app", "till")}
    sign = formats.number("1.5", language)[1]
    return Knowing(parts=parts, codes=codes, currency=edition.currency, sign=sign)


def _categories() -> list[str]:
    rows = Product.objects.exclude(category="").order_by("category")
    return list(rows.values_list("category", flat=True).distinct()[:MOST_OFFERED])


def _said(data: Any, names: Sequence[str]) -> Iterable[str]:
    """Codes that the file uses in fields of these names."""
    if isinstance(data, list):
        for one in data:
            yield from _said(one, names)
    if isinstance(data, dict):
        for name, one in data.items():
            if name in names:
                yield from (str(each) for each in (one if isinstance(one, list) else [one]))
            elif isinstance(one, dict | list):
                yield from _said(one, names)


class Telling(Struct, frozen=True):
    """Makes nodes of questions: `problems` by the path of the file, `asset` of the part's own."""

    edition: Edition
    names: Mapping[str, str]
    problems: Sequence[Problem] = ()
    asset: str = ""

    def group(self, questions: Iterable[Question], path: str = "", *, fresh: bool = False) -> Group:
        """The questions, in their order; those that say something before those that do not."""
        several = tuple(questions)
        asset = next((one.values.get("", "") for one in several if one.name == "asset"), "")
        told = Telling(self.edition, self.names, self.problems, asset or self.asset)
        nodes = [(one, told.node(one)) for one in sorted(several, key=_rank)]
        common = tuple(node for one, node in nodes if not one.rare or one.given)
        more = tuple(node for one, node in nodes if one.rare and not one.given)
        open_ = any(map(_wrong, more))
        return Group(common=common, more=more, more_open=open_, path=path, fresh=fresh)

    def node(self, one: Question) -> Node:
        """One question with everything that it groups."""
        name = label(one.owner, one.name)
        last = len(one.rows) - 1
        rows = tuple(
            self.group(row, f"{one.path}[{index}]", fresh=index == last)
            for index, row in enumerate(one.rows)
        )
        node = Node(
            shape=one.shape,
            control=one.leaf.control,
            id="f-" + "".join(s if s.isalnum() else "-" for s in one.path),
            path=one.path,
            label=name,
            hint="" if one.path.endswith("]") else hint(one.owner, one.name),
            unit=unit(one, self.edition, self.asset),
            error=self.error(one, name),
            main=Input(name=one.path, value=one.values.get("", "")),
            parts=self.parts(one),
            options=self.options(one),
            free=one.leaf.free,
            required=one.required,
            marks=one.marks,
            given=one.given,
            inner=self.group(one.inner) if one.inner or one.shape == "box" else None,
            rows=rows,
        )
        return structs.replace(node, open=one.given or one.required or _wrong(node))

    def error(self, one: Question, name: str) -> str:
        """What is wrong with this answer: told at the field that is nearest to it."""
        nearest = [each for each in self.problems if owns(one, each.path)]
        return " ".join(wrong(each, name, self.edition) for each in nearest)

    def parts(self, one: Question) -> tuple[Input, ...]:
        """The further inputs of a control."""
        control, values = one.leaf.control, one.values
        if control == "texts":
            said = [name for name in LANGUAGES if name in values]
            return tuple(
                Input(name=f"{one.path}.{name}", value=values.get(name, ""), text=SPOKEN[name])
                for name in (said or LANGUAGES)
            )
        if control == "choices":
            offered = set(self.offered(one))
            others = ", ".join(each for each in one.chosen if each not in offered)
            return (Input(name=f"{one.path}.others", value=others),)
        names = {"duration": ("unit",), "clock": ("from", "to"), "year_day": ("day", "month")}
        return tuple(
            Input(name=f"{one.path}.{name}", value=values.get(name, ""))
            for name in names.get(control, ())
        )

    def offered(self, one: Question) -> tuple[str, ...]:
        """What is ticked; what is free and known by nobody is written instead."""
        known = one.name in ACTS or one.leaf.about
        return one.options[:MOST_OFFERED] if known or not one.leaf.free else ()

    def options(self, one: Question) -> tuple[Option, ...]:
        """What to choose from, by name."""
        several = self.offered(one) if one.leaf.control == "choices" else one.options
        chosen = set(one.chosen) or {one.values.get("unit" if one.leaf.about == "unit" else "", "")}
        names = dict(self.names)
        return tuple(
            Option(value=each, text=option(one, each, self.edition, names), chosen=each in chosen)
            for each in several
        )


def _rank(one: Question) -> int:
    """What has to be said comes first, what has questions of its own last."""
    if one.required:
        return 0
    return 1 if one.shape == "leaf" else 2


def owns(one: Question, path: str) -> bool:
    """Whether what is wrong at a path of the file belongs to this question and none within it."""
    if path == one.path or (one.shape == "kinds" and path == f"{one.path}.kind"):
        return True
    if not path.startswith((f"{one.path}.", f"{one.path}[")):
        return False
    within = [*one.inner, *(each for row in one.rows for each in row)]
    return not any(owns(each, path) or covers(each, path) for each in within)


def covers(one: Question, path: str) -> bool:
    """Whether a path of the file lies within this question."""
    return path == one.path or path.startswith((f"{one.path}.", f"{one.path}["))
