"""Tables about people who work for the business, and about nobody, with the privacy class of every
column."""

from __future__ import annotations

from regulars.db.privacy_tables import BOOKS, Held

STAFFED = "as long as they work here"
ALWAYS = "as long as the installation"


def _none(why: str, columns: str) -> Held:
    """A table that is about nobody."""
    return Held(why=why, kept=ALWAYS, nobody=columns)


ABOUT_STAFF = {
    "regulars_staff": Held(
        why="Who works for the business.",
        kept=STAFFED,
        staff="id email name role language is_active created_at last_login",
        joins="password",
    ),
    "regulars_staff_places": Held(
        why="Where they work.", kept=STAFFED, staff="staff_id place_id", joins="id"
    ),
    "regulars_cashier": Held(
        why="Who works at tills.",
        kept=STAFFED,
        staff="id name grants_a_day undos_a_day is_active made_at made_by_id",
        joins="pin",
    ),
    "regulars_cashier_places": Held(
        why="Where they work.", kept=STAFFED, staff="cashier_id place_id", joins="id"
    ),
    "regulars_entrylink": Held(
        why="Links that let staff in once.",
        kept="until they end",
        staff="purpose expires_at used_at created_at staff_id",
        joins="token_hash",
    ),
    "account_emailaddress": Held(
        why="Addresses that staff sign in by.",
        kept=STAFFED,
        staff="email verified primary user_id",
        joins="id",
    ),
    "account_emailconfirmation": Held(
        why="Not used.", kept="–", staff="email_address_id", joins="id key", nobody="created sent"
    ),
    "mfa_authenticator": Held(
        why="The second step of signing in.",
        kept=STAFFED,
        staff="type user_id created_at last_used_at",
        joins="id data",
    ),
    "usersessions_usersession": Held(
        why="Where staff are signed in.",
        kept="14 days",
        staff="created_at ip last_seen_at user_agent data user_id",
        joins="id session_key",
    ),
    "django_session": Held(
        why="Staff at work in a browser.",
        kept="14 days",
        staff="session_data",
        joins="session_key",
        nobody="expire_date",
    ),
    "regulars_audit": Held(
        why="Who did what lets value move.",
        kept=BOOKS,
        staff="who about details",
        nobody="id at what",
    ),
    "regulars_api_key": Held(
        why="Keys for machines.",
        kept=BOOKS,
        staff="name made_by",
        joins="id prefix hash line made_with",
        nobody="scopes per_minute made_at ends_at last_used gives",
    ),
}
"""People who work for the business."""

OF_NOBODY = {
    "regulars_api_use": _none("How much of a limit was used.", "name window used"),
    "regulars_brand": _none(
        "How the business looks.", "id colour logo logo_type address origins changed_at"
    ),
    "regulars_business": _none(
        "The business.",
        "id name zone currency region language second_factor_required created_at adjusting_limits "
        "notice_days first_steps",
    ),
    "regulars_cache": _none("Counters and other things to be lost.", "cache_key value expires"),
    "regulars_case": Held(
        why="Worked cases of programmes.",
        kept=ALWAYS,
        staff="by_name",
        nobody="id programme body kept_at",
    ),
    "regulars_consent_wording": _none(
        "What was read by who said yes.", "id language text first_at"
    ),
    "regulars_delivery": _none(
        "Messages on their way to webhooks.",
        "id state attempts next_at tried_at status code endpoint_id message_id",
    ),
    "regulars_draft": Held(
        why="Editions that are being written.",
        kept=ALWAYS,
        staff="by_name",
        nobody="programme body base ready revision changed_at",
    ),
    "regulars_edition": Held(
        why="Editions of programmes.",
        kept=ALWAYS,
        staff="by_name",
        nobody="programme edition body begins published_at withdrawn_at reason spread_at",
    ),
    "regulars_endpoint": _none(
        "Webhooks.",
        "id url types secrets state reason failures failing_since quiet_until created_at",
    ),
    "regulars_hook_order": _none(
        "How far an order of a shop is known.", "key version digest paid over dates keys"
    ),
    "regulars_hook_problem": _none(
        "What a shop sent and could not be read: where, not what.",
        "id at topic code place hook_id",
    ),
    "regulars_hook_source": _none(
        "Shops that send orders.", "id kind token_hash secret shop source created_at last_at"
    ),
    "regulars_measureresult": _none(
        "Measures over all customers.", "key kind params wanted_at computed_at seq result"
    ),
    "regulars_mirrorstate": _none("How far the mirror of facts has come.", "id seq mirrored_at"),
    "regulars_paper_code": Held(
        why="Codes on paper.",
        kept=ALWAYS,
        staff="made_by_id",
        nobody="id token name made_at ended_at place_id",
    ),
    "regulars_place": _none("Places.", "code name closed_at"),
    "regulars_product": _none("Products.", "code name category"),
    "regulars_programme": _none("Programmes.", "id position ended_at"),
    "regulars_reward_picture": _none("Pictures of rewards.", "hash type body made_at"),
    "regulars_reward_shelf": _none(
        "Rewards on offer.",
        "programme reward offered stock worth_minor cost_minor picture changed_at",
    ),
    "regulars_savedmapping": _none("How files are read.", "name mapping saved_at"),
    "regulars_scan_rule": Held(
        why="What a scan gives.",
        kept=ALWAYS,
        staff="changed_by_id",
        nobody="place_id programme activity asset a_day on_screen changed_at",
    ),
    "regulars_seal": _none(
        "Seals over the books.", "kind number first last count hash sealed_at marks"
    ),
    "regulars_shared_limit": _none("What all share.", "programme name used"),
    "regulars_till_device": Held(
        why="Browsers that are tills.",
        kept=ALWAYS,
        staff="made_by_id cashier_id session_at",
        joins="pairing_hash token_hash session_hash",
        nobody="id name pairing_until made_at paired_at revoked_at place_id",
    ),
    "auth_group": _none("Not used.", "id name"),
    "auth_group_permissions": _none("Not used.", "id group_id permission_id"),
    "auth_permission": _none("Not used.", "id name content_type_id codename"),
    "django_content_type": _none("Names of tables.", "id app_label model"),
    "django_migrations": _none("How far the schema is.", "id app name applied"),
    "procrastinate_events": _none("What became of jobs.", "id job_id type at"),
    "procrastinate_periodic_defers": _none(
        "Jobs that come again and again.", "id task_name defer_timestamp job_id periodic_id"
    ),
    "procrastinate_workers": _none("Who works.", "id last_heartbeat"),
}
"""The business and the machine."""
