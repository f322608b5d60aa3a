"""How guards come into documents: few, within what AWS takes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from secure_components.organization_guardrails.guards import Guard, Settings

LIMIT: Final = 5120
"""Characters of a document, spaces included (AWS Organizations User Guide, "Quotas").

For service control policies AWS is said to have doubled this, and the number of policies at a
target, in May 2026; the pages of the guide that could be seen do not say so yet. What fits here
fits there."""
ATTACHED: Final = 4
"""Documents of a kind that a target takes beside AWS's own, which allows everything: 5 in all."""
LONGEST_ID: Final = "o-" + "x" * 32
"""An organization's id at its longest: stands for one that is not known yet."""


def text(guards: Sequence[Guard], settings: Settings) -> str:
    """Return the document of some guards, without a space too many."""
    statements = [one for guard in guards for one in guard.statements(settings)]
    document = {"Version": "2012-10-17", "Statement": statements}
    return json.dumps(document, separators=(",", ":"))


def pack(guards: Sequence[Guard], settings: Settings) -> list[list[Guard]]:
    """Return which guards share a document: each goes into the first that has room for it.

    In the table's order, so that few guards move to another document when one grows. One that fits
    nowhere is alone, however large: what does not fit is for the caller to refuse.
    """
    documents: list[list[Guard]] = []
    for guard in guards:
        room = (one for one in documents if len(text([*one, guard], settings)) <= LIMIT)
        found = next(room, None)
        if found is None:
            documents.append([guard])
        else:
            found.append(guard)
    return documents
