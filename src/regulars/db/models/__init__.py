"""The tables. Rows of a customer carry `customer_id` first in their keys."""

from regulars.db.models.api import ApiKey, ApiUse
from regulars.db.models.business import Business, Place, Product
from regulars.db.models.customer import (
    Customer,
    CustomerLink,
    CustomerNote,
    CustomerTag,
    IdentifierRow,
    SearchToken,
    Standing,
)
from regulars.db.models.fact import FactKey, FactRow, RefundTie
from regulars.db.models.importing import ImportRun, SavedMapping
from regulars.db.models.measure import MeasureResult, MirrorState
from regulars.db.models.programme import (
    Adjustment,
    AttemptRow,
    CodeRow,
    EditionRow,
    Friend,
    HolderState,
    NamedFact,
    ProgrammeRow,
    PromiseKey,
    Seal,
    SentEffect,
    SharedLimit,
    Signal,
    TransferRow,
    VoucherRow,
)
from regulars.db.models.staff import EntryLink, Role, Staff
from regulars.db.models.webhook import (
    Delivery,
    Endpoint,
    HookOrder,
    HookProblem,
    HookSource,
    OutMessage,
)

__all__ = [
    "Adjustment",
    "ApiKey",
    "ApiUse",
    "AttemptRow",
    "Business",
    "CodeRow",
    "Customer",
    "CustomerLink",
    "CustomerNote",
    "CustomerTag",
    "Delivery",
    "EditionRow",
    "Endpoint",
    "EntryLink",
    "FactKey",
    "FactRow",
    "Friend",
    "HolderState",
    "HookOrder",
    "HookProblem",
    "HookSource",
    "IdentifierRow",
    "ImportRun",
    "MeasureResult",
    "MirrorState",
    "NamedFact",
    "OutMessage",
    "Place",
    "Product",
    "ProgrammeRow",
    "PromiseKey",
    "RefundTie",
    "Role",
    "SavedMapping",
    "Seal",
    "SearchToken",
    "SentEffect",
    "SharedLimit",
    "Signal",
    "Staff",
    "Standing",
    "TransferRow",
    "VoucherRow",
]
