"""Security Hub, where moto answers what AWS never would."""

from __future__ import annotations

import json
from typing import Any, Final

from local.cloud.corrections.registry import Corrected, adds, corrects, serves

_STANDARDS: Final = (
    *("aws-foundational-security-best-practices/v/1.0.0", "aws-resource-tagging-standard/v/1.0.0"),
    *(f"cis-aws-foundations-benchmark/v/{version}" for version in ("1.4.0", "3.0.0", "5.0.0")),
    *("nist-800-171/v/2.0.0", "nist-800-53/v/5.0.0", "pci-dss/v/3.2.1", "pci-dss/v/4.0.1"),
)
"""From the user guide, "Standards reference"; which two are the default, from the API reference of
``EnableSecurityHub``."""
_CIS_1_2: Final = "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0"

for _path in ("register", "get", "deregister"):
    serves("moto.securityhub", f"{{0}}/standards/{_path}$", "SecurityHubResponse")
serves("moto.securityhub", "{0}/standards$", "SecurityHubResponse")


@corrects("moto.securityhub.responses", "SecurityHubResponse.enable_security_hub")
def _enable(moto: Corrected, request: Any) -> Any:  # noqa: ANN401
    """It is enabled once; what was asked for is kept, and AWS's own standards are switched on."""
    backend, asked = request.securityhub_backend, json.loads(request.body or "{}")
    if backend.enabled:
        raise _refused("ResourceConflictException", "Account is already subscribed to Security Hub")
    answer = moto(request)
    backend.settings = {
        "AutoEnableControls": True,
        "ControlFindingGenerator": asked.get("ControlFindingGenerator") or "SECURITY_CONTROL",
    }
    backend.standards = {}
    if asked.get("EnableDefaultStandards", True):
        for arn in (_arn(request, _STANDARDS[0]), _CIS_1_2):
            _subscribe(request, arn)
    return answer


@corrects("moto.securityhub.models", "SecurityHubBackend.describe_hub")
def _describe(moto: Corrected, backend: Any, hub_arn: str | None = None) -> Any:  # noqa: ANN401
    """It tells what was asked for."""
    return {**moto(backend, hub_arn), **getattr(backend, "settings", {})}


@adds("moto.securityhub.responses", "SecurityHubResponse.update_security_hub_configuration")
def _update(request: Any) -> str:  # noqa: ANN401
    """Change what was asked for."""
    _require_on(request)
    request.securityhub_backend.settings |= json.loads(request.body)
    return "{}"


@adds("moto.securityhub.responses", "SecurityHubResponse.describe_standards")
def _describe_standards(request: Any) -> str:  # noqa: ANN401
    """List what can be enabled, all on one page."""
    arns = [*(_arn(request, each) for each in _STANDARDS), _CIS_1_2]
    return json.dumps({"Standards": [{"StandardsArn": arn} for arn in arns]})


@adds("moto.securityhub.responses", "SecurityHubResponse.batch_enable_standards")
def _enable_standards(request: Any) -> str:  # noqa: ANN401
    """Enable standards of this region."""
    _require_on(request)
    asked = json.loads(request.body)["StandardsSubscriptionRequests"]
    arns = [each["StandardsArn"] for each in asked]
    known = {*(_arn(request, each) for each in _STANDARDS), _CIS_1_2}
    if not {*arns} <= known:
        raise _refused("InvalidInputException", "StandardsArn must be one of this region's")
    return json.dumps({"StandardsSubscriptions": [_subscribe(request, arn) for arn in arns]})


@adds("moto.securityhub.responses", "SecurityHubResponse.get_enabled_standards")
def _enabled_standards(request: Any) -> str:  # noqa: ANN401
    """List enabled standards, all on one page."""
    _require_on(request)
    wanted = json.loads(request.body or "{}").get("StandardsSubscriptionArns")
    kept = request.securityhub_backend.standards
    listed = [kept[arn] for arn in kept if not wanted or arn in wanted]
    return json.dumps({"StandardsSubscriptions": listed})


@adds("moto.securityhub.responses", "SecurityHubResponse.batch_disable_standards")
def _disable_standards(request: Any) -> str:  # noqa: ANN401
    """Disable standards."""
    _require_on(request)
    gone = []
    for arn in json.loads(request.body)["StandardsSubscriptionArns"]:
        if arn not in request.securityhub_backend.standards:
            raise _refused("InvalidInputException", "a standard is not enabled")
        gone.append(request.securityhub_backend.standards.pop(arn))
    return json.dumps({"StandardsSubscriptions": gone})


def _subscribe(request: Any, standard: str) -> dict[str, Any]:  # noqa: ANN401
    backend = request.securityhub_backend
    path = standard.partition("standards/")[2] or standard.partition("ruleset/")[2]
    where = f"{backend.region_name}:{backend.account_id}"
    arn = f"arn:aws:securityhub:{where}:subscription/{path}"
    backend.standards[arn] = {
        "StandardsSubscriptionArn": arn,
        "StandardsArn": standard,
        "StandardsInput": {},
        "StandardsStatus": "READY",
    }
    told: dict[str, Any] = backend.standards[arn]
    return told


def _arn(request: Any, standard: str) -> str:  # noqa: ANN401
    return f"arn:aws:securityhub:{request.region}::standards/{standard}"


def _require_on(request: Any) -> None:  # noqa: ANN401
    request.securityhub_backend.describe_hub()


def _refused(code: str, message: str) -> Exception:
    from moto.securityhub.exceptions import SecurityHubClientError  # noqa: PLC0415  after its environment

    return SecurityHubClientError(code, message)
