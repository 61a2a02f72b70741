"""The OpenAPI description: complete, without a warning, true of the running API, and readable without the internet."""

import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from django.urls import URLPattern
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from helpdesk.api_urls import urlpatterns
from helpdesk.staff.services import create_token
from helpdesk.wsgi import application

UNDESCRIBED = {"schema", "docs", "api_nowhere"}
# As a client without anything to say would call it, too: each example is drawn from what the schema allows.
EXAMPLES = settings(
    max_examples=8, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    """The schema as it is served, without a database."""
    return json.loads(json.dumps(SchemaGenerator().get_schema(request=None, public=True)))


def test_the_schema_is_valid_and_has_no_warning(tmp_path):
    call_command(
        "spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yml"), stderr=StringIO()
    )


def test_every_route_is_described_and_paths_begin_with_the_base(described):
    ours = [p for p in urlpatterns if isinstance(p, URLPattern) and p.name not in UNDESCRIBED]
    assert len(described["paths"]) == len({str(p.pattern) for p in ours})
    assert all(path.startswith("/api/v1/") and path.endswith("/") for path in described["paths"])


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_every_operation_says_who_may_and_what_can_go_wrong(described):
    assert described["components"]["securitySchemes"]["token"] == {"type": "http", "scheme": "bearer"}
    for path, method, operation in operations(described):
        public = path.startswith("/api/v1/public/")
        assert operation.get("security", []) == ([] if public else [{"token": []}]), path
        assert public or {"401", "403", "429"} <= set(operation["responses"]), path
        assert method != "post" or {"400", "409", "413", "415", "422"} <= set(operation["responses"]), path
        headers = {p["name"] for p in operation.get("parameters", []) if p["in"] == "header"}
        assert headers == {"post": {"Idempotency-Key"}, "patch": {"If-Match"}, "delete": {"If-Match"}}.get(
            method, set()
        ), path


def test_lists_are_described_with_their_links(described):
    for noun in ("tickets", "slips", "follow-ups", "contacts", "units", "residents", "staff", "estates"):
        get = described["paths"][f"/api/v1/{noun}/"]["get"]
        name = get["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[-1]
        assert set(described["components"]["schemas"][name]["properties"]) == {"next", "previous", "results"}
        assert {"cursor", "page_size", "ordering"} <= {p["name"] for p in get["parameters"]}


# --- the schema and the running API -----------------------------------------------------------------------------------


@pytest.fixture
def running(db, visit, slip, held, call, unit, resident, clerk, settings) -> Any:
    """The API over WSGI, called with a clerk's token, on ids that exist about every second time."""
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"DEFAULT_THROTTLE_RATES": {"token": "100000/min"}}
    _token, plain = create_token(clerk, name="schema", actor=None)
    there = {"tickets": held.ticket_id, "slips": slip.pk, "follow-ups": visit.pk, "contacts": call.pk, "units": unit.pk,
             "residents": resident.pk, "staff": clerk.pk, "estates": clerk.estate_ids[0]}  # fmt: skip
    # As Django's own test client does: the connection of the test outlives a request.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application)

    @schema.hook
    def map_path_parameters(context: Any, parameters: dict[str, Any] | None) -> dict[str, Any] | None:
        noun = context.operation.path.removeprefix("/api/v1/").split("/")[0]
        if not parameters or noun not in there or len(str(parameters.get("id", ""))) % 2 == 0:
            return parameters
        return parameters | {"id": there[noun]}

    yield schema, {"Authorization": f"Bearer {plain}"}
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_what_the_api_answers_is_what_the_schema_says(running):
    schema, headers = running
    checks = (not_a_server_error, response_schema_conformance, status_code_conformance)
    for operation in (result.ok() for result in schema.get_all_operations()):

        @EXAMPLES
        @given(case=operation.as_strategy())
        def agree(case: Any) -> None:
            case.call_and_validate(checks=checks, headers=headers)

        agree()


# --- the page of documents --------------------------------------------------------------------------------------------


def test_the_documents_come_from_our_own_files(client: Client):
    page = client.get("/api/v1/docs/")
    assert page.status_code == 200 and b"https://" not in page.content and b"http://" not in page.content
    policy = page["Content-Security-Policy"]
    assert "style-src 'self' 'unsafe-inline'" in policy and policy.count("unsafe") == 1
    assert "'unsafe-inline'" not in client.get("/api/v1/schema/").headers["Content-Security-Policy"]
