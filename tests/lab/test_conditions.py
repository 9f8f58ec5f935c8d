# SPDX-License-Identifier: Apache-2.0
"""The conditions are real: plain sockets see of each what a real one would show them."""

import pytest
from conditions import CONDITIONS
from experiment import dialog_of
from faults import FAULTS
from laboratory import CONTROL_PORTS


@pytest.mark.parametrize("condition", [c for c in CONDITIONS if c.truth], ids=lambda c: c.name)
def test_sockets_see_the_condition(condition, result):
    assert result.seen == condition.truth


@pytest.mark.parametrize("condition", [c for c in CONDITIONS if c.names], ids=lambda c: c.name)
def test_the_resolver_answers_as_it_must(condition, result):
    assert result.names == condition.names


@pytest.mark.parametrize("condition", [c for c in CONDITIONS if c.dialog], ids=lambda c: c.name)
def test_a_plain_dialog_ends_as_it_must(condition, result):
    assert result.dialog.startswith(dialog_of(condition))


def test_no_name_is_given_twice():
    names = [c.name for c in CONDITIONS]
    assert sorted(names) == sorted(set(names))


def test_every_fault_is_a_condition_or_part_of_one():
    played = {fault for c in CONDITIONS for fault in c.ports.values()}
    played |= set(CONTROL_PORTS.values())
    played |= {f for c in CONDITIONS for _, ports in c.others.values() for f in ports.values()}
    assert played == set(FAULTS)
