"""An HTTP request as an event of API Gateway's HTTP API, and a Lambda's answer as a response.

Payload version 2.0: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import base64
import binascii
import json
import time
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.catalogue import ACCOUNT

TEXT_TYPES = ("text/", "application/json", "application/xml", "application/javascript")


def request_event(request: Request, body: bytes) -> dict[str, Any]:
    """The event for a request whose body has been read."""
    headers = joined(request.headers.items())
    cookies = [part for part in headers.pop("cookie", "").split("; ") if part]
    text, encoded = _body_text(body, headers.get("content-type", ""))
    now = time.time()
    path = request.scope.get("raw_path", request.url.path.encode()).decode("ascii", "replace")
    event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": request.url.query,
        "headers": headers,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": "local",
            "domainName": headers.get("host", "127.0.0.1"),
            "domainPrefix": "local",
            "http": {
                "method": request.method,
                "path": path,
                "protocol": f"HTTP/{request.scope.get('http_version', '1.1')}",
                "sourceIp": request.client.host if request.client else "127.0.0.1",
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": uuid.uuid4().hex,
            "routeKey": "$default",
            "stage": "$default",
            "time": f"{datetime.fromtimestamp(now, UTC):%d/%b/%Y:%H:%M:%S +0000}",
            "timeEpoch": int(now * 1000),
        },
        "isBase64Encoded": encoded,
    }
    if cookies:
        event["cookies"] = cookies
    if request.query_params:
        event["queryStringParameters"] = joined(request.query_params.multi_items())
    return {**event, "body": text} if body else event


def response_of(payload: bytes) -> Response:
    """The response for a Lambda's answer; 500 as API Gateway words it if it makes no sense."""
    answer = json.loads(payload)
    if not isinstance(answer, dict) or "statusCode" not in answer:
        return JSONResponse(answer)
    content, encoded = answer.get("body") or "", answer.get("isBase64Encoded")
    try:
        data = base64.b64decode(content, validate=True) if encoded else str(content).encode()
        response = Response(data, status_code=int(answer["statusCode"]))
    except (TypeError, ValueError, binascii.Error):
        return broken()
    for name, value in (answer.get("headers") or {}).items():
        response.headers[name] = str(value)
    for name, values in (answer.get("multiValueHeaders") or {}).items():
        for value in values:
            response.headers.append(name, str(value))
    for cookie in answer.get("cookies") or ():
        response.headers.append("set-cookie", cookie)
    return response


def broken() -> Response:
    """The function failed."""
    return JSONResponse({"message": "Internal Server Error"}, 500)


def unavailable() -> Response:
    """The function did not answer within API Gateway's limit."""
    return JSONResponse({"message": "Service Unavailable"}, 503)


def joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Repeated names joined by commas, as payload version 2.0 has them."""
    together: dict[str, str] = {}
    for name, value in pairs:
        together[name] = f"{together[name]},{value}" if name in together else value
    return together


def _body_text(body: bytes, content_type: str) -> tuple[str, bool]:
    """(text, whether it is base64)."""
    if not content_type or content_type.startswith(TEXT_TYPES):
        try:
            return body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(body).decode(), True
