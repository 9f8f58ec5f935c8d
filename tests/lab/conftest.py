# SPDX-License-Identifier: Apache-2.0
"""The experiment: built once, with what the selected tests need, before the first of them."""

import os
import shutil

import pytest
from experiment import Experiment


@pytest.fixture(scope="session")
def laboratory_certificates(session_scratch):
    assert os.geteuid() == 0, "the laboratory makes network namespaces: it wants root"
    return session_scratch / "laboratory"


def _selected(session):
    """The conditions that tests of this session are about, each once."""
    found = {}
    for item in session.items:
        condition = getattr(item, "callspec", None) and item.callspec.params.get("condition")
        if condition:
            found[condition.name] = condition
    return list(found.values())


@pytest.fixture(scope="session")
def program(build, session_scratch):
    """Where nobody may run it, wherever the build is."""
    return shutil.copy(build / "src/cli/sallyport", session_scratch / "sallyport")


@pytest.fixture(scope="session")
def results(request, laboratory_certificates, program):
    return Experiment(_selected(request.session), laboratory_certificates, program).results()


@pytest.fixture
def result(results, condition):
    found = results[condition.name]
    if found.error:
        raise found.error
    return found
