"""Print `docs/coverage.md` from the rules and the table of what none of them judges."""

from __future__ import annotations

import sys

from policy_pack.coverage import render

sys.stdout.write(render())
