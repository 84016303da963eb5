"""Tables that may hold something of a customer, with the privacy class of every column."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

After = Literal["goes", "emptied", "stays", ""]


class Held(Struct, frozen=True, kw_only=True):
    """A table: `why` it is kept, how long (`kept`), and its columns, apart by blanks, by class.

    `told_as` is its name in the customer's own download. Rows belong to a person by the column
    `by`. `after` erasure the rows go, or are emptied of who it was, or stay as they are since they
    never said it.
    """

    why: str
    kept: str
    told_as: str = ""
    by: Literal["id", "customer_id", "email", "address_hash", ""] = ""
    after: After = ""
    who: str = ""
    did: str = ""
    made: str = ""
    joins: str = ""
    staff: str = ""
    nobody: str = ""


def _person(why: str, kept: str, told_as: str, after: After, **cares: str) -> Held:
    """A table whose rows belong to a person by `customer_id`."""
    joins = f"customer_id {cares.pop('joins', '')}"
    return Held(
        why=why,
        kept=kept,
        told_as=told_as,
        by="customer_id",
        after=after,
        joins=joins,
        **cares,
    )


ERASED = "until erasure"
BOOKS = "as long as the books"

ABOUT_CUSTOMERS = {
    "regulars_customer": Held(
        why="Who the customers are.",
        kept=ERASED,
        told_as="person",
        by="id",
        after="emptied",
        who="name language country birth_date attributes",
        did="public_id created_at address_changed_at",
        made="sort_latin sort_pl sort_ro merged has_bought",
        joins="id",
    ),
    "regulars_identifier": _person(
        "How customers are found again.", ERASED, "identifiers", "goes", who="kind value"
    ),
    "regulars_searchtoken": _person(
        "Finding customers while typing.", ERASED, "", "goes", made="token"
    ),
    "regulars_customerlink": _person(
        "Which customers are one person.",
        BOOKS,
        "links",
        "stays",
        did="at undone_at",
        joins="key into_id",
    ),
    "regulars_customertag": _person(
        "Words that staff gave a customer.", ERASED, "tags", "goes", who="tag", did="at"
    ),
    "regulars_customernote": _person(
        "What staff wrote about a customer.",
        ERASED,
        "notes",
        "goes",
        who="text",
        did="at",
        staff="by_name",
        joins="id",
    ),
    "regulars_staff_word": _person(
        "The reasons that staff gave.", ERASED, "reasons", "goes", who="text", did="at", joins="key"
    ),
    "regulars_standing": _person(
        "Measures and segments.",
        "until computed anew, or erasure",
        "measures",
        "goes",
        did="orders orders_12m revenue_minor revenue_12m_minor first_at last_at usual_gap_days "
        "recency_score frequency_score monetary_score segment is_regular is_drifting stake_minor "
        "places",
    ),
    "regulars_signal": _person(
        "Against referrals of oneself: by what customers are known.",
        ERASED,
        "known_by",
        "goes",
        who="kind value at",
        made="loose",
        joins="key",
    ),
    "regulars_fact": _person(
        "What happened: orders, refunds, visits, redemptions.",
        BOOKS,
        "facts",
        "stays",
        did="at type key version received_at guest programme body",
        joins="seq import_id",
    ),
    "regulars_factkey": _person(
        "That each fact counts once.", BOOKS, "", "stays", joins="key version content_hash"
    ),
    "regulars_refundtie": _person(
        "Which order a refund belongs to.",
        BOOKS,
        "refunds_of",
        "stays",
        did="refund_key order_key",
    ),
    "regulars_named_fact": _person(
        "Which fact waits for which.",
        BOOKS,
        "",
        "stays",
        joins="names key owner_id programme arrived_at",
    ),
    "regulars_holder": _person(
        "Who takes part, and where they stand.",
        BOOKS,
        "memberships",
        "stays",
        did="programme since joined_at left_at figures tier",
        made="head revision due_at passed_at",
        joins="number",
    ),
    "regulars_milestone": _person(
        "Earlier states of long histories.",
        "until made anew",
        "",
        "stays",
        made="at passed body",
        joins="programme",
    ),
    "regulars_transfer": _person(
        "The ledger.",
        BOOKS,
        "transfers",
        "stays",
        did="programme asset amount source target at booked_at fact rule step lot cause",
        joins="seq",
    ),
    "regulars_promise": _person(
        "That each promise is decided once.",
        BOOKS,
        "",
        "stays",
        made="programme rule ordinal",
        joins="key",
    ),
    "regulars_sent_effect": _person(
        "What was sent to the books of friends.", BOOKS, "", "stays", joins="programme key"
    ),
    "regulars_code": _person(
        "Codes of vouchers and of advocates.",
        "an advocate's until erasure, a voucher's as long as the books",
        "codes",
        "stays",
        did="code kind programme public_from made_at",
        joins="voucher mark",
        nobody="percent",
    ),
    "regulars_voucher": _person(
        "Vouchers.",
        BOOKS,
        "vouchers",
        "stays",
        did="programme rule kind item value_minor currency issued_at expires_at state code",
        joins="id",
    ),
    "regulars_attempt": _person(
        "What was asked for, and the answer.",
        BOOKS,
        "asked_for",
        "stays",
        did="key programme body accepted answer at reserved_until resolved",
        joins="content_hash",
    ),
    "regulars_adjustment": _person(
        "What was given or taken by hand.",
        "the reason until erasure, the rest as long as the books",
        "adjustments",
        "emptied",
        who="reason",
        did="programme asset amount asked_at decided_at state",
        staff="asked_by_id decided_by_id asked_key_id decided_key_id",
        joins="id key",
    ),
    "regulars_friend": _person(
        "Who came as somebody's friend.", BOOKS, "friend_since", "stays", did="programme at"
    ),
    "regulars_consent": _person(
        "The proof of what somebody agreed to.",
        "as long as the proof is needed",
        "consents",
        "stays",
        did="purpose channel given wording at source place",
        staff="actor",
        joins="id",
    ),
    "regulars_stopped_address": Held(
        why="Which addresses get no mails about what: the address as a keyed hash.",
        kept="until its owner wants them again",
        told_as="stopped_mails",
        by="address_hash",
        after="stays",
        did="purpose at",
        joins="address_hash",
    ),
    "regulars_leaving": _person(
        "Who left, and may still come back.",
        ERASED,
        "leavings",
        "goes",
        did="programme left_at ends_at done_at",
    ),
    "regulars_leaving_before": _person(
        "Who had left before they were merged with somebody: for when that is undone.",
        ERASED,
        "leavings_before",
        "goes",
        did="programme left_at ends_at done_at",
        joins="link",
        nobody="moved",
    ),
    "regulars_member_session": _person(
        "Where members are signed in.",
        "90 days",
        "sessions",
        "goes",
        who="device",
        did="created_at seen_at expires_at",
        joins="token_hash public_id",
    ),
    "regulars_entry_ticket": _person(
        "Links that let a member in once.",
        "a day",
        "entry_links",
        "goes",
        did="created_at expires_at used_at",
        joins="token_hash",
    ),
    "regulars_sign_in_try": Held(
        why="Who asked to be let in by mail.",
        kept="a day",
        told_as="sign_ins_asked",
        by="email",
        after="goes",
        who="email",
        did="created_at used_at",
        joins="browser code_hash link_hash wrong",
    ),
    "regulars_invitation": Held(
        why="Friends who have not confirmed their address yet.",
        kept="7 days",
        told_as="invitations",
        by="email",
        after="goes",
        who="email language",
        did="code created_at used_at",
        joins="token_hash",
    ),
    "regulars_out_mail": _person(
        "Mail on its way, and what became of it.",
        "90 days",
        "mails",
        "goes",
        who="recipient subject text",
        did="kind state queued_at settled_at",
        joins="id request about_id",
        nobody="purpose secret attempts code next_at until",
    ),
    "regulars_scan": _person(
        "Codes that members scanned.",
        BOOKS,
        "scans",
        "stays",
        did="place day number booked_at details",
        joins="key life device_id paper_id",
    ),
    "regulars_till_deed": _person(
        "What was done at a till.",
        BOOKS,
        "at_the_till",
        "stays",
        did="what place at booked_at amount_minor pays_minor currency details",
        staff="cashier_id device_id",
        joins="key undoes",
    ),
    "regulars_answer": Held(
        why="A request that comes twice gets the same answer.",
        kept="7 days",
        made="body",
        joins="api_key name told",
        nobody="status at",
    ),
    "regulars_out_message": Held(
        why="Messages to webhooks: thin facts under random numbers.",
        kept="30 days",
        made="body",
        joins="id request",
        nobody="type at",
    ),
    "regulars_importrun": Held(
        why="Files on their way in.",
        kept="the file until it went in, rows that did not for 30 days",
        made="proposal",
        staff="by_name",
        nobody="id file_name content_hash path state strict restate mapping rows_done part_done "
        "summary problem rejected_path created_at touched_at finished_at",
    ),
    "procrastinate_jobs": Held(
        why="Work for later; a friend's address until the mail to them is written.",
        kept="until done",
        made="args",
        nobody="id queue_name task_name lock status scheduled_at attempts queueing_lock priority "
        "abort_requested worker_id",
    ),
}
"""Rows that belong to a customer, or may hold something of one."""
