# SPDX-License-Identifier: Apache-2.0
"""All conditions that the doctor must tell apart."""

from between import BETWEEN
from filters import FILTERS
from names import NAMES
from places import PLACES
from servers import SERVERS

CONDITIONS = [*PLACES, *FILTERS, *BETWEEN, *NAMES, *SERVERS]
