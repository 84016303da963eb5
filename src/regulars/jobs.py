"""Work that is done later or again and again, by the job worker. Each job is one call of an action.

Heavy libraries are loaded inside the jobs: the web process reads this module too, to queue them.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from regulars.actions import (
    answering,
    birthdays,
    entry,
    mailing,
    passing,
    portal_friends,
    portal_profile,
    renewing,
    reserving,
    sealing,
    signing_in,
    sweeping,
    tidying,
)


def _folder() -> Path:
    return Path(settings.DATA)


@app.task(name="refresh", queue="measures", queueing_lock="refresh")
def refresh() -> None:
    """Mirror, standings and measures after new facts."""
    from regulars.actions.measuring import refresh as act  # noqa: PLC0415 - loads analytics

    act(_folder(), now=timezone.now())


@app.periodic(cron="5 * * * *")
@app.task(name="refresh_hourly", queue="measures", queueing_lock="refresh_hourly")
def refresh_hourly(timestamp: int) -> None:
    """The same every hour: silence grows and days turn without any new fact."""
    refresh()


@app.periodic(cron="* * * * *")
@app.task(name="renew_measures", queue="booking", queueing_lock="renew_measures")
def renew_measures(timestamp: int) -> None:
    """The same soon after something was booked at a till or over the API, which ask for nothing."""
    renewing.renew_measures(timezone.now())


@app.task(name="measure", queue="measures")
def measure(key: str) -> None:
    """One result that a page asked for."""
    from regulars.actions.measuring import compute_wanted  # noqa: PLC0415 - loads analytics

    compute_wanted(_folder(), key, now=timezone.now())


@app.task(name="refresh_owed", queue="measures", queueing_lock="refresh_owed")
def refresh_owed() -> None:
    """What is owed, after something was booked and somebody looks."""
    from regulars.actions.measuring import refresh_owed as act  # noqa: PLC0415 - loads analytics

    act(_folder(), now=timezone.now())


@app.task(name="mail_link", queue="mail", retry=RetryStrategy(max_attempts=5, exponential_wait=5))
def mail_link(purpose: str, email: str) -> None:
    """An invitation or a reset; the link is made when the message goes out."""
    entry.mail_link(entry.Purpose(purpose), email, timezone.now())


@app.task(
    name="mail_guessing", queue="mail", retry=RetryStrategy(max_attempts=5, exponential_wait=5)
)
def mail_guessing() -> None:
    """The owners learn that passwords are being guessed."""
    entry.tell_guessing()


@app.task(name="send_mail", queue="mail", queueing_lock="send_mail")
def send_mail() -> None:
    """Whatever lies in the outbox."""
    mailing.send_due()


@app.periodic(cron="* * * * *")
@app.task(name="send_mail_again", queue="mail", queueing_lock="send_mail_again")
def send_mail_again(timestamp: int) -> None:
    """What could not be sent before, and what a killed worker left behind."""
    mailing.send_due()


@app.task(name="mail_sign_in", queue="mail")
def mail_sign_in(browser: str, language: str) -> None:
    """A code and a link for whoever asked to be let in, if anybody knows them."""
    signing_in.write(browser, language, timezone.now())


@app.task(
    name="mail_invitation",
    queue="mail",
    retry=RetryStrategy(max_attempts=5, exponential_wait=5),
)
def mail_invitation(email: str, code: str, language: str) -> None:
    """A link for a friend who claimed what an advocate's code promises."""
    claim = portal_friends.Claim(email=email, code=code, network="", language=language)
    portal_friends.write(claim, timezone.now())


@app.periodic(cron="25 * * * *")
@app.task(name="end_leavings", queue="booking", queueing_lock="end_leavings")
def end_leavings(timestamp: int) -> None:
    """What members held who left and did not come back."""
    portal_profile.end_leavings(timezone.now())


@app.task(name="inspect_import", queue="imports")
def inspect_import(run_id: str) -> None:
    """What an uploaded file seems to be."""
    from regulars.actions.intake import look  # noqa: PLC0415 - loads analytics

    look(UUID(run_id), timezone.now())


@app.task(name="check_import", queue="imports")
def check_import(run_id: str) -> None:
    """How the head of a file comes in by what was said about its columns."""
    from regulars.actions.intake import look_again  # noqa: PLC0415 - loads analytics

    look_again(UUID(run_id), timezone.now())


@app.task(name="run_import", queue="imports")
def run_import(run_id: str) -> None:
    """A checked file, brought in."""
    from regulars.actions.intake import bring_in  # noqa: PLC0415 - loads analytics

    bring_in(UUID(run_id), timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="revive_imports", queue="imports", queueing_lock="revive_imports")
def revive_imports(timestamp: int) -> None:
    """Imports whose worker was killed, taken up again."""
    tidying.revive(timezone.now())


@app.periodic(cron="40 3 * * *")
@app.task(name="clear_imports", queue="imports", queueing_lock="clear_imports")
def clear_imports(timestamp: int) -> None:
    """Files that are no longer needed."""
    tidying.clear_old(timezone.now())


@app.periodic(cron="50 3 * * *")
@app.task(name="forget_answers", queue="booking", queueing_lock="forget_answers")
def forget_answers(timestamp: int) -> None:
    """What was answered to requests under names that nobody uses again by now."""
    answering.forget_old(timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="pass_time", queue="booking", queueing_lock="pass_time")
def pass_time(timestamp: int) -> None:
    """Everything that is due: expiry, release, reviews, birthdays, editions that begin, and
    reservations that are over."""
    passing.pass_time(timezone.now())
    reserving.end_reservations(timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="sweep", queue="booking", queueing_lock="sweep")
def sweep(timestamp: int) -> None:
    """Facts that wait for what arrived at the same moment."""
    now = timezone.now()
    sweeping.sweep(now, since=now - timedelta(hours=1))


@app.task(name="tell_birthdays", queue="booking")
def tell_birthdays(customers: str) -> None:
    """Birthdays that programmes ask for and do not know yet: of these customers, of everybody."""
    now = timezone.now()
    if customers:
        birthdays.tell([int(one) for one in customers.split(",")], now)
    else:
        birthdays.tell_everybody(now)


@app.periodic(cron="10 * * * *")
@app.task(name="seal", queue="booking", queueing_lock="seal")
def seal(timestamp: int) -> None:
    """Facts and transfers of the last hour, put under seal."""
    sealing.seal(timezone.now())


@app.periodic(cron="20 3 * * *")
@app.task(name="sweep_all", queue="booking", queueing_lock="sweep_all")
def sweep_all(timestamp: int) -> None:
    """The same however long they have waited, every night."""
    now = timezone.now()
    sweeping.sweep(now, since=now - timedelta(days=100 * 365))


@app.periodic(cron="40 3 * * *")
@app.task(name="tidy", queue="mail", queueing_lock="tidy")
def tidy(timestamp: int) -> None:
    """Links and sessions that ended are forgotten, every night."""
    entry.tidy(timezone.now())
    for forget in (mailing.tidy, signing_in.tidy, portal_friends.tidy):
        forget(timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="deliver_webhooks", queue="webhooks", queueing_lock="deliver_webhooks")
def deliver_webhooks(timestamp: int) -> None:
    """Messages to endpoints, for the minute that has begun, if there is anybody to send to."""
    from regulars.actions import delivering  # noqa: PLC0415 - loads what speaks HTTP

    delivering.deliver_for(timedelta(seconds=55))


@app.task(
    name="mail_webhook_shut",
    queue="mail",
    retry=RetryStrategy(max_attempts=5, exponential_wait=5),
)
def mail_webhook_shut(endpoint: str) -> None:
    """The owner learns that an endpoint was disabled."""
    from regulars.actions import webhooks  # noqa: PLC0415 - loads what speaks HTTP

    webhooks.tell_owners(UUID(endpoint))


@app.periodic(cron="45 3 * * *")
@app.task(name="tidy_webhooks", queue="webhooks", queueing_lock="tidy_webhooks")
def tidy_webhooks(timestamp: int) -> None:
    """Messages that are too old to be replayed are forgotten, and problems of shops."""
    from regulars.actions import hooks, webhooks  # noqa: PLC0415 - loads what speaks HTTP

    webhooks.tidy(timezone.now())
    hooks.tidy(timezone.now())
