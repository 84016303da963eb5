"""Single values of a file as the inputs of a form show them, and read back from there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from regulars.engine.money import decimals
from regulars.engine.texts import DURATION_PATTERN, LANGUAGES, compiled
from regulars.programmes.documents import Data, DecimalText
from regulars.programmes.documents.scalars import Unreadable, number
from regulars.programmes.editing.controls import Leaf

Posted = Mapping[str, Sequence[str]]
"""What a form sent, by the names of its inputs."""


class Nothing:
    """What a field says that is not there."""


NOTHING: Final = Nothing()
OTHERS = "others"
MIDNIGHT = ("00:00", "24:00")
_SPACES = re.compile(r"[\s\u00a0\u202f]+")
_BY_POINTS = re.compile(r"-?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?")
_BY_COMMAS = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_AMOUNT = re.compile(r"\S+ [A-Z]{3}")
_SIGNS = re.compile(r"[€$£]")


class Told(Struct, frozen=True):
    """What the inputs of one control show, and what is chosen of its options."""

    values: dict[str, str] = {}
    chosen: tuple[str, ...] = ()


def shown(leaf: Leaf, data: Data, sign: str) -> Told:
    """A value of the file as its control shows it; what is unreadable is shown as it stands."""
    if leaf.control == "choices":
        several = data if isinstance(data, list) else ([] if data is None else [data])
        return Told(chosen=tuple(str(one) for one in several))
    if leaf.control == "texts":
        own = {str(k): str(v) for k, v in data.items()} if isinstance(data, dict) else {}
        return Told(values=own or {"": "" if data is None else str(data)})
    if leaf.control == "list":
        several = data if isinstance(data, list) else ([] if data is None else [data])
        return Told(values={"": "; ".join(_figure(str(one), leaf.about, sign) for one in several)})
    text = "" if data is None else str(data)
    if leaf.control == "tick":
        return Told(values={"": "1" if data is True else ""})
    return Told(values=_PARTED.get(leaf.control, _whole)(text, leaf.control, sign))


def _whole(text: str, control: str, sign: str) -> dict[str, str]:
    return {"": _figure(text, control, sign)}


def _figure(text: str, control: str, sign: str) -> str:
    if control == "money":
        text = text.rpartition(" ")[0] if _AMOUNT.fullmatch(text) else text
    return text.replace(".", sign) if control in ("money", "number", "percent") else text


def _span(text: str, _control: str, _sign: str) -> dict[str, str]:
    if compiled(DURATION_PATTERN).search(text):
        return {"": text.lstrip("PT")[:-1], "unit": text[-1]}
    count, _, unit = text.partition(" ")
    return {"": count, "unit": unit or "D"} if text.split(" ")[0] != "session" else _session()


def _session() -> dict[str, str]:
    return {"": "", "unit": "session"}


def _clock(text: str, _control: str, _sign: str) -> dict[str, str]:
    begin, _, end = text.partition("-")
    return {"from": begin, "to": MIDNIGHT[0] if end == MIDNIGHT[1] else end}


def _year_day(text: str, _control: str, _sign: str) -> dict[str, str]:
    month, _, day = text.partition("-")
    return {"month": month, "day": day}


_PARTED = {"duration": _span, "clock": _clock, "year_day": _year_day}


class Reader(Struct, frozen=True):
    """Reads what a form sent; what cannot be read stays as text, for the file's own check."""

    posted: Posted
    sign: str
    currency: str

    def one(self, name: str) -> str:
        """What one input says, without the spaces around it."""
        return (self.posted.get(name) or [""])[-1].strip()

    def told(self, leaf: Leaf, path: str) -> Told:
        """What was sent for a control, in the form in which it is shown."""
        if leaf.control == "choices":
            others = [one.strip() for one in self.one(f"{path}.{OTHERS}").split(",")]
            return Told(
                chosen=tuple(dict.fromkeys([*self.posted.get(path, ()), *filter(None, others)]))
            )
        if leaf.control == "texts":
            own = {one: self.one(f"{path}.{one}") for one in LANGUAGES}
            if any(own.values()):
                return Told(values={name: one for name, one in own.items() if one})
            return Told(values={"": self.one(path)})
        if leaf.control == "tick":
            return Told(values={"": "1" if path in self.posted else ""})
        parts = {"duration": ("", "unit"), "clock": ("from", "to"), "year_day": ("month", "day")}
        names = parts.get(leaf.control, ("",))
        return Told(values={one: self.one(f"{path}.{one}" if one else path) for one in names})

    def data(self, leaf: Leaf, told: Told, old: Any) -> Any:
        """What was sent, as the file says it; NOTHING where it is empty."""
        first = told.values.get("", "")
        if leaf.control == "choices":
            return _listed(told.chosen, old)
        if leaf.control == "texts":
            return self.texts(told.values)
        if leaf.control == "tick":
            return first == "1"
        if leaf.control == "list":
            several = [self.figure(leaf.about, one, None) for one in _split(first)]
            return several or NOTHING
        if leaf.control == "duration":
            return _duration(told.values)
        if leaf.control in ("clock", "year_day"):
            return _joined(leaf.control, told.values)
        return self.figure(leaf.control, first, old) if first else NOTHING

    def texts(self, values: Mapping[str, str]) -> Any:
        """One text, or one for each language."""
        if "" in values:
            return values[""] or NOTHING
        return dict(values)

    def figure(self, control: str, text: str, old: Any) -> Any:
        """A number, money or plain text."""
        if control == "money":
            return self.money(text, old)
        return self.number(text) if control in ("number", "whole", "percent") else text

    def number(self, text: str) -> Any:
        """ "1.234,5" of a reader who writes a comma as 1234.5."""
        text = _SPACES.sub("", text).removesuffix("%").replace("−", "-")
        group = "." if self.sign == "," else ","
        grouped = _BY_POINTS if self.sign == "," else _BY_COMMAS
        if grouped.fullmatch(text):
            text = text.replace(group, "")
        plain = text.replace(",", ".")
        found = number(re.sub(r"^(-?)0+(?=[0-9])", r"\1", plain))
        return text if isinstance(found, Unreadable) else found

    def money(self, text: str, old: Any) -> Any:
        """An amount with its currency: that of the programme, or the one it had."""
        before = str(old or "").rpartition(" ")[2]
        currency = before if re.fullmatch("[A-Z]{3}", before) else self.currency
        found = self.number(_SIGNS.sub("", text.replace(currency, "")))
        if isinstance(found, str) and not isinstance(found, DecimalText):
            return text
        whole, _, after = str(found).partition(".")
        places = decimals(currency)
        after = after.rstrip("0") if len(after) > places else after
        return f"{whole}.{after.ljust(places, '0')} {currency}" if places else f"{found} {currency}"


def _split(text: str) -> list[str]:
    parts = re.split(r"[;\n]|,\s+|\s+", text)
    return [one.strip().strip(",") for one in parts if one.strip(", ")]


def _listed(chosen: Sequence[str], old: Any) -> Any:
    if not chosen:
        return NOTHING
    before = [str(one) for one in old] if isinstance(old, list) else []
    kept = [one for one in before if one in chosen]
    several: list[Data] = [*kept, *(one for one in chosen if one not in before)]
    return several[0] if len(several) == 1 and not isinstance(old, list) else several


def _duration(values: Mapping[str, str]) -> Any:
    count, unit = values.get("", ""), values.get("unit", "D")
    if unit == "session":
        return unit
    if not count:
        return NOTHING
    text = f"PT{count}H" if unit == "H" else f"P{count}{unit}"
    return text if compiled(DURATION_PATTERN).search(text) else f"{count} {unit}"


def _joined(control: str, values: Mapping[str, str]) -> Any:
    if not any(values.values()):
        return NOTHING
    if control == "year_day":
        return f"{values['month'].zfill(2)}-{values['day'].zfill(2)}"
    end = values["to"]
    return f"{values['from']}-{MIDNIGHT[1] if end == MIDNIGHT[0] else end}"
