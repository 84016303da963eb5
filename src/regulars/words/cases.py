"""What can be wrong with a case file, and what a case found that it did not expect.

The place (file and line) stands before the sentence wherever one is shown. To be spoken, the
parameters of these codes go through `spoken` first.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

SUBJECTS: dict[str, str] = {
    "member": _("%(id)s"),
    "account": _("account %(id)s"),
    "order": _("order %(id)s"),
    "refund": _("refund %(id)s"),
    "redemption": _("redemption %(id)s"),
    "referral": _("the referral of %(id)s"),
    "voucher": _("voucher %(id)s"),
    "voucher_of": _("the voucher of %(id)s"),
    "delivery": _("the delivery of %(id)s"),
    "subscription": _("subscription %(id)s"),
    "repair": _("repair %(id)s"),
    "question": _("question %(id)s"),
    "task": _("task %(id)s"),
    "rank": _("rank %(id)s"),
    "similarity": _("the similarity of %(id)s"),
    "recommend_to": _("the recommendation to %(id)s"),
    "average_of": _("the average of %(id)s"),
    "report": _("report %(id)s"),
    "lookup": _("the former %(id)s"),
    "event": _("%(id)s"),
}
"""How the subject of an assertion is named, by its kind."""

UNNAMED: dict[str, str] = {
    "member": _("the member"),
    "subscription": _("the subscription"),
    "programme": _("the programme"),
}
"""How a subject without an id is named."""

NAME_KINDS: dict[str, str] = {
    "settings": _("setting"),
    "rewards": _("reward"),
    "activities": _("kind of activity"),
    "jobs": _("job"),
    "limits": _("limit"),
    "campaigns": _("campaign"),
    "steps": _("step"),
    "kinds": _("kind of trade"),
    "tiers": _("tier"),
    "leagues": _("league"),
    "entitlements": _("entitlement"),
    "partners": _("partner"),
    "brands": _("brand"),
    "fare_classes": _("fare class"),
    "plans": _("plan"),
    "tenders": _("means of payment"),
    "reports": _("report"),
}
"""What a name of a programme is the name of."""

CASE_REASONS: dict[str, str] = {
    "case_none_in_file": _(
        "There is no case in this file. Cases stand in a list, each with an id and an edition."
    ),
    "case_no_format": _("Say which format this is: write “format: %(format)s” above the cases."),
    "case_other_format": _("This format is not known here. Write “format: %(format)s”."),
    "case_file_word": _("“%(word)s” does not belong here. A file of cases has %(known)s."),
    "case_not_a_list": _("A list belongs here."),
    "case_not_a_map": _("Keys with values belong here, as in “member: anna”."),
    "case_not_so_many": _("Exactly %(most)s values belong here."),
    "case_wrong_shape": _("This has the wrong shape. See the word in the list of the vocabulary."),
    "case_key_missing": _("“%(key)s” is missing. Add it."),
    "case_no_type": _("This event has no type. Add one, as in “type: order”."),
    "case_twice": _("The case %(case)s stands at %(where)s already. Give one of them another id."),
    "case_two_bases": _(
        "“%(first)s” and “%(second)s” both say what the order is worth. Leave one of them out."
    ),
    "case_expects_nothing": _("This case expects nothing. Add “expect” with an assertion."),
    "case_expects_twice": _("Write either “expect” or “expect_by_policy”, not both."),
    "case_asserts_nothing": _("This assertion says nothing. Add what must be true."),
    "case_no_subject": _(
        "It is not clear whose “%(key)s” is meant. Name one of these beside it: %(kinds)s."
    ),
    "case_unknown_word": _("Unknown word “%(word)s”: did you mean “%(nearest)s”?"),
    "case_unknown_word_alone": _(
        "Unknown word “%(word)s”. The words are listed by “regulars check --vocabulary”; names "
        "of assets, counts and metrics come from the programme file."
    ),
    "case_unknown_type": _("Unknown type of event “%(word)s”: did you mean “%(nearest)s”?"),
    "case_unknown_type_alone": _(
        "Unknown type of event “%(word)s”. The types are listed by “regulars check --vocabulary”."
    ),
    "case_unknown_name": _("The programme has no %(kind)s “%(word)s”: did you mean “%(nearest)s”?"),
    "case_unknown_name_alone": _(
        "The programme has no %(kind)s “%(word)s”. Add it to the programme file, or correct it."
    ),
    "case_unknown_code": _("“%(word)s” cannot stand here: did you mean “%(nearest)s”?"),
    "case_unknown_code_alone": _(
        "“%(word)s” cannot stand here. The words are listed by “regulars check --vocabulary”."
    ),
    "case_unknown_policy": _("No setting has the value “%(word)s”: did you mean “%(nearest)s”?"),
    "case_unknown_policy_alone": _(
        "No setting has the value “%(word)s”. The values are listed by “regulars check "
        "--vocabulary”."
    ),
    "case_unknown_edition": _(
        "No programme file has the edition “%(word)s”: did you mean “%(nearest)s”?"
    ),
    "case_unknown_edition_alone": _(
        "No programme file has the edition “%(word)s”. Give its file to the check as well."
    ),
    "case_unknown_event": _(
        "No event of this case has the id “%(word)s”: did you mean “%(nearest)s”?"
    ),
    "case_unknown_event_alone": _("No event of this case has the id “%(word)s”. Correct it."),
    "case_empty": _("Something must stand here."),
    "case_bad_number": _("“%(value)s” is no number that can be read here. Write it as 12.50."),
    "case_bad_whole": _("“%(value)s” is no whole number. Write it as 12."),
    "case_bad_instant": _(
        "“%(value)s” is no instant. Write it with its offset, as 2025-12-31T23:59:00+01:00."
    ),
    "case_bad_day": _("“%(value)s” is no date. Write it as 2025-12-31."),
    "case_bad_moment": _(
        "“%(value)s” is neither a date nor an instant. Write it as 2025-12-31 or "
        "2025-12-31T23:59:00+01:00."
    ),
    "case_bad_duration": _("“%(value)s” is no length of time. Write it as P1M, P2Y or PT24H."),
    "case_bad_flag": _("“%(value)s” is neither true nor false. Write one of them."),
    "case_bad_text": _("“%(value)s” is no single word. Write one, in quotes if need be."),
    "case_bad_zone": _("“%(value)s” is no time zone. Write it as Europe/Berlin."),
    "case_bad_currency": _("“%(value)s” is no currency. Write three letters, such as EUR."),
    "case_unknown_member": _("This case has nobody called “%(word)s”: did you mean “%(nearest)s”?"),
    "case_unknown_member_alone": _("This case has nobody called “%(word)s”. Correct the name."),
    "case_not_told": _("No rule of this programme tells “%(key)s”."),
    "case_given_ignored": _(
        "“%(word)s” is given, but the programme has nothing that could take it. Add it to the "
        "programme file, or leave it out."
    ),
    "case_no_setting": _(
        "The programme has no setting “%(word)s”. Write a field of its policy, RULE.FIELD, or a "
        "field that one rule alone has."
    ),
    "case_no_instant": _("Neither an event nor an assertion of this case says when. Add an “at”."),
    "case_because_refused": _("The answer was %(reason)s."),
    "case_because_lot_lives": _("The lot %(lot)s expires only at %(at)s."),
    "case_because_given": _("%(key)s brought %(amount)s %(asset)s at %(at)s, by %(rule)s."),
    "case_because_taken": _("%(key)s took %(amount)s %(asset)s at %(at)s, by %(rule)s."),
    "case_because_nothing": _("Nothing has moved any %(asset)s."),
    "case_edition_twice": _(
        "The edition %(edition)s stands in %(where)s already. Leave one of the two files out."
    ),
    "case_cannot_read": _("“%(key)s” of %(subject)s cannot be told."),
    "case_event_refused": _("%(subject)s was refused, expected accepted."),
    "case_event_accepted": _("%(subject)s was accepted, expected refused."),
    "case_other_amount": _("At %(at)s %(subject)s has %(got)s %(key)s, expected %(expected)s."),
    "case_other_amount_at_end": _(
        "After the last event %(subject)s has %(got)s %(key)s, expected %(expected)s."
    ),
    "case_other_value": _(
        "At %(at)s the %(key)s of %(subject)s is %(got)s, expected %(expected)s."
    ),
    "case_other_value_at_end": _(
        "After the last event the %(key)s of %(subject)s is %(got)s, expected %(expected)s."
    ),
    "case_sides_differ": _(
        "At %(at)s the %(key)s of %(subject)s is %(memory)s in memory and %(live)s over the "
        "database."
    ),
    "case_sides_differ_at_end": _(
        "After the last event the %(key)s of %(subject)s is %(memory)s in memory and %(live)s over "
        "the database."
    ),
    "case_sides_stand": _(
        "In the end %(holder)s has %(memory)s (%(what)s) in memory and %(live)s over the database."
    ),
    "case_side_unlike": _("What HTTP says is not what is booked: %(error)s."),
    "case_side_broke": _("Over the database the case broke off: %(error)s."),
    "case_side_wrong_live": _("Expected is %(expected)s: the database is wrong."),
    "case_side_wrong_memory": _("Expected is %(expected)s: memory is wrong."),
    "case_side_wrong_both": _("Expected is %(expected)s: both are wrong."),
}
"""Why a case does not run, or what it found."""


def spoken(params: Mapping[str, object]) -> dict[str, object]:
    """Parameters of a reason with those that are words in the reader's language."""
    return {name: _spoken(name, value) for name, value in params.items()}


def _spoken(name: str, value: object) -> object:
    if name == "subject" and isinstance(value, tuple):
        return _subject(*value)
    if name == "kind" and value in NAME_KINDS:
        return gettext(NAME_KINDS[str(value)])
    return value


def _subject(kind: str, one: str = "", *beside: str) -> str:
    if not one:
        return gettext(UNNAMED.get(kind, kind))
    named = gettext(SUBJECTS.get(kind, "%(id)s")) % {"id": one}
    return f"{named} ({', '.join(beside)})" if beside else named
