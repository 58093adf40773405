"""What touches the database passed on PostgreSQL too, in a run before this one."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.services import postgres


def test_the_suite_also_passed_on_postgresql(request):
    report = request.config.getoption("--postgresql-report")
    if report is None:
        pytest.skip("`make test` runs the suite on PostgreSQL and checks its report.")
    if postgres.programs() is None:
        pytest.skip(postgres.MISSING)
    assert Path(report).exists(), "The run on PostgreSQL ended without a report."
    suite = ElementTree.parse(report).getroot().find("testsuite")
    counts = {name: int(suite.get(name)) for name in ("tests", "failures", "errors")}
    assert counts["tests"] > 0
    bad = [
        f"{case.get('classname')}::{case.get('name')}"
        for case in suite.iter("testcase")
        if case.find("failure") is not None or case.find("error") is not None
    ]
    assert bad == [], "These failed on PostgreSQL."
