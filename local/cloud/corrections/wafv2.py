"""AWS WAF, where moto answers what AWS never would."""

from __future__ import annotations

import importlib
import json
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from local.cloud import capacity, policies
from local.cloud.corrections.registry import Corrected, adds, corrects
from secure_components.web_application_firewall.managed_rules import MANAGED_RULE_GROUPS

_MODELS: Final = "moto.wafv2.models"
_RESPONSES: Final = "moto.wafv2.responses"
_GLOBAL: Final = "global"
"""Where moto keeps what is for CloudFront; its region is us-east-1 to everybody else."""

_OF_GROUPS: Final = (
    "CustomResponseBodies",
    "Description",
    "MonetizationConfig",
    "Rules",
    "VisibilityConfig",
)
_OF_WEB_ACLS: Final = (
    *_OF_GROUPS,
    "ApplicationConfig",
    "AssociationConfig",
    "CaptchaConfig",
    "ChallengeConfig",
    "DataProtectionConfig",
    "DefaultAction",
    "OnSourceDDoSProtectionConfig",
    "TokenDomains",
)
"""What a request says and the answer tells again."""

_WEB_ACL: Final = re.compile(
    r"arn:aws[\w-]*:wafv2:([\w-]+):\d{12}:(regional|global)/webacl/[^/]+/[^/]+"
)


# --- Web ACLs and rule groups, kept as they were put ---


@corrects(_RESPONSES, "WAFV2Response.create_web_acl")
def _create_web_acl(moto: Corrected, request: Any) -> Any:  # noqa: ANN401  moto's own
    """All that was asked for is kept, refers to what exists, and needs what it needs."""
    body, backend = _asked(request)
    units = _units(backend, body, "WEB_ACL", capacity.MAX_UNITS)
    answer = moto(request)
    acl = backend.wacls[json.loads(answer[2])["Summary"]["ARN"]]
    acl.put, acl.capacity = _put(_OF_WEB_ACLS, body), units
    return answer


@corrects(_RESPONSES, "WAFV2Response.update_web_acl")
def _update_web_acl(moto: Corrected, request: Any) -> Any:  # noqa: ANN401
    """An update takes the place of all that was there."""
    body, backend = _asked(request)
    units = _units(backend, body, "WEB_ACL", capacity.MAX_UNITS)
    answer = moto(request)
    acl = backend.get_web_acl(None, body["Name"], body["Id"])
    acl.put, acl.capacity = _put(_OF_WEB_ACLS, body), units
    return answer


@corrects(_MODELS, "FakeWebACL.to_dict")
def _describe_web_acl(moto: Corrected, acl: Any) -> Any:  # noqa: ANN401
    """A web ACL is told as it was put, and nobody but its owner manages it."""
    own = {name: value for name, value in moto(acl).items() if name not in _OF_WEB_ACLS}
    managed = {"ManagedByFirewallManager": False, "RetrofittedByFirewallManager": False}
    return {**own, **managed, **acl.put}


@corrects(_MODELS, "WAFV2Backend.delete_web_acl")
def _delete_web_acl(
    moto: Corrected,
    backend: Any,  # noqa: ANN401
    name: str,
    scope: str,
    _id: str,
    lock_token: str,
) -> None:
    """A web ACL in front of something stays; its logging goes with it [our inference]."""
    acl = backend.get_web_acl(None, name, _id)
    if acl.associated_resources or _is_before_a_distribution(backend.account_id, acl.arn):
        raise _in_use()
    moto(backend, name, scope, _id, lock_token)
    region = "us-east-1" if _is_global(backend) else backend.region_name
    _waf(backend.account_id, region).logging_configurations.pop(acl.arn, None)


@corrects(_RESPONSES, "WAFV2Response.create_rule_group")
def _create_rule_group(moto: Corrected, request: Any) -> Any:  # noqa: ANN401
    """A rule group keeps what was asked for, within its capacity."""
    body, backend = _asked(request)
    _units(backend, body, "RULE_GROUP", min(body["Capacity"], capacity.MAX_UNITS))
    answer = moto(request)
    group = backend.rule_groups[json.loads(answer[2])["Summary"]["ARN"]]
    group.put = _put(_OF_GROUPS, body)
    return answer


@corrects(_RESPONSES, "WAFV2Response.update_rule_group")
def _update_rule_group(moto: Corrected, request: Any) -> Any:  # noqa: ANN401
    """The same for its changes."""
    body, backend = _asked(request)
    group = backend.get_rule_group(body["Name"], body["Scope"], body["Id"], None)
    _units(backend, body, "RULE_GROUP", group.capacity)
    answer = moto(request)
    group.put = _put(_OF_GROUPS, body)
    return answer


@corrects(_MODELS, "FakeRuleGroup.to_dict")
def _describe_rule_group(moto: Corrected, group: Any) -> Any:  # noqa: ANN401
    """A rule group is told as it was put."""
    own = {name: value for name, value in moto(group).items() if name not in _OF_GROUPS}
    return {**own, **group.put}


@corrects(_MODELS, "WAFV2Backend.delete_rule_group")
def _delete_rule_group(  # noqa: PLR0913, PLR0917
    moto: Corrected,
    backend: Any,  # noqa: ANN401
    name: str,
    scope: str,
    id: str,  # noqa: A002
    lock_token: str,
) -> None:
    """A rule group that a web ACL refers to stays."""
    _refuse_referenced(backend, backend.get_rule_group(name, scope, id, None).arn)
    moto(backend, name=name, scope=scope, id=id, lock_token=lock_token)


@adds(_RESPONSES, "WAFV2Response.check_capacity")
def _check_capacity(request: Any) -> Any:  # noqa: ANN401
    """The units of rules can be asked for."""
    body, backend = _asked(request)
    return 200, {}, json.dumps({"Capacity": _units(backend, body, "RULE", capacity.MAX_UNITS)})


def _asked(request: Any) -> tuple[dict[str, Any], Any]:  # noqa: ANN401
    body = json.loads(request.body)
    region = _GLOBAL if body["Scope"] == "CLOUDFRONT" else request.region
    return body, _waf(request.current_account, region)


def _put(names: Sequence[str], body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a request says of a web ACL or rule group, with the API reference's defaults."""
    rules = body.get("Rules") or []
    for statement in (rule["Statement"] for rule in rules):
        if "RateBasedStatement" in statement:
            statement["RateBasedStatement"].setdefault("EvaluationWindowSec", 300)
        managed = statement.get("ManagedRuleGroupStatement", {})
        for config in managed.get("ManagedRuleGroupConfigs", ()):
            bots = config.get("AWSManagedRulesBotControlRuleSet", {})
            if bots.get("InspectionLevel") == "TARGETED":
                bots.setdefault("EnableMachineLearning", True)
            ddos = config.get("AWSManagedRulesAntiDDoSRuleSet")
            if ddos:
                ddos.setdefault("SensitivityToBlock", "LOW")
                ddos["ClientSideActionConfig"]["Challenge"].setdefault("Sensitivity", "HIGH")
    return {**{name: body[name] for name in names if name in body}, "Rules": rules}


def _units(backend: Any, body: Mapping[str, Any], field: str, most: int) -> int:  # noqa: ANN401
    """Return the units that rules need; refuse what they refer to, or that they need too many."""
    rules = body.get("Rules") or []
    _refuse_references(backend, rules)
    try:
        needed = capacity.units(
            rules, {arn: group.capacity for arn, group in backend.rule_groups.items()}
        )
    except ValueError as error:
        raise _invalid(f"The rules' capacity cannot be told: {error}", field) from None
    if needed > most:
        raise _invalid(
            "You exceeded the capacity limit for a rule group or web ACL: "
            f"it may need {most} units, and needs {needed}.",
            field,
        )
    return needed


# --- What rules refer to ---


def _references(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:  # noqa: ANN401  JSON
    """Yield every statement that refers to something, at any depth."""
    for name, each in value.items() if isinstance(value, dict) else enumerate(value):
        if name in _REFERRED:
            yield name, each
        elif isinstance(each, dict | list):
            yield from _references(each)


_REFERRED: Final = {
    "IPSetReferenceStatement": lambda backend: list(backend.ip_sets),
    "RegexPatternSetReferenceStatement": lambda backend: [
        each.arn for each in backend.regex_pattern_sets.values()
    ],
    "RuleGroupReferenceStatement": lambda backend: list(backend.rule_groups),
}
"""By statement, the ARNs of all that it can refer to."""


def _refuse_references(backend: Any, rules: Sequence[Any]) -> None:  # noqa: ANN401
    """From the API references of the statements, and of ``RuleActionOverrides``."""
    scope = _GLOBAL if _is_global(backend) else "regional"
    for name, body in _references(rules):
        if f":{scope}/" not in body["ARN"]:
            raise _invalid(
                "The ARN isn't valid: a reference is to an entity of the same scope.",
                "RESOURCE_ARN",
            )
        if body["ARN"] not in _REFERRED[name](backend):
            raise _absent()
        overridden = {each["Name"] for each in body.get("RuleActionOverrides", ())}
        if overridden:
            known = {rule["Name"] for rule in backend.rule_groups[body["ARN"]].put["Rules"]}
            if not overridden <= known:
                raise _invalid(
                    "An override names a rule that the rule group does not have.", "EXCLUDED_RULE"
                )


def _refuse_referenced(backend: Any, arn: str) -> None:  # noqa: ANN401
    holders = (*backend.wacls.values(), *backend.rule_groups.values())
    if any(body["ARN"] == arn for each in holders for _, body in _references(each.put["Rules"])):
        raise _in_use()


# --- IP sets and regular expressions ---


@corrects(_MODELS, "WAFV2Backend.create_ip_set")
def _create_ip_set(moto: Corrected, backend: Any, name: str, *args: Any) -> Any:  # noqa: ANN401
    """A name is given once."""
    if any(each.name == name for each in backend.ip_sets.values()):
        from moto.wafv2.exceptions import WAFV2DuplicateItemException  # noqa: PLC0415

        raise WAFV2DuplicateItemException
    return moto(backend, name, *args)


@corrects(_MODELS, "FakeIPSet.__init__")
def _make_ip_set(moto: Corrected, ip_set: Any, *args: Any) -> None:  # noqa: ANN401
    """A lock token has the length that the API gives it."""
    moto(ip_set, *args)
    ip_set.lock_token = str(uuid.uuid4())


@corrects(_MODELS, "FakeIPSet.update")
def _update_ip_set(
    moto: Corrected,
    ip_set: Any,  # noqa: ANN401
    description: str | None,
    addresses: list[str],
) -> None:
    """An update takes the place of all that was there."""
    moto(ip_set, description, addresses)
    ip_set.description, ip_set.lock_token = description, str(uuid.uuid4())


@corrects(_MODELS, "WAFV2Backend.delete_ip_set")
def _delete_ip_set(
    moto: Corrected,
    backend: Any,  # noqa: ANN401
    name: str,
    scope: str,
    _id: str,
    lock_token: str,
) -> None:
    """An IP set that a rule refers to stays."""
    _refuse_referenced(backend, backend.get_ip_set(name, scope, _id).arn)
    moto(backend, name, scope, _id, lock_token)


@corrects(_MODELS, "WAFV2Backend.create_regex_pattern_set")
def _create_regex_pattern_set(moto: Corrected, backend: Any, **asked: Any) -> Any:  # noqa: ANN401
    """A set for CloudFront says so in its ARN."""
    made = moto(backend, **asked)
    if _is_global(backend):
        made.arn = made.arn.replace(":regional/", ":global/")
        backend.tag_resource(made.arn, asked["tags"])
    return made


@corrects(_MODELS, "FakeRegexPatternSet.update")
def _update_regex_pattern_set(
    moto: Corrected,
    pattern_set: Any,  # noqa: ANN401
    description: str | None,
    regular_expressions: list[dict[str, str]],
) -> None:
    """An update takes the place of all that was there."""
    moto(pattern_set, description, regular_expressions)
    pattern_set.description = description


@corrects(_MODELS, "WAFV2Backend.delete_regex_pattern_set")
def _delete_regex_pattern_set(
    moto: Corrected,
    backend: Any,  # noqa: ANN401
    **asked: str,
) -> None:
    """A set that a rule refers to stays."""
    made = backend.get_regex_pattern_set(asked["name"], asked["scope"], asked["id"])
    _refuse_referenced(backend, made.arn)
    moto(backend, **asked)


# --- What a web ACL stands before ---

_KINDS: Final = {
    kind: re.compile(f"arn:aws[\\w-]*:{form}")
    for kind, form in {
        "AGENTCORE_GATEWAY": r"bedrock-agentcore:([\w-]+):\d{12}:gateway/[^/]+",
        "AMPLIFY": r"amplify:([\w-]+):\d{12}:apps/[^/]+",
        "API_GATEWAY": r"apigateway:([\w-]+)::/restapis/([^/]+)/stages/([^/]+)",
        "APPLICATION_LOAD_BALANCER": (
            r"elasticloadbalancing:([\w-]+):\d{12}:loadbalancer/app/[^/]+/[^/]+"
        ),
        "APPSYNC": r"appsync:([\w-]+):\d{12}:apis/([^/]+)",
        "APP_RUNNER_SERVICE": r"apprunner:([\w-]+):\d{12}:service/[^/]+/[^/]+",
        "COGNITO_USER_POOL": r"cognito-idp:([\w-]+):\d{12}:userpool/([^/]+)",
        "VERIFIED_ACCESS_INSTANCE": r"ec2:([\w-]+):\d{12}:verified-access-instance/[^/]+",
    }.items()
}
"""Forms of the ARNs of what can carry a web ACL: the API reference of ``AssociateWebACL``."""


@corrects(_MODELS, "WAFV2Backend.associate_web_acl")
def _associate(moto: Corrected, backend: Any, web_acl_arn: str, resource_arn: str) -> None:  # noqa: ANN401
    """A resource of a supported kind has one web ACL, of its own region and scope."""
    kind, match = _kind(resource_arn)
    if match[1] != backend.region_name:
        raise _invalid("The ARN isn't valid: the resource is in another Region.", "RESOURCE_ARN")
    home = _home(backend, web_acl_arn)
    if _is_global(home) != (kind == "AMPLIFY"):
        raise _invalid(
            "The scope is not valid: an Amplify app takes a web ACL of scope CLOUDFRONT, "
            "everything else one of scope REGIONAL.",
            "SCOPE_VALUE",
        )
    if not _exists(backend.account_id, kind, resource_arn, match):
        raise _absent()
    if kind == "COGNITO_USER_POOL" and _is_not_for_cognito(home.wacls[web_acl_arn]):
        raise _invalid(
            "A rule group of the web ACL cannot be used on a Cognito user pool.",
            "ASSOCIABLE_RESOURCE",
        )
    for each in _homes(backend):
        each.disassociate_web_acl(resource_arn)
    moto(home, web_acl_arn, resource_arn)


@corrects(_MODELS, "WAFV2Backend.get_web_acl_for_resource")
def _get_web_acl_for_resource(moto: Corrected, backend: Any, resource_arn: str) -> Any:  # noqa: ANN401
    """What is for CloudFront stands before resources too."""
    _kind(resource_arn)
    found = (moto(each, resource_arn) for each in _homes(backend))
    return next((each for each in found if each), None)


@corrects(_RESPONSES, "WAFV2Response.disassociate_web_acl")
def _disassociate(_moto: Corrected, request: Any) -> Any:  # noqa: ANN401
    """The same for its end."""
    arn = json.loads(request.body)["ResourceArn"]
    _kind(arn)
    for each in _homes(_waf(request.current_account, request.region)):
        each.disassociate_web_acl(arn)
    return 200, {}, "{}"


@adds(_RESPONSES, "WAFV2Response.list_resources_for_web_acl")
def _list_resources(request: Any) -> Any:  # noqa: ANN401
    """What a web ACL stands before can be asked for, load balancers if nothing else is."""
    body = json.loads(request.body)
    home = _home(_waf(request.current_account, request.region), body["WebACLArn"])
    kind = body.get("ResourceType", "APPLICATION_LOAD_BALANCER")
    associated = home.wacls[body["WebACLArn"]].associated_resources
    arns = [each for each in associated if _KINDS[kind].fullmatch(each)]
    return 200, {}, json.dumps({"ResourceArns": arns})


def _kind(arn: str) -> tuple[str, re.Match[str]]:
    for kind, form in _KINDS.items():
        match = form.fullmatch(arn)
        if match:
            return kind, match
    raise _invalid(
        "The ARN isn't valid: it is none of a resource that can be associated with a web ACL.",
        "RESOURCE_ARN",
    )


def _exists(account: str, kind: str, arn: str, match: re.Match[str]) -> bool:
    """Tell whether a resource is there; of four kinds moto has none, so any is."""
    region = match[1]
    match kind:
        case "API_GATEWAY":
            rest_api = _backend("apigateway", account, region).apis.get(match[2])
            return rest_api is not None and match[3] in rest_api.stages
        case "APPLICATION_LOAD_BALANCER":
            return arn in _backend("elbv2", account, region).load_balancers
        case "APPSYNC":
            return match[2] in _backend("appsync", account, region).graphql_apis
        case "COGNITO_USER_POOL":
            return match[2] in _backend("cognito-idp", account, region).user_pools
        case _:
            return True


def _is_not_for_cognito(acl: Any) -> bool:  # noqa: ANN401
    statements = (rule["Statement"] for rule in acl.put["Rules"])
    managed = (each.get("ManagedRuleGroupStatement", {}).get("Name") for each in statements)
    return any(
        MANAGED_RULE_GROUPS[name].not_for == "Cognito user pools"
        for name in managed
        if name in MANAGED_RULE_GROUPS
    )


def _is_before_a_distribution(account: str, arn: str) -> bool:
    return any(
        getattr(each.distribution_config, "WebACLId", "") == arn
        for backend in _regions("cloudfront", account).values()
        for each in backend.distributions.values()
    )


# --- Logging ---

_DESTINATIONS: Final = {
    service: re.compile(f"arn:aws[\\w-]*:{form}")
    for service, form in {
        "firehose": r"firehose:([\w-]+):(\d{12}):deliverystream/(aws-waf-logs-[^/]+)",
        "logs": r"logs:([\w-]+):(\d{12}):log-group:(aws-waf-logs-[^:]+)",
        "s3": r"s3:():():(aws-waf-logs-[^/]+)",
    }.items()
}
"""Forms of the ARNs that logs go to: the developer guide's pages on the three destinations."""

_DELIVERY: Final = ("Service", "delivery.logs.amazonaws.com")


@corrects(_MODELS, "WAFV2Backend.put_logging_configuration")
def _put_logging(
    moto: Corrected,
    backend: Any,  # noqa: ANN401
    arn: str,
    log_destination_configs: list[str],
    *settings: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Logs of a web ACL that exists go to one destination that exists and lets itself be written.

    Source: the developer guide's pages on sending traffic logs to CloudWatch Logs, S3 and Firehose.
    """
    _home(backend, arn)
    if len(log_destination_configs) != 1:
        raise _invalid("A web ACL has one logging destination.", "LOG_DESTINATION")
    destination = log_destination_configs[0]
    service, match = next(
        (
            (service, match)
            for service, form in _DESTINATIONS.items()
            if (match := form.fullmatch(destination))
        ),
        ("", None),
    )
    # AWS says no more than this of a name without the prefix, too.
    wrong = _invalid(
        "The ARN isn't valid: logs go to a log group (its ARN without :*), bucket or delivery "
        "stream that exists, whose name begins aws-waf-logs-; a log group or delivery stream is of "
        "the web ACL's account and Region, and a delivery stream takes direct puts.",
        "LOG_DESTINATION",
    )
    place = (backend.region_name, backend.account_id)
    if match is None or (service != "s3" and match.group(1, 2) != place):
        raise wrong
    lets = {"firehose": _firehose_lets, "logs": _logs_let, "s3": _s3_lets}[service]
    may_write = lets(backend, match[3], destination, arn.split("/")[-2])
    if may_write is None:
        raise wrong
    if not may_write:
        raise _refused(
            "WAFLogDestinationPermissionIssueException",
            "Unable to deliver logs to the configured destination. You might need to grant log "
            f"delivery permissions for the destination: its policy denies {_DELIVERY[1]} to write.",
        )
    return moto(backend, arn, log_destination_configs, *settings)


@corrects(_MODELS, "FakeLoggingConfiguration.to_dict")
def _describe_logging(moto: Corrected, logging: Any) -> Any:  # noqa: ANN401
    """A configuration says whose it is."""
    return {**moto(logging), "LogScope": "CUSTOMER", "LogType": "WAF_LOGS"}


def _firehose_lets(backend: Any, name: str, _arn: str, _web_acl: str) -> bool | None:  # noqa: ANN401
    """Tell whether a stream takes logs; a service-linked role is all that this needs."""
    streams = _backend("firehose", backend.account_id, backend.region_name).delivery_streams
    takes = name in streams and streams[name].delivery_stream_type == "DirectPut"
    return True if takes else None


def _logs_let(backend: Any, name: str, arn: str, web_acl: str) -> bool | None:  # noqa: ANN401
    """Tell whether a log group's policies let logs be written; AWS WAF adds to its own if not."""
    logs = _backend("logs", backend.account_id, backend.region_name)
    if name not in logs.groups:
        return None
    stream = f"{arn}:log-stream:{backend.region_name}_{web_acl}_0"
    needs = [(f"logs:{each}", stream) for each in ("CreateLogStream", "PutLogEvents")]

    def granted() -> bool:
        documents = [each.policy_document for each in logs.describe_resource_policies()]
        return _grants(backend, documents, needs)

    if granted():
        return True
    own = logs.resource_policies.get("AWSWAF-LOGS")
    statement = {
        "Sid": "AWSLogDeliveryWrite",
        "Effect": "Allow",
        "Principal": dict([_DELIVERY]),
        "Action": [action for action, _ in needs],
        "Resource": f"{arn}:log-stream:*",
        "Condition": _from_here(backend),
    }
    logs.put_resource_policy("AWSWAF-LOGS", _with(own and own.policy_document, statement))
    return granted()


def _s3_lets(backend: Any, name: str, arn: str, web_acl: str) -> bool | None:  # noqa: ANN401
    """Tell whether a bucket's policy lets logs be written; AWS WAF adds to it if not."""
    buckets = _backend("s3", backend.account_id, arn.split(":")[1]).buckets
    if name not in buckets:
        return None
    bucket, logs = buckets[name], f"{arn}/AWSLogs/{backend.account_id}"
    key = f"{logs}/WAFLogs/{backend.region_name}/{web_acl}/2026/01/01/00/00/1.log.gz"
    needs = [("s3:PutObject", key), ("s3:GetBucketAcl", arn)]
    if _grants(backend, [bucket.policy or ""], needs):
        return True
    owned = {"s3:x-amz-acl": "bucket-owner-full-control"}
    here = _from_here(backend)
    statements: Sequence[tuple[str, str, str, Mapping[str, str]]] = (
        ("AWSLogDeliveryWrite", "s3:PutObject", f"{logs}/*", owned),
        ("AWSLogDeliveryAclCheck", "s3:GetBucketAcl", arn, {}),
    )
    added = [
        {
            "Sid": sid,
            "Effect": "Allow",
            "Principal": dict([_DELIVERY]),
            "Action": action,
            "Resource": resource,
            "Condition": {**here, "StringEquals": {**here["StringEquals"], **only}},
        }
        for sid, action, resource, only in statements
    ]
    bucket.policy = _with(bucket.policy, *added).encode()
    return _grants(backend, [bucket.policy], needs)


def _grants(backend: Any, documents: Sequence[str | bytes], needs: Any) -> bool:  # noqa: ANN401
    """Tell whether policies together let the delivery service do all that it needs."""
    region, account = backend.region_name, backend.account_id
    context = {
        "aws:SourceAccount": account,
        "aws:SourceArn": f"arn:aws:logs:{region}:{account}:delivery-source:waf",
        "aws:SecureTransport": "true",
        "s3:x-amz-acl": "bucket-owner-full-control",
    }
    document = json.dumps({"Statement": [each for one in documents for each in _statements(one)]})
    return all(
        policies.allows(document, action, resource, principal=_DELIVERY, context=context)
        for action, resource in needs
    )


def _statements(document: str | bytes | None) -> list[Any]:
    found = json.loads(document)["Statement"] if document else []
    return found if isinstance(found, list) else [found]


def _with(document: str | bytes | None, *statements: Any) -> str:  # noqa: ANN401
    """Return a policy with further statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": [*_statements(document), *statements]})


def _from_here(backend: Any) -> dict[str, Any]:  # noqa: ANN401
    region, account = backend.region_name, backend.account_id
    return {
        "StringEquals": {"aws:SourceAccount": account},
        "ArnLike": {"aws:SourceArn": f"arn:aws:logs:{region}:{account}:*"},
    }


# --- What these share ---


def _home(backend: Any, arn: str) -> Any:  # noqa: ANN401
    """Return where a web ACL is, as seen from a region; refuse an ARN that is none there."""
    match = _WEB_ACL.fullmatch(arn)
    if match is None or match[1] != backend.region_name:
        raise _invalid("The ARN isn't valid: it is none of a web ACL here.", "RESOURCE_ARN")
    region = _GLOBAL if match[2] == _GLOBAL else match[1]
    home = _waf(backend.account_id, region)
    if arn not in home.wacls:
        raise _absent()
    return home


def _homes(backend: Any) -> list[Any]:  # noqa: ANN401
    """Return all that holds web ACLs for resources of a region."""
    return [backend, _waf(backend.account_id, _GLOBAL)]


def _is_global(backend: Any) -> bool:  # noqa: ANN401
    # Not by its name: moto calls it after the partition.
    return backend is _waf(backend.account_id, _GLOBAL)


def _waf(account: str, region: str) -> Any:  # noqa: ANN401
    return _backend("wafv2", account, region)


def _backend(service: str, account: str, region: str) -> Any:  # noqa: ANN401
    return _regions(service, account)[region]


def _regions(service: str, account: str) -> Any:  # noqa: ANN401
    # Not before its environment is set.
    moto: Any = importlib.import_module("moto.backends")
    return moto.get_backend(service)[account]


@corrects("moto.wafv2.exceptions", "WAFV2DuplicateItemException.__init__")
def _duplicate(_moto: Corrected, error: Any) -> None:  # noqa: ANN401
    """The error has the code that the API gives it."""
    from moto.wafv2.exceptions import WAFv2ClientError  # noqa: PLC0415

    WAFv2ClientError.__init__(
        error,
        "WAFDuplicateItemException",
        "AWS WAF couldn't perform the operation because the resource that you tried to save is a "
        "duplicate of an existing one.",
    )


def _in_use() -> Exception:
    return _refused(
        "WAFAssociatedItemException",
        "AWS WAF couldn't perform the operation because your resource is being used by another "
        "resource or it's associated with another resource.",
    )


def _absent() -> Exception:
    from moto.wafv2.exceptions import WAFNonexistentItemException  # noqa: PLC0415

    return WAFNonexistentItemException()


def _invalid(reason: str, field: str) -> Exception:
    return _refused("WAFInvalidParameterException", f"Error reason: {reason}, field: {field}")


def _refused(code: str, message: str) -> Exception:
    from moto.wafv2.exceptions import WAFv2ClientError  # noqa: PLC0415

    return WAFv2ClientError(code, message)
