from .beacons import BEACON_PATH, Beacon, read_beacon
from .edge_log import VIEW_LOGS, Hit, UnreadableLog, log_line, read_log
from .ingesting import ingest_views
from .watching import COUNTED, HostedAnalytics, WrongTime, hosted_analytics

__all__ = [
    "BEACON_PATH",
    "COUNTED",
    "VIEW_LOGS",
    "Beacon",
    "Hit",
    "HostedAnalytics",
    "UnreadableLog",
    "WrongTime",
    "hosted_analytics",
    "ingest_views",
    "log_line",
    "read_beacon",
    "read_log",
]
