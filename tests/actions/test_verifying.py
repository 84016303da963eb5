"""What is kept is what the facts come to; whatever was changed by hand is named."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import psycopg
import pytest
from django.db import DatabaseError, connection

sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))
sys.path.insert(0, str(Path(__file__).parent))
from crowd import END, HOLDERS
from test_merging import Both, lived

import server
from regulars.actions import rebuilding, verifying
from regulars.actions.rebuilding import preview, rebuild
from regulars.actions.sealing import seal
from regulars.actions.verifying import verify
from regulars.db import disk
from regulars.db.models import FactRow, HolderState, PromiseKey, Seal, TransferRow
from regulars.engine.calendar import datetime_of
from regulars.engine.run import Row
from regulars.words.reasons import REASONS

pytestmark = pytest.mark.usefixtures("own_database")
LAST = datetime_of(END)


def a_life(seed: int = 1) -> Both:
    """A history with merges in it, sealed in blocks."""
    both = lived(seed)
    both.pass_time(END)
    seal(LAST)
    return both


def test_nothing_is_sealed_while_the_disk_is_nearly_full(monkeypatch: pytest.MonkeyPatch) -> None:
    both = lived(1)
    both.pass_time(END)
    with monkeypatch.context() as full:
        full.setattr(disk.ROOM, "is_over", lambda: True)
        assert seal(LAST) == 0
    assert not Seal.objects.exists()
    assert seal(LAST) == Seal.objects.count() >= 2


def by_hand(cluster: server.Server, *statements: str) -> None:
    """What somebody does who may do everything, past the triggers."""
    name = connection.settings_dict["NAME"]
    with psycopg.connect(cluster.address(name), autocommit=True) as link:
        link.execute("SET session_replication_role = replica")
        for one in statements:
            link.execute(one)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_kept_is_what_the_facts_come_to(seed: int) -> None:
    both = a_life(seed)
    found = verify()
    assert found.finding is None, found.finding
    assert found.holders == len(HOLDERS) - len(both.links)
    assert (found.facts, found.transfers) == (FactRow.objects.count(), TransferRow.objects.count())
    assert found.seals == Seal.objects.count() >= 2
    assert found.stale == 0


@pytest.mark.parametrize("table", ["fact", "transfer", "factkey", "seal"])
@pytest.mark.parametrize("what", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_the_application_cannot_change_what_stays(table: str, what: str) -> None:
    column = {"fact": "seq", "transfer": "amount", "factkey": "version", "seal": "count"}[table]
    a_life()
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute(what.format(f"regulars_{table}", column, column))


DAMAGE = {
    "figures": (
        "UPDATE regulars_holder SET figures = jsonb_set(figures, '{points,available}', '7')"
        " WHERE left_at IS NULL",
        "figures_differ",
    ),
    "state": (
        "UPDATE regulars_holder SET head = replace(head, '\"balance\":', '\"balance\":4')"
        " WHERE left_at IS NULL",
        "state_differs",
    ),
    "promise": (
        "DELETE FROM regulars_promise WHERE key = (SELECT max(p.key) FROM regulars_promise p"
        " JOIN regulars_holder h USING (customer_id, programme) WHERE h.left_at IS NULL)",
        "promise_differs",
    ),
    "key": (
        "DELETE FROM regulars_factkey WHERE key = (SELECT min(key) FROM regulars_factkey)",
        "fact_keyless",
    ),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_what_was_damaged_is_named(what: str, cluster: server.Server) -> None:
    a_life()
    statement, code = DAMAGE[what]
    by_hand(cluster, statement)
    found = verify().finding
    assert found is not None
    assert found.code == code
    assert found.code in REASONS


@pytest.mark.parametrize("kind", ["fact", "transfer"])
@pytest.mark.parametrize("how", ["changed", "removed", "put in"])
def test_the_first_row_that_was_changed_is_named(
    kind: str, how: str, cluster: server.Server
) -> None:
    a_life()
    table = f"regulars_{kind}"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT seq FROM {table} ORDER BY seq")
        seqs = [seq for (seq,) in cursor.fetchall()]
    one, other = sorted(random.Random(5).sample(seqs[1:], 2))
    column = {"fact": "source", "transfer": "cause"}[kind]
    changed = {
        "fact": f"UPDATE {table} SET body = jsonb_set(body, '{{amount_minor}}', '1')",
        "transfer": f"UPDATE {table} SET {column} = 'me'",
    }[kind]
    if how == "changed":
        by_hand(cluster, f"{changed} WHERE seq IN ({one}, {other})")
    elif how == "removed":
        by_hand(cluster, f"DELETE FROM {table} WHERE seq IN ({one}, {other})")
    else:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT string_agg(column_name, ', ') FROM information_schema.columns"
                " WHERE table_name = %s AND column_name <> 'seq'",
                [table],
            )
            names = cursor.fetchone()[0]
        one = seqs[-1] - 1 if seqs[-1] - 1 not in seqs else seqs[0] - 1
        by_hand(
            cluster,
            f"INSERT INTO {table} (seq, {names}) SELECT {one}, {names} FROM {table}"
            f" WHERE seq = {other}",
        )
        if one < 1:
            return
    found = verify().finding
    assert found is not None
    assert (found.code, found.params) == ("seal_broken", {"kind": kind, "seq": one})


def test_who_seals_anew_needs_every_block_after_it(
    cluster: server.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regulars.db.seals.BLOCK", 5)
    a_life()
    assert Seal.objects.filter(kind="fact").count() > 2
    by_hand(
        cluster,
        "UPDATE regulars_seal SET hash = decode(repeat('00', 32), 'hex')"
        " WHERE kind = 'fact' AND number = 2",
    )
    found = verify().finding
    assert found is not None
    assert (found.code, found.params) == ("seal_forged", {"kind": "fact", "number": 2})
    by_hand(cluster, "DELETE FROM regulars_seal WHERE kind = 'fact' AND number = 1")
    found = verify().finding
    assert found is not None
    assert (found.code, found.params) == ("seal_missing", {"kind": "fact", "number": 1})


def stored() -> list[object]:
    """Everything that a rebuild could touch."""
    rows = HolderState.objects.order_by("customer_id").values_list(
        "customer_id", "head", "figures", "tier", "revision", "due_at", "passed_at"
    )
    return [list(rows), TransferRow.objects.count(), FactRow.objects.count()]


def test_a_rebuild_of_what_is_right_changes_nothing() -> None:
    a_life()
    before = stored()
    for found in (preview(), rebuild(LAST)):
        assert (found.states, found.members, found.sums) == (0, 0, {})
        assert found.holders > 0
    assert stored() == before


def test_a_rebuild_mends_what_was_damaged(cluster: server.Server) -> None:
    a_life()
    before = stored()
    for damage in ("figures", "state"):
        by_hand(cluster, DAMAGE[damage][0])
    assert verify().finding is not None
    assert preview().members == 0
    assert rebuild(LAST).states > 0
    assert verify().finding is None
    after = stored()
    assert after[1:] == before[1:]


def test_a_rebuild_notes_promises_that_were_decided(cluster: server.Server) -> None:
    a_life()
    noted = sorted(PromiseKey.objects.values_list("customer_id", "rule", "ordinal", "key"))
    by_hand(
        cluster,
        "DELETE FROM regulars_promise WHERE ctid = (SELECT p.ctid FROM regulars_promise p"
        " JOIN regulars_holder h USING (customer_id, programme) WHERE h.left_at IS NULL"
        " ORDER BY p.key LIMIT 1)",
    )
    assert preview().promises == 1
    assert PromiseKey.objects.count() == len(noted) - 1
    found = rebuild(LAST)
    assert (found.promises, found.lost, found.states) == (1, [], 0)
    again = PromiseKey.objects.values_list("customer_id", "rule", "ordinal", "key")
    assert sorted(again) == noted
    assert verify().finding is None


def test_a_rebuild_names_promises_that_nothing_can_make_anew(cluster: server.Server) -> None:
    a_life()
    by_hand(
        cluster,
        "INSERT INTO regulars_promise (customer_id, programme, rule, ordinal, key)"
        " SELECT customer_id, programme, 'gift', '7', 'gone' FROM regulars_holder"
        " WHERE left_at IS NULL ORDER BY customer_id LIMIT 1",
    )
    for found in (preview(), rebuild(LAST)):
        assert found.promises == 0
        assert [(one.programme, one.rule, one.ordinal) for one in found.lost] == [
            ("crowd", "gift", "7")
        ]
    assert PromiseKey.objects.filter(key="gone").exists()
    finding = verify().finding
    assert finding is not None
    assert finding.code == "promise_differs"


def test_what_the_facts_come_to_now_is_booked_beside_what_stood(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_life()
    whole = TransferRow.objects.count()
    wanted = rebuilding.missing

    def other(rows: list[Row], books: object) -> list[Row]:
        found = wanted(rows, books)  # type: ignore[arg-type]
        more = [Row("fix", "buy", "earn", END, "points", 11)]
        return [*found, *more]

    with monkeypatch.context() as patch:
        patch.setattr(rebuilding, "missing", other)
        told = preview()
        assert TransferRow.objects.count() == whole
        done = rebuild(LAST)
    assert told.sums == done.sums == {"points": 11 * done.members}
    assert told.members == done.members == told.holders > 0
    assert [one.amount for one in done.largest] == [11] * done.members
    beside = TransferRow.objects.filter(fact="fix")
    assert beside.count() == done.members
    assert all(row.cause.startswith("rebuild/crowd_") for row in beside)
    found = verify().finding
    assert found is not None
    assert found.code == "transfers_differ"
    rebuild(LAST)
    assert verify().finding is None


def test_saboteur_a_verifier_that_looks_at_no_transfers(
    monkeypatch: pytest.MonkeyPatch, cluster: server.Server
) -> None:
    monkeypatch.setattr(verifying.proof, "NOBODYS", "SELECT 1 WHERE false")
    monkeypatch.setattr(verifying, "_check_seals", lambda kind, found, told: iter(()))
    monkeypatch.setattr(verifying.proof, "net_of", lambda rows: {})
    a_life()
    found = verify().finding
    assert found is not None
