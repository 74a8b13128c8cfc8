from .books import FileBooks, open_file_ledger
from .database_books import DatabaseBooks, open_ledger
from .ledger import Answer, AnswerLost, Books, DoneCall, Ledger, PaidCall
from .prices import Architecture, Prices, UnknownPlan, read_prices
from .reports import (
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
