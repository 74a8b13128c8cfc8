"""What is asked of the logs, in CloudWatch Logs Insights' language."""

from __future__ import annotations

SHORT_ERRORS = """\
filter level in ["ERROR", "CRITICAL"] or @message like /^\\[ERROR\\]|Task timed out|Runtime exited/
| fields coalesce(message, substr(@message, 0, 200)) as what,
    coalesce(request_id, function_request_id, @requestId) as request
| stats count(*) as times, latest(request) as latest_request, max(@timestamp) as last_seen by what
| sort times desc
| limit 20"""
"""As the dashboard shows it. A line of ours is JSON with a level; what the runtime says of a handler that
raised, of a timeout or of a process that died is text."""

ERRORS_BY_MESSAGE = """\
filter level in ["ERROR", "CRITICAL"] or @message like /^\\[ERROR\\]|Task timed out|Runtime exited/
| fields coalesce(message, substr(@message, 0, 200)) as what,
    coalesce(request_id, function_request_id, @requestId) as request
| stats count(*) as times, earliest(request) as first_request, latest(request) as latest_request,
    min(@timestamp) as first_seen, max(@timestamp) as last_seen by what, @log
| sort times desc
| limit 100"""

ONE_REQUEST = """\
# Put the request id between the slashes: everything that any function said of it, in order.
filter @message like /PUT-THE-REQUEST-ID-HERE/
| fields @timestamp, level, coalesce(message, @message) as what, video_id, step, @log
| sort @timestamp asc
| limit 1000"""

SPEND_BY_SOURCE = """\
filter ispresent(SpendUSD.0)
| stats sum(SpendUSD.0) as usd, count(*) as entries by kind, source
| sort usd desc"""
