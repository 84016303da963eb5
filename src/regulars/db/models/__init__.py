"""The tables. Rows of a customer carry `customer_id` first in their keys."""

from regulars.db.models.api import AnswerRow, ApiKey, ApiUse
from regulars.db.models.audit import AuditRow
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
from regulars.db.models.mail import OutMail
from regulars.db.models.measure import MeasureResult, MirrorState
from regulars.db.models.portal import (
    Brand,
    Consent,
    ConsentWording,
    EntryTicket,
    Invitation,
    Leaving,
    MemberSession,
    SignInTry,
)
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
from regulars.db.models.scan import PaperCode, Scan, ScanRule
from regulars.db.models.staff import EntryLink, Role, Staff
from regulars.db.models.till import Cashier, TillDeed, TillDevice
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
    "AnswerRow",
    "ApiKey",
    "ApiUse",
    "AttemptRow",
    "AuditRow",
    "Brand",
    "Business",
    "Cashier",
    "CodeRow",
    "Consent",
    "ConsentWording",
    "Customer",
    "CustomerLink",
    "CustomerNote",
    "CustomerTag",
    "Delivery",
    "EditionRow",
    "Endpoint",
    "EntryLink",
    "EntryTicket",
    "FactKey",
    "FactRow",
    "Friend",
    "HolderState",
    "HookOrder",
    "HookProblem",
    "HookSource",
    "IdentifierRow",
    "ImportRun",
    "Invitation",
    "Leaving",
    "MeasureResult",
    "MemberSession",
    "MirrorState",
    "NamedFact",
    "OutMail",
    "OutMessage",
    "PaperCode",
    "Place",
    "Product",
    "ProgrammeRow",
    "PromiseKey",
    "RefundTie",
    "Role",
    "SavedMapping",
    "Scan",
    "ScanRule",
    "Seal",
    "SearchToken",
    "SentEffect",
    "SharedLimit",
    "SignInTry",
    "Signal",
    "Staff",
    "Standing",
    "TillDeed",
    "TillDevice",
    "TransferRow",
    "VoucherRow",
]
