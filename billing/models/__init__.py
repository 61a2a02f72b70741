"""The ledger: what is charged, billed, paid and owed."""

from billing.models.accounts import AccountEntry, DayClosing, DayCount, Deposit, DepositMove
from billing.models.bank_files import BankFile, BankLine
from billing.models.bills import Bill, BillLine, BillReversal, Dispute, Handover
from billing.models.charges import ChargeItem, Exemption, Lease, LedgerSettings, Rate, SharedCost
from billing.models.collection import CollectionVisit, PaymentPromise
from billing.models.invoices import InvoiceRequest
from billing.models.meters import Meter, MeterReading
from billing.models.payments import (
    Allocation,
    LateFee,
    LateFeePolicy,
    LateFeeWaiver,
    Method,
    Payment,
    Receipt,
    Refund,
    UnitAccount,
    WriteOff,
)
from billing.models.reminders import (
    Deferral,
    Reminder,
    ReminderNotice,
    ReminderRun,
    ReminderStep,
    ReminderText,
)
from billing.models.runs import BillingRun, DraftLine, RunProblem

__all__ = [
    "AccountEntry",
    "Allocation",
    "BankFile",
    "BankLine",
    "Bill",
    "BillLine",
    "BillReversal",
    "BillingRun",
    "ChargeItem",
    "CollectionVisit",
    "DayClosing",
    "DayCount",
    "Deferral",
    "Deposit",
    "DepositMove",
    "Dispute",
    "DraftLine",
    "Exemption",
    "Handover",
    "InvoiceRequest",
    "LateFee",
    "LateFeePolicy",
    "LateFeeWaiver",
    "Lease",
    "LedgerSettings",
    "Meter",
    "MeterReading",
    "Method",
    "Payment",
    "PaymentPromise",
    "Rate",
    "Receipt",
    "Refund",
    "Reminder",
    "ReminderNotice",
    "ReminderRun",
    "ReminderStep",
    "ReminderText",
    "RunProblem",
    "SharedCost",
    "UnitAccount",
    "WriteOff",
]  # fmt: skip
