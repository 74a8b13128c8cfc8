"""Costs: prices, the ledger of paid calls, and what each invocation cost."""

from shared.costs.books import FileBooks, open_file_ledger
from shared.costs.database_books import DatabaseBooks, open_ledger
from shared.costs.ledger import Answer, AnswerLost, Books, DoneCall, Ledger, PaidCall
from shared.costs.prices import Architecture, Prices, UnknownPlan, read_prices
from shared.costs.reports import (
    InvocationLine,
    InvocationReport,
    LogBatch,
    decode_subscription,
    parse_invocation_line,
    parse_report,
    price_invocation,
)

__all__ = [
    "Answer",
    "AnswerLost",
    "Architecture",
    "Books",
    "DatabaseBooks",
    "DoneCall",
    "FileBooks",
    "InvocationLine",
    "InvocationReport",
    "Ledger",
    "LogBatch",
    "PaidCall",
    "Prices",
    "UnknownPlan",
    "decode_subscription",
    "open_file_ledger",
    "open_ledger",
    "parse_invocation_line",
    "parse_report",
    "price_invocation",
    "read_prices",
]
