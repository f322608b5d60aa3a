"""The GitHub provider: the table of its types, one module a subject.

To add a type, write down its calls; ``docs/local-cloud.md`` shows how, and ``github_api.py`` says
what an operation is made of.
"""

from __future__ import annotations

import importlib.metadata
from typing import Final

from local.cloud.github import (
    access,
    actions,
    branches,
    environments,
    files,
    functions,
    organizations,
    repositories,
    rulesets,
    secrets,
)
from local.cloud.github_api import GitHubSession
from local.cloud.provider import Provider

_SUBJECTS: Final = (
    access,
    actions,
    branches,
    environments,
    files,
    organizations,
    repositories,
    rulesets,
    secrets,
)

GITHUB: Final = Provider(
    name="github",
    version=importlib.metadata.version("pulumi_github"),
    resources={each.token: each for subject in _SUBJECTS for each in subject.RESOURCES},
    functions=functions.FUNCTIONS,
    connect=GitHubSession,
)
"""The GitHub provider."""
