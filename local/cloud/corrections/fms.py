"""Firewall Manager, which moto lacks: a service in the form of moto's own.

It keeps policies, their tags and the administrator account. It puts nothing into effect: no web ACL
is made in any account.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any, Final

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import JsonRESTError
from moto.core.responses import BaseResponse

from local.cloud import constraints

_HOME: Final = "us-east-1"
"""Where the administrator is kept."""


class FmsBackend(BaseBackend):
    """What Firewall Manager keeps in a region of an account."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.policies: dict[str, dict[str, Any]] = {}
        self.tags: dict[str, dict[str, str]] = {}
        self.administrator = ""

    @property
    def flask_paths(self) -> dict[str, Callable[..., Any]]:
        """All is asked for at the root."""
        return {"/": FmsResponse.dispatch}

    def arn(self, policy_id: str) -> str:
        """Return a policy's ARN."""
        return f"arn:{self.partition}:fms:{self.region_name}:{self.account_id}:policy/{policy_id}"

    def policy(self, policy_id: str) -> dict[str, Any]:
        """Return a policy."""
        if policy_id not in self.policies:
            raise _absent()
        return self.policies[policy_id]

    def tags_of(self, arn: str) -> dict[str, str]:
        """Return a policy's tags."""
        if arn not in self.tags:
            raise _absent()
        return self.tags[arn]


def _absent() -> JsonRESTError:
    return JsonRESTError("ResourceNotFoundException", "The specified resource was not found.")


class FmsResponse(BaseResponse):
    """Answers requests."""

    def __init__(self) -> None:
        super().__init__(service_name="fms")

    @property
    def _backend(self) -> FmsBackend:
        return fms_backends[self.current_account][self.region]

    @property
    def _administration(self) -> FmsBackend:
        return fms_backends[self.current_account][_HOME]

    def _asked(self) -> dict[str, Any]:
        """Return the request, which must be what the service's model says."""
        asked: dict[str, Any] = json.loads(self.body or "{}")
        wrong = constraints.violations("fms", self._get_action(), asked)
        if wrong:
            raise JsonRESTError("InvalidInputException", "; ".join(wrong))
        return asked

    def put_policy(self) -> str:
        """Create or change a policy."""
        asked = self._asked()
        policy, backend = dict(asked["Policy"]), self._backend
        if "PolicyId" in policy:
            known = backend.policy(policy["PolicyId"])
            if policy.get("PolicyUpdateToken") != known["PolicyUpdateToken"]:
                raise JsonRESTError(
                    "InvalidOperationException", "PolicyUpdateToken is not of the current version."
                )
        else:
            policy["PolicyId"] = str(uuid.uuid4())
        policy |= {"PolicyStatus": "ACTIVE", "PolicyUpdateToken": f"1:{uuid.uuid4()}"}
        arn = backend.arn(policy["PolicyId"])
        backend.policies[policy["PolicyId"]] = policy
        tags = backend.tags.setdefault(arn, {})
        tags |= {each["Key"]: each["Value"] for each in asked.get("TagList", [])}
        return json.dumps({"Policy": policy, "PolicyArn": arn})

    def get_policy(self) -> str:
        """Describe a policy."""
        policy = self._backend.policy(self._asked()["PolicyId"])
        return json.dumps({"Policy": policy, "PolicyArn": self._backend.arn(policy["PolicyId"])})

    def delete_policy(self) -> str:
        """Delete a policy."""
        policy_id = self._backend.policy(self._asked()["PolicyId"])["PolicyId"]
        del self._backend.policies[policy_id], self._backend.tags[self._backend.arn(policy_id)]
        return "{}"

    def list_policies(self) -> str:
        """List policies, all on one page."""
        summary = ("PolicyId", "PolicyName", "PolicyStatus", "RemediationEnabled", "ResourceType")
        listed = [
            {
                **{name: policy[name] for name in summary},
                "PolicyArn": self._backend.arn(policy["PolicyId"]),
                "SecurityServiceType": policy["SecurityServicePolicyData"]["Type"],
            }
            for policy in self._backend.policies.values()
        ]
        return json.dumps({"PolicyList": listed})

    def tag_resource(self) -> str:
        """Add tags to a policy."""
        asked = self._asked()
        tags = self._backend.tags_of(asked["ResourceArn"])
        tags |= {each["Key"]: each["Value"] for each in asked["TagList"]}
        return "{}"

    def untag_resource(self) -> str:
        """Take tags from a policy."""
        asked = self._asked()
        for key in asked["TagKeys"]:
            self._backend.tags_of(asked["ResourceArn"]).pop(key, None)
        return "{}"

    def list_tags_for_resource(self) -> str:
        """List a policy's tags."""
        tags = self._backend.tags_of(self._asked()["ResourceArn"])
        return json.dumps({"TagList": [{"Key": key, "Value": tags[key]} for key in tags]})

    def associate_admin_account(self) -> str:
        """Set the administrator."""
        account = self._asked()["AdminAccount"]
        if self._administration.administrator:
            raise JsonRESTError("InvalidOperationException", "There is one: revoke it first.")
        self._administration.administrator = account
        return "{}"

    def get_admin_account(self) -> str:
        """Tell the administrator."""
        if not self._administration.administrator:
            raise _absent()
        account = self._administration.administrator
        return json.dumps({"AdminAccount": account, "RoleStatus": "READY"})

    def disassociate_admin_account(self) -> str:
        """Have no administrator any more."""
        if not self._administration.administrator:
            raise _absent()
        self._administration.administrator = ""
        return "{}"


fms_backends: Final = BackendDict(FmsBackend, "fms")
