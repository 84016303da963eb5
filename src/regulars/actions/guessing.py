"""Passwords of staff that are being guessed, from however many networks at once.

One network is stopped by itself, soon. Many together are stopped by what they have in common, the
account: for a while only those may try who have come in before from where they are, by their device
or their network. So nobody can lock somebody out of where they work.

A list of stolen pairs has a password or two for each account, and some of them right. So wherever
guessing is noticed, of an account, from a network or altogether, a right password alone opens
nothing for the rest of the day, unless it comes from where its owner came in before: elsewhere it
takes the second factor as well, or a link by mail.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import connection
from django.utils.crypto import salted_hmac

from regulars.actions.entry import mail_ready
from regulars.actions.later import later
from regulars.db import api_keys
from regulars.db.models import ApiUse
from regulars.identity.networks import network_of

log = logging.getLogger("regulars.guessing")
WINDOW, HOUR, DAY = 300, 3600, 86_400
"""Seconds in which is counted: wrong passwords of one account; of a network and of all; how long
guessing that was noticed is remembered at most."""
MOST_WRONG, SUSPECT = 30, 10
"""So many wrong ones of one account are the most that are looked at, from all networks together; so
many are a sign."""
FROM_ONE, OF_ALL = 20, 50
"""So many wrong tries in an hour, from one network or from all, are a list that somebody tries.
What one network tries beyond its own number does not count for all: alone it costs nobody else a
step."""
ALL = "console:wrong"
TOLD = "console:guessing-told"
JOB = "mail_guessing"
ROOMS = 1 << 16
SIGNS = {
    "account": "the password of one account is being guessed",
    "network": "one network tries the passwords of many accounts",
    "all": "passwords of many accounts are being guessed from many networks",
}


def is_stopped(email: str, now: datetime) -> bool:
    """Whether an account is being guessed at so much that strangers may not even try."""
    with connection.cursor() as cursor:
        return api_keys.counted(cursor, _account(email), now, WINDOW) >= MOST_WRONG


def is_noticed(email: str, network: str, now: datetime) -> bool:
    """Whether guessing was noticed today, of this account, from this network or altogether."""
    names = [_noticed(one) for one in (_account(email), _network(network), ALL)]
    with connection.cursor() as cursor:
        return any(api_keys.counted(cursor, name, now, DAY) for name in names)


def note_wrong(email: str, network: str, now: datetime) -> None:
    """Count a wrong password."""
    with connection.cursor() as cursor:
        spent = api_keys.count(cursor, _account(email), MOST_WRONG, now, (WINDOW, 1))
    if spent.most - spent.left == SUSPECT:
        _notice("account", _account(email), now)
    if spent.left == 0:
        log.warning("%s: no stranger may try it for some minutes", SIGNS["account"])
    note_stopped(network, now)


def note_stopped(network: str, now: datetime) -> None:
    """Count a try that was wrong, or that nobody looked at any more."""
    with connection.cursor() as cursor:
        one = api_keys.count(cursor, _network(network), FROM_ONE, now, (HOUR, 1))
    if one.left == 0:
        _notice("network", _network(network), now)
    if one.left >= 0:
        _note_in_all(now)


def _note_in_all(now: datetime) -> None:
    with connection.cursor() as cursor:
        every = api_keys.count(cursor, ALL, OF_ALL, now, (HOUR, 1))
    if every.left == 0:
        _notice("all", ALL, now)


def _notice(sign: str, name: str, now: datetime) -> None:
    """Remember it for the day, and tell it: in the log, and once a day by mail to the owners."""
    with connection.cursor() as cursor:
        before = -api_keys.count(cursor, _noticed(name), 0, now, (DAY, 1)).left
        told = -api_keys.count(cursor, TOLD, 0, now, (DAY, 1)).left
    if before == 1:
        log.warning("%s: new devices need a second step today", SIGNS[sign])
    if told == 1 and mail_ready():
        later(JOB)


def forget(email: str) -> None:
    """Forget what was counted for an account."""
    ApiUse.objects.filter(name__in=[_account(email), _noticed(_account(email))]).delete()


def _noticed(name: str) -> str:
    return f"{name}:noticed"


def _account(email: str) -> str:
    """Under what is counted: no address, whether anybody's or not."""
    return f"{ALL}:{_room(email.strip().lower())}"


def _network(network: str) -> str:
    """The same of a network; many addresses of one household count as one."""
    return f"{ALL}-at:{_room(network_of(network))}"


def _room(value: str) -> int:
    digest = salted_hmac("regulars.console.wrong", value).hexdigest()
    return int(digest[:8], 16) % ROOMS
