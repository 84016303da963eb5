"""What time brings: instant by instant, in a set order, and nothing twice."""

from __future__ import annotations

from typing import Any

import core_kit
import msgspec
import pytest
from core_kit import does, held
from histories import RICH, day, edition, folded, order

from regulars.engine import advance as advancing
from regulars.engine.advance import FOREVER, advance, next_due
from regulars.engine.calendar import instant_of
from regulars.engine.compiling import compiled
from regulars.engine.edition import Asset, Tier
from regulars.engine.happenings import FoldFact, Grant, Promise
from regulars.engine.kinds.earn.per_amount import PerAmount
from regulars.engine.kinds.life.after_earning import After
from regulars.engine.kinds.metrics.earned import Earned
from regulars.engine.run import Run
from regulars.engine.state import BEGINNING


def at(days: float) -> int:
    return instant_of(day(days))


def standing(days: float, timers: Any = ()) -> Run:
    """A run that stands at an instant, in an edition of which only these timers run."""
    run = Run(RICH, RICH.start(), "m1")
    run.edition = msgspec.structs.replace(run.edition, timers=timers, until=FOREVER)
    run.state.at, run.state.due = at(days), 0
    return run


@pytest.mark.parametrize("rounds", [0, 1, advancing.MOST_ROUNDS, advancing.MOST_ROUNDS + 1])
def test_a_timer_may_run_many_times_at_one_instant_and_not_for_ever(rounds: int) -> None:
    left = [rounds]

    def due(run: Run) -> None:
        left[0] -= 1

    run = standing(1, ((lambda run: run.state.at if left[0] else FOREVER, due),))
    if rounds <= advancing.MOST_ROUNDS:
        advance(run, at(2))
        assert left == [0]
    else:
        with pytest.raises(RuntimeError, match="timers of club do not move on"):
            advance(run, at(2))


def test_a_timer_that_moves_on_may_run_as_often_as_it_likes() -> None:
    ran: list[int] = []
    first, step = at(1), 1_000_000
    many = advancing.MOST_ROUNDS + 500

    def next_of(run: Run) -> int:
        return first + len(ran) * step if len(ran) < many else FOREVER

    run = standing(0, ((next_of, lambda run: ran.append(run.at)),))
    advance(run, at(2))
    assert ran == [first + number * step for number in range(many)]
    assert run.state.at == ran[-1]


def test_what_is_overdue_happens_now_and_what_is_not_due_yet_waits() -> None:
    ran: list[int] = []
    days = (3, 9, 99)
    run = standing(5, ((lambda run: at(days[len(ran)]), lambda run: ran.append(run.at)),))
    advance(run, at(8))
    assert (ran, run.state.at, run.state.due) == ([at(5)], at(5), at(9))
    advance(run, at(9) - 1)
    assert ran == [at(5)]
    advance(run, at(9))
    assert (ran, run.state.at, run.state.due) == ([at(5), at(9)], at(9), at(99))


def test_of_several_timers_those_that_are_due_run_in_the_order_of_the_rules() -> None:
    ran: list[str] = []

    def timer(name: str, days: int) -> Any:
        return (lambda run: FOREVER if name in ran else at(days), lambda run: ran.append(name))

    advance(standing(0, (timer("late", 4), timer("b", 2), timer("a", 2))), at(3))
    assert ran == ["b", "a"]


def test_what_timers_decide_at_one_instant_follows_by_position() -> None:
    """The rule that is told last decides first by its key."""
    told: list[str] = []

    def timer(key: str) -> Any:
        done: list[str] = []

        def due(run: Run) -> None:
            done.append(key)
            run.apply(run.promise("x", key, key=key, due=True))

        return (lambda run: FOREVER if done else at(2), due)

    run = standing(1, (timer("b"), timer("a")))
    hears = {"x": lambda run, promise: told.append(promise.key)}
    run.edition = msgspec.structs.replace(run.edition, promised=hears)
    advance(run, at(2))
    assert told == ["a", "b"]


def test_what_happens_by_itself_has_a_key_of_its_programme_and_instant() -> None:
    keys: list[str] = []
    run = standing(1, ((lambda run: FOREVER if keys else at(2), lambda run: keys.append(run.key)),))
    advance(run, at(3))
    first, *_, last = keys[0].split("/")
    assert (first, last) == ("club", str(at(2)))


def test_three_editions_follow_each_other_though_nothing_happens_between() -> None:
    editions = [
        edition(edition=name, from_=f"{year}-01-01T00:00:00Z")
        for name, year in (("a", 2024), ("b", 2025), ("c", 2026))
    ]
    programme = compiled(editions)
    done = folded([order("o1", -200, 10)], programme, at(500))
    assert done.state.edition == 2
    began = [(one.id, one.at) for one in done.changes if one.what == "edition"]
    assert [name for name, _ in began][-2:] == ["b", "c"]
    assert [instant for _, instant in began] == sorted({instant for _, instant in began})


def waiting(life: str, after: str = "P10D", **fields: Any) -> Any:
    points = Asset(id="points", name="point", expire=After(life=life))
    earn = PerAmount(id="spend", step="1 EUR", points="1", after=after)
    body = {
        "assets": [points],
        "earn": [earn],
        "change": [],
        "limit": [],
        "rewards": [],
        "metrics": [],
        "standing": None,
        "tiers": [],
    }
    return edition(**{**body, **fields})


def test_what_matures_lives_from_when_it_was_earned() -> None:
    run = folded([order("o1", 1, 100)], compiled([waiting("P30D")]), at(12)).run
    assert run.state.at == at(11)
    lot = run.state.holdings[0].lots[0]
    assert lot.earned == at(1)
    assert next_due(run) == lot.expires == run.state.due
    assert at(30) < lot.expires <= at(31)


def test_what_matures_after_its_life_expires_in_the_next_moment() -> None:
    done = folded([order("o1", 1, 100)], compiled([waiting("P5D")]), at(12))
    steps = [(one.step, one.at, one.amount) for one in done.rows]
    assert steps == [
        ("pend", at(1), 100),
        ("mature", at(11), 100),
        ("expire", at(11), 100),
    ]
    assert done.state.holdings[0].balance == 0


@pytest.mark.parametrize(("tier", "days"), [(0, 30), (2, 32)])
def test_what_has_waited_lives_as_long_as_its_holder_stands(tier: int, days: int) -> None:
    """Thirty days from the earning and one more for each tier, by the tier when it comes."""
    spend = PerAmount(id="spend", step="1 EUR", points="1", after="P5D")
    run = does(core_kit.standing(1, core_kit.programme({"earn": [spend]})), order("o1", 1, 100))
    run.state.standing.tier = tier
    advance(run, at(6))
    assert [(one.earned, one.expires) for one in held(run)] == [(at(1), at(1 + days))]


@pytest.mark.parametrize(("days", "balance"), [(10.99, 0), (11, 100)])
def test_an_instant_belongs_to_what_happens_at_it(days: float, balance: int) -> None:
    done = folded([order("o1", 1, 100)], compiled([waiting("P30D")]), at(days))
    assert done.state.holdings[0].balance == balance


def test_the_next_instant_is_the_earliest_of_all_there_is() -> None:
    """Of lots, of what is pending, of vouchers, of timers, of editions."""
    programme = compiled([waiting("P30D")])
    assert next_due(folded([], programme).run) == FOREVER
    grants: list[FoldFact] = [
        Grant(key=f"g{n}", at=day(n), asset="points", amount=10) for n in (1, 2)
    ]
    lots = folded(grants, programme, at(3)).run
    assert next_due(lots) == lots.state.holdings[0].lots[0].expires
    orders: list[FoldFact] = [order("o2", 2, 10), order("o1", 1, 10)]
    assert next_due(folded(orders, programme, at(3)).run) == at(11)
    assert next_due(folded([*grants, *orders], programme, at(3)).run) == at(11)
    free = [
        Promise(key=f"v{n}", at=day(n), rule="free", ordinal=str(n), asset="stars") for n in (2, 1)
    ]
    assert next_due(folded(free, until=at(3)).run) == at(31)


def test_only_vouchers_that_are_over_end() -> None:
    free = [
        Promise(key=f"v{n}", at=day(n), rule="free", ordinal=str(n), asset="stars") for n in (1, 2)
    ]
    assert set(folded(free, until=at(31) - 1).state.vouchers) == {"v1", "v2"}
    assert set(folded(free, until=at(31)).state.vouchers) == {"v2"}
    assert set(folded(free, until=at(32)).state.vouchers) == set()


def test_reading_the_clock_changes_nothing() -> None:
    programme = compiled([waiting("P30D")])
    run = folded([order("o1", 1, 100)], programme, at(2)).run
    before, rows = programme.dump(run.state), list(run.rows)
    later = advancing.advanced(run, at(20))
    assert later.holdings[0].balance == 100
    assert programme.dump(run.state) == before
    assert run.rows == rows


def test_a_tier_that_moved_in_the_ladder_is_found_by_its_id() -> None:
    ladder = [Tier(id=name, name=name, from_=str(n * 100)) for n, name in enumerate("abc")]
    second = [ladder[0], Tier(id="x", name="x", from_="50"), *ladder[1:]]
    body: dict[str, Any] = {"metrics": [Earned(id="earned", asset="points")], "tiers": ladder}
    editions = [
        waiting("P30D", **body),
        waiting(
            "P30D",
            edition="b",
            from_="2025-06-01T00:00:00Z",
            metrics=body["metrics"],
            tiers=second,
        ),
    ]
    run = Run(compiled(editions), compiled(editions).start(), "m1")
    run.state.standing.tier = 2
    run.state.due = BEGINNING
    advance(run, at(152))
    assert run.state.edition == 1
    assert second[run.state.standing.tier].id == "c"
