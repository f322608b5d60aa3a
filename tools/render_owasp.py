"""Print `docs/owasp.md` from the table of managed rule groups."""

from __future__ import annotations

import sys

from secure_components.web_application_firewall.managed_rules import render

sys.stdout.write(render())
