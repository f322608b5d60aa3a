"""Every operation that the emulated GitHub serves, one module a subject."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from local.cloud.github_server import (
    access,
    accounts,
    actions,
    contents,
    environments,
    protections,
    repositories,
    rulesets,
    secrets,
)
from local.cloud.github_server.call import Handler

_SUBJECTS: Final = (
    accounts,
    repositories,
    rulesets,
    contents,
    protections,
    environments,
    actions,
    access,
    secrets,
)

ROUTES: Final[Mapping[str, Handler]] = {
    name: handler for subject in _SUBJECTS for name, handler in subject.ROUTES.items()
}
"""What serves each operation, by method and path as GitHub's description has them."""
