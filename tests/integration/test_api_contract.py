"""Thousands of requests, made from the OpenAPI document by Schemathesis: right ones, wrong ones, and both mixed.

They go over HTTP to a service that has incidents, scans and workloads. No answer may be a 5xx, nor one that the
document does not tell of. CONTRACT_CASES makes more of them for each operation.
"""

import os

import hypothesis
import pytest
import schemathesis
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.main import create_app
from app.settings import load_settings
from tests.support.findings import report
from tests.support.servers import wait_until
from tests.support.service import running_service

_CASES = int(os.environ.get("CONTRACT_CASES", "25"))
_CHECKS = [
    *(not_a_server_error, status_code_conformance, content_type_conformance),
    *(response_headers_conformance, response_schema_conformance),
]

_OF_FRAMING = frozenset({"connection", "content-length", "expect", "te", "trailer", "transfer-encoding", "upgrade"})


def _operations():
    app = create_app(load_settings(insecure_no_auth=True), sa.create_engine("sqlite://"), lambda control: report())
    return {one.ok().label: one.ok() for one in schemathesis.openapi.from_dict(app.openapi()).get_all_operations()}


OPERATIONS = _operations()


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    folder = tmp_path_factory.mktemp("contract")
    with (
        running_service(folder, "--insecure-no-auth", data_dir=folder, scan_on_start="true") as service,
        service.client() as client,
    ):
        wait_until(lambda: client.get("/api/v1/incidents").json()["items"], "the first scan is done")
        yield service.url


@pytest.mark.parametrize("mode", list(GenerationMode), ids=str)
@pytest.mark.parametrize("label", OPERATIONS)
def test_each_answer_is_one_that_the_document_tells_of(url, label, mode):
    @hypothesis.settings(
        max_examples=_CASES, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @hypothesis.given(OPERATIONS[label].as_strategy(generation_mode=mode))
    def each(case):
        # How a message is framed is between the client and the server's parser, not of the document.
        hypothesis.assume(_OF_FRAMING.isdisjoint(name.lower() for name in case.headers or {}))
        case.call_and_validate(base_url=url, checks=_CHECKS, timeout=30)

    try:
        each()
    except hypothesis.errors.Unsatisfiable:
        pytest.skip("an operation without parameters has no wrong request")
