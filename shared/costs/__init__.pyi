from .books import FileBooks, open_file_ledger
from .database_books import DatabaseBooks, open_ledger
from .database_slots import DatabaseSlots
from .estimating import Estimate, EstimateAsked, Range, StepEstimate, estimate
from .ledger import Answer, AnswerLost, Books, Ledger, PaidCall
from .prices import Architecture, Prices, UnknownPlan, read_prices
from .reporting import By, CostLine, CostReport, WrongPeriod, cost_report
from .reports import (
    InvocationLine,
    InvocationReport,
    LogBatch,
    UnsettledCall,
    decode_subscription,
    parse_invocation_line,
    parse_report,
    price_invocation,
    unsettled_calls,
)
from .slots import FileSlots, Slots
from .vendor_limits import Allowance, VendorState, note_refusal, vendor_states, watch_allowance

__all__ = [
    "Allowance",
    "Answer",
    "AnswerLost",
    "Architecture",
    "Books",
    "By",
    "CostLine",
    "CostReport",
    "DatabaseBooks",
    "DatabaseSlots",
    "Estimate",
    "EstimateAsked",
    "FileBooks",
    "FileSlots",
    "InvocationLine",
    "InvocationReport",
    "Ledger",
    "LogBatch",
    "PaidCall",
    "Prices",
    "Range",
    "Slots",
    "StepEstimate",
    "UnknownPlan",
    "UnsettledCall",
    "VendorState",
    "WrongPeriod",
    "cost_report",
    "decode_subscription",
    "estimate",
    "note_refusal",
    "open_file_ledger",
    "open_ledger",
    "parse_invocation_line",
    "parse_report",
    "price_invocation",
    "read_prices",
    "unsettled_calls",
    "vendor_states",
    "watch_allowance",
]
