# SPDX-License-Identifier: Apache-2.0
"""The conditions are real: plain sockets see of each what a real one would show them."""

import pytest
from conditions import NETWORK


@pytest.mark.parametrize("condition", [c for c in NETWORK if c.truth], ids=lambda c: c.name)
def test_sockets_see_the_condition(condition, result):
    assert result.seen == condition.truth
