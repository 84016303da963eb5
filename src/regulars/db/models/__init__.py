"""The tables. Rows of a customer carry `customer_id` first in their keys."""

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
from regulars.db.models.staff import EntryLink, Role, Staff

__all__ = [
    "Business",
    "Customer",
    "CustomerLink",
    "CustomerNote",
    "CustomerTag",
    "EntryLink",
    "FactKey",
    "FactRow",
    "IdentifierRow",
    "ImportRun",
    "MeasureResult",
    "MirrorState",
    "Place",
    "Product",
    "RefundTie",
    "Role",
    "SavedMapping",
    "SearchToken",
    "Staff",
    "Standing",
]
