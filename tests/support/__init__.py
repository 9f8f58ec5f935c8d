# SPDX-License-Identifier: Apache-2.0
"""Real servers in scratch directories, for the bench, the demo and the tests."""
