"""Access Analyzer, which moto lacks: a service in the form of moto's own.

It keeps analyzers and their tags. It analyzes nothing: there are no findings.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import unquote

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import JsonRESTError
from moto.core.responses import BaseResponse

from local.cloud import constraints

_MOST: Final = {"ACCOUNT": 1, "ACCOUNT_INTERNAL_ACCESS": 1, "ACCOUNT_UNUSED_ACCESS": 1}
"""Analyzers of a type in an account and region, from the IAM User Guide's "IAM Access Analyzer
quotas"; those of an organization need one."""


class AccessAnalyzerBackend(BaseBackend):
    """What Access Analyzer keeps in a region of an account."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.analyzers: dict[str, dict[str, Any]] = {}

    @property
    def flask_paths(self) -> dict[str, Callable[..., Any]]:
        """Analyzers by name, tags by ARN."""
        answer = AccessAnalyzerResponse.dispatch
        return dict.fromkeys(("/analyzer", "/analyzer/<name>", "/tags/<path:arn>"), answer)

    def arn(self, name: str) -> str:
        """Return an analyzer's ARN."""
        where = f"{self.region_name}:{self.account_id}"
        return f"arn:{self.partition}:access-analyzer:{where}:analyzer/{name}"

    def analyzer(self, name: str) -> dict[str, Any]:
        """Return an analyzer."""
        if name not in self.analyzers:
            raise _RefusedError("ResourceNotFoundException", "Analyzer not found", 404)
        return self.analyzers[name]


class _RefusedError(JsonRESTError):
    def __init__(self, code: str, message: str, status: int) -> None:
        super().__init__(code, message)
        self.code = status


class AccessAnalyzerResponse(BaseResponse):
    """Answers requests."""

    def __init__(self) -> None:
        super().__init__(service_name="accessanalyzer")

    @property
    def _backend(self) -> AccessAnalyzerBackend:
        return accessanalyzer_backends[self.current_account][self.region]

    def _last(self) -> str:
        """Return the last part of the path: a name, or an ARN."""
        return unquote(self.path).split("/", 2)[2]

    def create_analyzer(self) -> str:
        """Create an analyzer."""
        asked: dict[str, Any] = json.loads(self.body or "{}")
        wrong = constraints.violations("accessanalyzer", "CreateAnalyzer", asked)
        if wrong:
            raise _RefusedError("ValidationException", "; ".join(wrong), 400)
        name, type_, backend = asked["analyzerName"], asked["type"], self._backend
        if type_ not in _MOST:
            raise _RefusedError("ValidationException", "The account is in no organization.", 400)
        if name in backend.analyzers:
            raise _RefusedError("ConflictException", "An analyzer of this name exists.", 409)
        if [each["type"] for each in backend.analyzers.values()].count(type_) >= _MOST[type_]:
            message = "You have reached the maximum number of analyzers of this type."
            raise _RefusedError("ServiceQuotaExceededException", message, 402)
        backend.analyzers[name] = {
            "arn": backend.arn(name),
            "name": name,
            "type": type_,
            "createdAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "status": "ACTIVE",
            "tags": dict(asked.get("tags") or {}),
            **({"configuration": asked["configuration"]} if asked.get("configuration") else {}),
        }
        return json.dumps({"arn": backend.arn(name)})

    def get_analyzer(self) -> str:
        """Describe an analyzer."""
        return json.dumps({"analyzer": self._backend.analyzer(self._last())})

    def update_analyzer(self) -> str:
        """Change what an analyzer leaves out; the age is for good."""
        analyzer = self._backend.analyzer(self._last())
        new, old = json.loads(self.body).get("configuration", {}), analyzer.get("configuration", {})
        ages = [each.get("unusedAccess", {}).get("unusedAccessAge") for each in (old, new)]
        if ages[0] != ages[1]:
            raise _RefusedError("ValidationException", "unusedAccessAge cannot be changed.", 400)
        analyzer["configuration"] = new
        return json.dumps({"configuration": new})

    def list_analyzers(self) -> str:
        """List analyzers, all on one page."""
        wanted = self.querystring.get("type", [None])[0]
        listed = [
            each for each in self._backend.analyzers.values() if wanted in (None, each["type"])
        ]
        return json.dumps({"analyzers": listed})

    def delete_analyzer(self) -> str:
        """Delete an analyzer."""
        del self._backend.analyzers[self._backend.analyzer(self._last())["name"]]
        return "{}"

    def _tags(self) -> dict[str, str]:
        tags: dict[str, str] = self._backend.analyzer(self._last().rpartition("/")[2])["tags"]
        return tags

    def tag_resource(self) -> str:
        """Add tags to an analyzer."""
        tags = self._tags()
        tags |= json.loads(self.body)["tags"]
        return "{}"

    def untag_resource(self) -> str:
        """Take tags from an analyzer."""
        for key in self.querystring.get("tagKeys", []):
            self._tags().pop(key, None)
        return "{}"

    def list_tags_for_resource(self) -> str:
        """List an analyzer's tags."""
        return json.dumps({"tags": self._tags()})


accessanalyzer_backends: Final = BackendDict(AccessAnalyzerBackend, "accessanalyzer")
