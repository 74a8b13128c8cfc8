"""Routes are loaded by section: each is found in its own, and nobody loads another's."""

from __future__ import annotations

import subprocess
import sys

import pytest
from fastapi.routing import APIRoute

from functions.api.routes import SECTIONS, all_routers, router_of, section_of
from functions.api.routes.videos import router as videos


def routes() -> list[APIRoute]:
    return [route for router in all_routers() for route in router.routes if isinstance(route, APIRoute)]


@pytest.mark.parametrize("route", routes(), ids=lambda route: f"{sorted(route.methods)} {route.path}")
def test_a_route_is_in_the_section_that_its_path_names(route: APIRoute) -> None:
    section = section_of(route.path.replace("{", "").replace("}", ""))
    assert section is not None
    module = route.endpoint.__module__.rpartition(".")[2]
    assert module in SECTIONS[section]


def test_a_section_is_whole_parts_of_a_path() -> None:
    assert section_of("/api/v1/videos/hosted/7/analytics") == "/api/v1/videos/hosted"
    assert section_of("/api/v1/videos/7") == section_of("/api/v1/videos") == "/api/v1/videos"
    assert section_of("/api/v1/videosx") is section_of("/openapi.json") is section_of("/") is None
    assert router_of("/api/v1/videos") is not videos  # it has those of video_actions too


_CODE = """
import sys
from types import SimpleNamespace
from functions.api.handler import handler
def loaded():
    print(*(name for name in sys.modules if name.startswith("functions.api.routes.")))
loaded()
http = {"method": "GET", "path": "/health", "sourceIp": "192.0.2.7", "protocol": "HTTP/1.1"}
asked = {"http": http, "stage": "$default", "requestId": "1"}
event = {"version": "2.0", "routeKey": "$default", "rawPath": "/health", "rawQueryString": "", "headers": {},
         "requestContext": asked, "isBase64Encoded": False}
answer = handler(event, SimpleNamespace())
assert answer["statusCode"] == 200, answer
loaded()
print(*(name for name in sys.modules if name == "shared.database.models.hosted"))
"""


def test_the_handler_loads_no_routes_and_a_request_those_of_its_section() -> None:
    done = subprocess.run([sys.executable, "-c", _CODE], capture_output=True, text=True)
    said = [line for line in done.stdout.splitlines() if not line.startswith("{")]
    assert said == ["", "functions.api.routes.health", ""], done.stderr
