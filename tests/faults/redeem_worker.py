"""Asks for rewards in a process of its own, by many threads, member after member.

Arguments: its name, how many threads, the members. Waits for a line on standing input; prints how
many were accepted and whatever was no clear answer. The database is the one that the environment
names.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))


def main() -> None:
    import django

    django.setup()
    from booking_kit import ask, at_once

    name, threads = sys.argv[1], int(sys.argv[2])
    print("ready", flush=True)
    sys.stdin.readline()
    for told in sys.argv[3:]:
        member = int(told)
        calls = [partial(ask, member, f"{name}-{member}-{one}") for one in range(threads)]
        answers = at_once(calls)
        accepted = sum(getattr(one, "accepted", False) for one in answers)
        unclear = [repr(one) for one in answers if isinstance(one, Exception)]
        print(accepted, *unclear, flush=True)


if __name__ == "__main__":
    main()
