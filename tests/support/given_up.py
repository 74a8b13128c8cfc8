"""What lies in a queue of work that was given up, as AWS documents both forms: arguments of SendMessage."""

from __future__ import annotations

import json
from typing import Any

from tests.support.account import REGION

FUNCTION = f"arn:aws:lambda:{REGION}:123456789012:function:"
ERROR = {"errorType": "Retryable", "errorMessage": "Postgres\n does not answer", "stackTrace": []}


def record_of(
    function: str,
    payload: Any,
    *,
    condition: str = "RetriesExhausted",
    tries: int = 3,
    error: dict[str, Any] | None = ERROR,
) -> dict[str, Any]:
    """Lambda's: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html"""
    record = {
        "version": "1.0",
        "timestamp": "2026-11-22T13:02:11.104Z",
        "requestContext": {
            "requestId": "e4b46cbf-b738-4d2a-8880-a18cdf61200e",
            "functionArn": f"{FUNCTION}{function}:$LATEST",
            "condition": condition,
            "approximateInvokeCount": tries,
        },
        "requestPayload": payload,
    }
    if error is not None:
        record["responseContext"] = {
            "statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled",
        }  # fmt: skip
        record["responsePayload"] = error
    return {"MessageBody": json.dumps(record)}


def event_of(function: str, event: Any) -> dict[str, Any]:
    """EventBridge's: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html"""
    told = {
        "RULE_ARN": f"arn:aws:events:{REGION}:123456789012:rule/{function}",
        "TARGET_ARN": f"{FUNCTION}{function}",
        "ERROR_CODE": "NO_PERMISSIONS",
        "ERROR_MESSAGE": "may not perform lambda:InvokeFunction",
        "EXHAUSTED_RETRY_CONDITION": "MaximumRetryAttempts",
        "RETRY_ATTEMPTS": "3",
    }
    return {
        "MessageBody": json.dumps(event, ensure_ascii=False),
        "MessageAttributes": {
            name: {"DataType": "String", "StringValue": value} for name, value in told.items()
        },
    }
