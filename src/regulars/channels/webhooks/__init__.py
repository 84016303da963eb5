"""Webhooks by the Standard Webhooks specification 1.0: signing, and sending over HTTP with care.

A receiver may be slow, broken or hostile, and an address may lead into our own network: every
attempt has one time limit for everything, reads a bounded part of the answer, follows no redirect,
and connects to exactly the addresses that were looked up and judged. Only `sending` speaks HTTP:
whoever sends asks it for a `Sender`.
"""

from regulars.channels.webhooks.addresses import Forbidden, Networks, judge_url
from regulars.channels.webhooks.signing import new_secret, signature

__all__ = [
    "Forbidden",
    "Networks",
    "judge_url",
    "new_secret",
    "signature",
]
