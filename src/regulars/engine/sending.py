"""What goes out of a book: effects on others, each once in each version, and its questions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct, field

from regulars.engine.happenings import Effect, Promise
from regulars.engine.questions import Question, Reply, Share
from regulars.engine.run import Ask


class Sent(Struct):
    """The effects that a book has sent, by key, as they were sent last."""

    effects: dict[str, Effect] = field(default_factory=dict)

    def of(self, caused: Sequence[Effect], withdraw: bool = True) -> list[Effect]:
        """What is to be sent so that all that is sent is what is `caused` now; it counts as sent.
        Without `withdraw` what was sent before stands too."""
        return list(self._of(caused, withdraw))

    def take_over(self, other: Sent, cause: str) -> None:
        """What another book has sent because of a fact that is in this one now."""
        for key in [key for key, one in other.effects.items() if one.cause == cause]:
            self.effects[key] = other.effects.pop(key)

    def _of(self, effects: Sequence[Effect], withdraw: bool) -> Iterator[Effect]:
        """Effects that were not sent, or not so: a changed one gets a higher version, one that is
        no longer caused is restated as withdrawn."""
        caused = {effect.key: effect for effect in effects}
        for effect in caused.values():
            before = self.effects.get(effect.key)
            if before is None:
                self.effects[effect.key] = effect
                yield effect
            elif _differs(before, effect):
                yield self._restated(effect, before.version + 1, withdrawn=False)
        if withdraw:
            for key, before in list(self.effects.items()):
                if key not in caused and not before.withdrawn:
                    yield self._restated(before, before.version + 1, withdrawn=True)

    def _restated(self, effect: Effect, version: int, withdrawn: bool) -> Effect:
        """The same effect in another version, as it is sent now."""
        again = msgspec.structs.replace(effect, version=version, withdrawn=withdrawn)
        self.effects[effect.key] = again
        return again


def _differs(before: Effect, effect: Effect) -> bool:
    return msgspec.structs.replace(before, version=1, withdrawn=False) != effect or before.withdrawn


STOCK = "stock"
"""Among the details of a promise: the limit that all share of which it has used one."""


def put_back(ask: Ask | None, promise: Promise) -> None:
    """What a promise has used of a limit that all share is there again for anybody."""
    name = promise.details.get(STOCK)
    if name and ask is not None:
        ask(Share(name=name, wanted=-1, most=0))


def once(ask: Ask | None) -> Ask | None:
    """The same answerer, asked only once for each question: what is decided twice for one attempt
    must not use up twice."""
    if ask is None:
        return None
    answers: dict[Question, Reply] = {}

    def answered(question: Question) -> Reply:
        if question not in answers:
            answers[question] = ask(question)
        return answers[question]

    return answered
