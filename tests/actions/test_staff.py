"""Links that work once, roles that nobody raises above their own, an owner who always stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.contrib.sessions.models import Session

from regulars.actions import staff as actions
from regulars.actions.business import Owner, change_business, set_up
from regulars.actions.entry import (
    LIFETIMES,
    Purpose,
    Refusal,
    make_link,
    setup_link,
    take_link,
)
from regulars.actions.refused import Refused
from regulars.actions.staff import Invitation, Position
from regulars.db.models import Business, EntryLink, Place, Role, Staff
from regulars.db.queries.staff import places_of, token_hash
from regulars.words.reasons import REASONS
from staff import CAFE, MORNING, PASSWORD, digest, employ, open_cafe, signed_in

pytestmark = pytest.mark.django_db
OWNER = Owner(name="Olga", email="Olga@Corner.example", password=PASSWORD)


def refused(code: str, act: Callable[[], object]) -> None:
    """The act is refused with exactly this code, and nothing changed."""
    before = digest()
    with pytest.raises(Refused) as caught:
        act()
    assert caught.value.code == code
    assert digest() == before


def test_every_refusal_has_a_sentence() -> None:
    assert {str(code) for code in Refusal} <= set(REASONS)


def test_only_the_hash_of_a_token_is_kept() -> None:
    token = make_link(Purpose.ENTER, open_cafe(), MORNING)
    assert len(token) >= 43
    row = EntryLink.objects.get()
    assert row.token_hash == token_hash(token) != token
    assert token not in repr(row.__dict__)


@pytest.mark.parametrize("purpose", [Purpose.ENTER, Purpose.INVITE, Purpose.RESET])
def test_a_link_works_once_until_it_ends(purpose: Purpose) -> None:
    olga = open_cafe()
    end = MORNING + LIFETIMES[purpose]
    token = make_link(purpose, olga, MORNING)
    refused("link_spent", lambda: take_link(token, purpose, end))
    assert take_link(token, purpose, end - timedelta(seconds=1)) == olga
    refused("link_spent", lambda: take_link(token, purpose, MORNING))


def test_lifetimes_are_short() -> None:
    assert LIFETIMES[Purpose.RESET] <= timedelta(minutes=30)
    assert max(LIFETIMES.values()) <= timedelta(days=7)


def test_a_newer_link_ends_the_older_of_its_kind_only() -> None:
    olga = open_cafe()
    old, enter = (make_link(purpose, olga, MORNING) for purpose in (Purpose.RESET, Purpose.ENTER))
    new = make_link(Purpose.RESET, olga, MORNING)
    refused("link_spent", lambda: take_link(old, Purpose.RESET, MORNING))
    assert take_link(new, Purpose.RESET, MORNING) == take_link(enter, Purpose.ENTER, MORNING)


def test_a_link_of_one_kind_is_none_of_another() -> None:
    token = make_link(Purpose.INVITE, open_cafe(), MORNING)
    for purpose in set(Purpose) - {Purpose.INVITE}:
        refused("link_spent", lambda purpose=purpose: take_link(token, purpose, MORNING))  # type: ignore[misc]


def test_guessing_finds_nothing() -> None:
    make_link(Purpose.ENTER, open_cafe(), MORNING)
    stored = EntryLink.objects.get().token_hash
    for guess in ("", "a", "%", stored, stored[:43]):
        refused("link_spent", lambda guess=guess: take_link(guess, Purpose.ENTER, MORNING))  # type: ignore[misc]


def test_set_up_happens_once_for_ever() -> None:
    token = setup_link(MORNING)
    assert token
    olga = set_up(CAFE, OWNER, MORNING, token=token)
    assert (olga.email, olga.role) == ("olga@corner.example", Role.OWNER)
    assert setup_link(MORNING) is None
    refused("link_spent", lambda: set_up(CAFE, OWNER, MORNING, token=token))
    refused("already_set_up", lambda: set_up(CAFE, OWNER, MORNING))
    late = make_link(Purpose.SETUP, None, MORNING)
    refused("already_set_up", lambda: set_up(CAFE, OWNER, MORNING, token=late))


def test_the_last_owner_stays() -> None:
    olga = open_cafe()
    otto = employ("Otto", Role.OWNER)
    Staff.objects.filter(pk=olga.pk).update(is_active=False)
    refused("above_you", lambda: actions.deactivate(olga, otto.pk))
    Staff.objects.filter(pk=olga.pk).update(is_active=True)
    refused("yourself", lambda: actions.deactivate(olga, olga.pk))
    refused("yourself", lambda: actions.change_position(olga, olga.pk, Position(role=Role.VIEWER)))
    actions.deactivate(olga, otto.pk)
    refused("yourself", lambda: actions.deactivate(olga, olga.pk))


RANKS = [
    # actor, subject, new role, refusal
    (Role.MANAGER, Role.OWNER, Role.VIEWER, "above_you"),
    (Role.MANAGER, Role.STAFF, Role.OWNER, "above_you"),
    (Role.MANAGER, Role.STAFF, Role.MANAGER, ""),
    (Role.MANAGER, Role.MANAGER, Role.STAFF, ""),
    (Role.STAFF, Role.MANAGER, Role.VIEWER, "above_you"),
    (Role.STAFF, Role.VIEWER, Role.MANAGER, "above_you"),
    (Role.VIEWER, Role.STAFF, Role.VIEWER, "above_you"),
    (Role.OWNER, Role.OWNER, Role.VIEWER, ""),
    (Role.OWNER, Role.VIEWER, Role.OWNER, ""),
]


@pytest.mark.parametrize(("actor", "subject", "given", "code"), RANKS)
def test_nobody_raises_above_their_own_role(
    actor: Role, subject: Role, given: Role, code: str
) -> None:
    open_cafe()
    one, other = employ("Ann", actor), employ("Ben", subject)
    act = lambda: actions.change_position(one, other.pk, Position(role=given))  # noqa: E731
    if code:
        refused(code, act)
    else:
        assert act().role == given


def test_a_manager_of_one_place_gives_no_other() -> None:
    open_cafe()
    mara, sam = employ("Mara", Role.MANAGER, "corner"), employ("Sam", Role.STAFF, "corner")
    Place.objects.create(code="station", name="Station")
    everywhere = employ("Vera", Role.VIEWER)
    assert places_of(mara) == {"corner"}
    assert places_of(everywhere) is None

    def give(person: Staff, *codes: str) -> Callable[[], object]:
        position = Position(role=Role.VIEWER, places=frozenset(codes))
        return lambda: actions.change_position(mara, person.pk, position)

    refused("not_your_places", give(sam, "corner", "station"))
    refused("not_your_places", give(sam))
    refused("not_your_places", give(everywhere, "corner"))
    refused("not_your_places", lambda: actions.deactivate(mara, everywhere.pk))
    give(sam, "corner")()


def test_an_unknown_place_is_refused_and_nothing_is_half_done() -> None:
    olga, sam = open_cafe(), employ("Sam", Role.STAFF)
    position = Position(role=Role.VIEWER, places=frozenset({"moon"}))
    refused("place_unknown", lambda: actions.change_position(olga, sam.pk, position))
    invitation = Invitation(email="new@x.example", position=position)
    refused("place_unknown", lambda: actions.invite(olga, invitation, MORNING))


def test_an_invitation_is_answered_once() -> None:
    olga = open_cafe()
    invitation = Invitation(email="Nina@X.example", position=Position(role=Role.STAFF))
    nina = actions.invite(olga, invitation, MORNING)
    assert not nina.has_usable_password()
    refused("address_known", lambda: actions.invite(olga, invitation, MORNING))
    token = actions.link_for(olga, nina.pk, MORNING)
    answered = actions.accept_invitation(token, "Nina", PASSWORD, MORNING)
    assert (answered.email, answered.name) == ("nina@x.example", "Nina")
    assert answered.check_password(PASSWORD)
    refused("link_spent", lambda: actions.accept_invitation(token, "N", PASSWORD, MORNING))


def test_only_an_owner_makes_a_reset_link() -> None:
    olga, mara, sam = open_cafe(), employ("Mara", Role.MANAGER), employ("Sam", Role.STAFF)
    refused("above_you", lambda: actions.link_for(mara, sam.pk, MORNING))
    token = actions.link_for(olga, sam.pk, MORNING)
    actions.reset_password(token, "another long one", MORNING)
    sam.refresh_from_db()
    assert sam.check_password("another long one")


def test_who_left_cannot_use_a_link(now: datetime) -> None:
    olga, sam = open_cafe(), employ("Sam", Role.STAFF)
    token = actions.link_for(olga, sam.pk, MORNING)
    actions.deactivate(olga, sam.pk)
    refused("link_spent", lambda: actions.reset_password(token, "another long one", MORNING))
    refused("inactive", lambda: actions.link_for(olga, sam.pk, MORNING))
    refused("inactive", lambda: actions.host_link(sam.email, Purpose.ENTER, MORNING))
    actions.reactivate(olga, sam.pk)
    assert actions.host_link(" SAM@corner.example ", Purpose.ENTER, MORNING)


def test_host_commands_know_their_people() -> None:
    open_cafe()
    refused("address_unknown", lambda: actions.host_link("x@y.example", Purpose.RESET, MORNING))
    refused("address_unknown", lambda: actions.remove_second_factor("x@y.example"))


@pytest.mark.parametrize("way", ["role", "places", "leave", "reset", "second factor"])
def test_sessions_end_at_once(way: str) -> None:
    olga, sam = open_cafe(), employ("Sam", Role.STAFF, "corner")
    mine, theirs = signed_in(olga), [signed_in(sam), signed_in(sam)]
    corner = frozenset({"corner"})
    ways: dict[str, Callable[[], object]] = {
        "role": lambda: actions.change_position(
            olga, sam.pk, Position(role=Role.VIEWER, places=corner)
        ),
        "places": lambda: actions.change_position(olga, sam.pk, Position(role=Role.STAFF)),
        "leave": lambda: actions.deactivate(olga, sam.pk),
        "reset": lambda: actions.reset_password(
            actions.link_for(olga, sam.pk, MORNING), "another long one", MORNING
        ),
        "second factor": lambda: actions.remove_second_factor(sam.email),
    }
    ways[way]()
    keys = [client.session.session_key for client in theirs]
    assert not Session.objects.filter(session_key__in=keys).exists()
    for client in theirs:
        answer = client.get("/console/settings/account/")
        assert answer.status_code == 302
        assert answer["Location"].startswith("/console/accounts/login/")
    assert mine.get("/console/settings/account/").status_code == 200


def test_nothing_changed_ends_no_session() -> None:
    olga, sam = open_cafe(), employ("Sam", Role.STAFF)
    client = signed_in(sam)
    actions.change_position(olga, sam.pk, Position(role=Role.STAFF))
    assert client.get("/console/settings/account/").status_code == 200


def test_the_business_is_changed_after_set_up_only() -> None:
    refused("not_set_up", lambda: change_business(CAFE, Staff()))
    change_business(CAFE, open_cafe())
    assert Business.objects.get().zone == "Europe/Berlin"
