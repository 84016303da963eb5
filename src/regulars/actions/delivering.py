"""Messages go out: whatever is due is taken up, sent and marked, each endpoint in its own lanes.

Sending runs beside the database: no transaction is open while somebody is waited for. Whoever is
killed between two steps loses nothing: what was taken up and not marked is sent again, with the
same id and the same bytes.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from msgspec import Struct, field

from regulars.actions.later import later
from regulars.actions.signing import headers
from regulars.actions.webhooks import any_active, networks
from regulars.channels.webhooks.sending import Answer, Parcel, Sender
from regulars.db import outbox, tracing
from regulars.db.outbox import Ready, Taken, Verdict

log = logging.getLogger("regulars.webhooks")

Clock = Callable[[], datetime]

RETRIES = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""How long a delivery waits after each failure: three days and a little in all."""
QUIET = tuple(timedelta(seconds=seconds) for seconds in (2, 5, 15, 60, 300, 900, 1800))
"""How long an endpoint that fails again and again is left alone; then one message is tried."""
SLOW_DOWN = timedelta(minutes=1)
LONGEST_WAIT = timedelta(days=1)
DEAD = sum(RETRIES, timedelta()) * 9 // 10
"""An endpoint that took nothing for so long is disabled: as long as the shortest row of retries."""
LANES = 4
"""Messages on their way to one endpoint at once."""
TICK = 0.5
"""Seconds after which we look whether anything new is due."""
OVERLOADED = frozenset({429, 502, 503, 504})
GONE = 410


class Postbox(Struct):
    """What is under way from this process."""

    sender: Sender
    clock: Clock
    chance: random.Random = field(default_factory=random.SystemRandom)
    under_way: dict[Future[Answer], tuple[Ready, Taken]] = field(default_factory=dict)

    def empty(self, *, until: Callable[[], bool] = bool) -> int:
        """Send whatever is due, until nothing is due nor under way; how many answers came.

        Once `until` says so nothing more is taken up.
        """
        answered = 0
        while True:
            if not until():
                self.take_up()
            if not self.under_way:
                return answered
            done, _open = wait(self.under_way, TICK, FIRST_COMPLETED)
            answered += self.settle(done)

    def take_up(self) -> None:
        """Take up what is due for endpoints that have a lane free, and send it."""
        now = self.clock()
        with connection.cursor() as cursor:
            for endpoint in outbox.ready(cursor, now):
                lanes = 1 if endpoint.failures else LANES
                free = lanes - sum(one.id == endpoint.id for one, _t in self.under_way.values())
                if free > 0:
                    self.send(endpoint, outbox.take(cursor, endpoint.id, free, now), now)

    def send(self, endpoint: Ready, taken: Iterable[Taken], now: datetime) -> None:
        """Put messages that were taken up on their way."""
        for one in taken:
            body = one.body.encode()
            parcel = Parcel(
                url=endpoint.url,
                body=body,
                headers=headers(endpoint.secrets, one.message, body, now) | _from(one),
            )
            self.under_way[self.sender.send(parcel)] = (endpoint, one)

    def settle(self, done: Iterable[Future[Answer]]) -> int:
        """Write what came of attempts; how many there were."""
        now, count = self.clock(), 0
        for future in done:
            endpoint, taken = self.under_way.pop(future)
            judged = self.judged(future.result(), taken, now)
            with tracing.under(taken.request):
                with transaction.atomic(), connection.cursor() as cursor:
                    _settle(cursor, endpoint, taken, judged)
                _note(endpoint, taken, judged.verdict)
            count += 1
        return count

    def judged(self, answer: Answer, taken: Taken, now: datetime) -> Judgement:
        """What an answer means, by the specification."""
        if 200 <= answer.status < 300:
            return Judgement(now, Verdict(state="done", status=answer.status, code="", next_at=now))
        asked = wait_asked(answer.wait, now) if answer.status in OVERLOADED else timedelta()
        over = taken.attempts > len(RETRIES)
        pause = RETRIES[min(taken.attempts, len(RETRIES)) - 1]
        verdict = Verdict(
            state="failed" if over else "waiting",
            status=answer.status,
            code=answer.code or code_of(answer.status),
            next_at=now + max(self.jittered(pause), asked),
        )
        slow = SLOW_DOWN if answer.status in OVERLOADED else timedelta()
        return Judgement(now, verdict, quiet=max(asked, slow), gone=answer.status == GONE)

    def jittered(self, pause: timedelta) -> timedelta:
        """A pause that is a little shorter or longer, so that retries do not come in crowds."""
        return pause * self.chance.randrange(90, 121) / 100


def deliver_for(span: timedelta) -> int:
    """Send whatever becomes due for as long as `span`, if there is anybody to send to; how many
    answers came."""
    if not any_active():
        return 0
    end = time.monotonic() + span.total_seconds()
    count = 0
    with Sender(networks()) as sender:
        postbox = Postbox(sender, timezone.now)
        while time.monotonic() < end:
            count += postbox.empty(until=lambda: time.monotonic() >= end)
            time.sleep(TICK)
    return count


class Judgement(Struct, frozen=True):
    """What becomes of a delivery, and how long its endpoint is to be left alone at least."""

    now: datetime
    verdict: Verdict
    quiet: timedelta = timedelta()
    gone: bool = False


def _settle(cursor: CursorWrapper, endpoint: Ready, taken: Taken, found: Judgement) -> None:
    if not outbox.mark(cursor, taken, found.verdict):
        return
    if found.verdict.state == "done":
        outbox.note_well(cursor, endpoint.id)
        return
    pause = max(found.quiet, QUIET[min(endpoint.failures, len(QUIET) - 1)])
    outbox.note_unwell(cursor, endpoint.id, found.now + pause, found.now)
    if found.gone:
        _shut(cursor, endpoint.id, "gone")
    elif endpoint.failing_since and found.now - endpoint.failing_since >= DEAD:
        _shut(cursor, endpoint.id, "dead")


def _from(taken: Taken) -> dict[str, str]:
    """The header by which a message is known to come from a request."""
    return {"x-request-id": taken.request} if taken.request else {}


def _note(endpoint: Ready, taken: Taken, verdict: Verdict) -> None:
    """Say in the log what did not arrive."""
    if verdict.state != "done":
        told = (taken.message, endpoint.id, taken.attempts, verdict.status or verdict.code)
        log.warning("message %s to webhook %s, attempt %d: %s", *told)


def _shut(cursor: CursorWrapper, endpoint: UUID, reason: str) -> None:
    """Disable an endpoint, and have its owner told, once."""
    if outbox.shut(cursor, endpoint, reason):
        later("mail_webhook_shut", endpoint=str(endpoint))


def code_of(status: int) -> str:
    """A word for an answer that is no success."""
    if 300 <= status < 400:
        return "redirected"
    if status == GONE:
        return "gone"
    if status in OVERLOADED:
        return "overloaded"
    return "refused" if 400 <= status < 500 else "broken"


def wait_asked(text: str, now: datetime) -> timedelta:
    """How long a Retry-After asks to wait: seconds, or a date; nothing where it is neither."""
    if text.strip().isascii() and text.strip().isdigit():
        return min(timedelta(seconds=min(int(text[:9]), 86_400)), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return timedelta()
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(moment - now, timedelta()), LONGEST_WAIT)
