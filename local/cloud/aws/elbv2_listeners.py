"""Elastic Load Balancing: the listeners of load balancers."""

# ruff: noqa: S105  a type token is no password
from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from local.cloud.aws.elbv2 import TAGS, attributes
from local.cloud.aws.elbv2_targets import HTTP
from local.cloud.aws_api import AwsApi
from local.cloud.schema import CheckFailure
from local.cloud.table import Api, ApiError, Call, Properties, Resource
from local.cloud.values import is_unknown

_LISTENER_TOKEN: Final = "aws:lb/listener:Listener"
_REQUEST: Final = (
    "x_amzn_mtls_clientcert",
    "x_amzn_mtls_clientcert_issuer",
    "x_amzn_mtls_clientcert_leaf",
    "x_amzn_mtls_clientcert_serial_number",
    "x_amzn_mtls_clientcert_subject",
    "x_amzn_mtls_clientcert_validity",
    "x_amzn_tls_cipher_suite",
    "x_amzn_tls_version",
)
_RESPONSE: Final = (
    "access_control_allow_credentials",
    "access_control_allow_headers",
    "access_control_allow_methods",
    "access_control_allow_origin",
    "access_control_expose_headers",
    "access_control_max_age",
    "content_security_policy",
    "strict_transport_security",
    "x_content_type_options",
    "x_frame_options",
)


def _camel(text: str) -> str:
    return "".join(each.capitalize() for each in text.split("_"))


_OF_LISTENER: Final = {
    "routingHttpResponseServerEnabled": "routing.http.response.server.enabled",
    "tcpIdleTimeoutSeconds": "tcp.idle_timeout.seconds",
    **{
        f"routingHttpRequest{_camel(each)}HeaderName": f"routing.http.request.{each}.header_name"
        for each in _REQUEST
    },
    **{
        f"routingHttpResponse{_camel(each)}HeaderValue": (
            f"routing.http.response.{each}.header_value"
        )
        for each in _RESPONSE
    },
}
_ACTIONS: Final = {
    "fixed-response": ("fixedResponse",),
    "forward": ("forward", "targetGroupArn"),
    "redirect": ("redirect",),
}
"""What each type of action is configured by."""

_KEPT: Final = {
    "host": "#{host}",
    "path": "/#{path}",
    "port": "#{port}",
    "protocol": "#{protocol}",
    "query": "#{query}",
}
"""How a redirection says that it leaves a part of the address."""


def _protocol(known: Properties) -> object:
    """As the official provider: what an application load balancer speaks if it is not told."""
    if known.get("protocol") or ":loadbalancer/app/" not in str(known["loadBalancerArn"]):
        return known.get("protocol")
    return "HTTPS" if known.get("certificateArn") else "HTTP"


def _certificates(known: Properties) -> object:
    arn = known.get("certificateArn")
    return [{"CertificateArn": arn}] if arn else None


def _told_listener(answer: Any) -> dict[str, Any]:  # noqa: ANN401  as boto3 gives it
    (listener,) = answer["Listeners"]
    certificates = listener.get("Certificates") or [{}]
    return {**listener, "certificateArn": certificates[0].get("CertificateArn")}


def _check_listener(listener: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_lb_listener``."""
    actions = listener.get("defaultActions")
    if not isinstance(actions, list):
        return
    if len(actions) != 1:
        yield CheckFailure("defaultActions", "must hold one action in the local cloud.")
    for action in actions:
        kind = action.get("type") if isinstance(action, Mapping) else None
        if kind is None or is_unknown(kind):
            continue
        if kind not in _ACTIONS:
            yield CheckFailure(
                "defaultActions.type", f"must be one of {', '.join(_ACTIONS)} in the local cloud."
            )
        elif not any(action.get(name) for name in _ACTIONS[kind]):
            yield CheckFailure(
                "defaultActions", f"needs {' or '.join(_ACTIONS[kind])} with type {kind}."
            )
        for other, names in _ACTIONS.items():
            for name in names:
                if action.get(name) and other != kind:
                    yield CheckFailure(f"defaultActions.{name}", f"conflicts with type {kind}.")


def _require_listener(api: Api, listener: Properties) -> None:
    """Refuse what does not go together.

    Source: the API references of ``CreateListener`` and ``RedirectActionConfig``, the user guides
    ("Create an HTTPS listener", "Target groups"), and the errors that the API gives.
    """
    protocol, certificate = _protocol(listener), listener.get("certificateArn")
    secure = protocol in ("HTTPS", "TLS")
    for wrong, why in (
        (secure and not certificate, f"A certificate must be specified for {protocol} listeners"),
        (certificate and not secure, f"A certificate cannot be specified for {protocol} listeners"),
        (
            listener.get("sslPolicy") and not secure,
            f"An SSL policy cannot be specified for {protocol} listeners",
        ),
    ):
        if wrong:
            raise _refused("ValidationError", why)
    elb = cast("AwsApi", api)
    if secure:
        _require_secure(elb, listener)
    (action,) = cast("list[Mapping[str, Any]]", listener["defaultActions"])
    if action["type"] == "forward":
        _require_targets(elb, listener, action)
    redirect = action.get("redirect") or {}
    parts = {name: redirect.get(name, kept) for name, kept in _KEPT.items() if name != "query"}
    if redirect and parts.items() <= _KEPT.items():
        raise _refused(
            "InvalidLoadBalancerAction",
            "The redirect configuration is not valid because it creates a loop: it must change "
            "protocol, port, host or path",
        )


def _refused(code: str, message: str) -> ApiError:
    return ApiError("CreateListener or ModifyListener", code, message)


def _require_secure(elb: AwsApi, listener: Properties) -> None:
    policy, certificate = listener.get("sslPolicy"), str(listener["certificateArn"])
    if policy:
        policies = elb.send("elbv2", "DescribeSSLPolicies", {})["SslPolicies"]
        if policy not in [each["Name"] for each in policies]:
            raise _refused("SSLPolicyNotFound", f"SSL policy '{policy}' not found")
    if ":iam:" in certificate:
        found = elb.send("iam", "ListServerCertificates", {})["ServerCertificateMetadataList"]
        if certificate not in [each["Arn"] for each in found]:
            raise _refused("CertificateNotFound", f"Certificate '{certificate}' not found")
        return
    found = elb.send(
        "acm",
        "DescribeCertificate",
        {"CertificateArn": certificate},
        absent=("ResourceNotFoundException",),
    )
    if found is None:
        raise _refused("CertificateNotFound", f"Certificate '{certificate}' not found")
    status = found["Certificate"]["Status"]
    if status != "ISSUED":
        raise _refused(
            "UnsupportedCertificate",
            f"The certificate '{certificate}' must have a fully-qualified domain name, a supported "
            f"signature, and a supported key size: it is {status}",
        )


def _require_targets(elb: AwsApi, listener: Properties, action: Mapping[str, Any]) -> None:
    arn = listener["loadBalancerArn"]
    balancers = elb.send("elbv2", "DescribeLoadBalancers", {"LoadBalancerArns": [arn]})
    (balancer,) = balancers["LoadBalancers"]
    named = [each["arn"] for each in (action.get("forward") or {}).get("targetGroups", [])]
    named += [action["targetGroupArn"]] if action.get("targetGroupArn") else []
    for group in elb.send("elbv2", "DescribeTargetGroups", {"TargetGroupArns": named})[
        "TargetGroups"
    ]:
        target, http = group["TargetGroupArn"], group.get("Protocol", "HTTP") in HTTP
        if set(group.get("LoadBalancerArns", ())) - {arn}:
            raise _refused(
                "TargetGroupAssociationLimit",
                "The following target groups cannot be associated with more than one load "
                f"balancer: {target}",
            )
        if http != (balancer["Type"] == "application"):
            raise _refused(
                "IncompatibleProtocols",
                f"The listener and the following target groups have incompatible protocols: "
                f"{target}",
            )
        if group.get("VpcId", balancer["VpcId"]) != balancer["VpcId"]:
            raise _refused(
                "InvalidConfigurationRequest",
                f"The following target groups are in another VPC than the load balancer: {target}",
            )


_SECURED: Final = {"Protocol": _protocol, "Certificates": _certificates}

_LISTENER: Final = Resource(
    token=_LISTENER_TOKEN,
    service="elbv2",
    id="{arn}",
    create=Call("CreateListener", _SECURED, result="Listeners[0]"),
    read=Call(
        "DescribeListeners",
        {"ListenerArns": ["{arn}"]},
        only=(),
        result=_told_listener,
        absent=("ListenerNotFound",),
    ),
    update=Call("ModifyListener", _SECURED),
    delete=Call("DeleteListener", {"ListenerArn": "{arn}"}, only=()),
    names={
        "arn": ("ListenerArn", "TargetGroupArn"),
        "certificateArn": ("certificateArn", "Certificates"),
        "duration": "DurationSeconds",
        "fixedResponse": "FixedResponseConfig",
        "forward": "ForwardConfig",
        "redirect": "RedirectConfig",
        "stickiness": "TargetGroupStickinessConfig",
    },
    defaults={
        "defaultActions.forward.stickiness.enabled": False,
        "defaultActions.forward.targetGroups.weight": 1,
        **{f"defaultActions.redirect.{name}": kept for name, kept in _KEPT.items()},
    },
    computed=(
        "defaultActions.fixedResponse.statusCode",
        "defaultActions.order",
        "protocol",
        "sslPolicy",
        *_OF_LISTENER,
    ),
    immutable=("loadBalancerArn",),
    sets=("defaultActions.forward.targetGroups",),
    unsupported={
        "alpnPolicy": "the emulator negotiates nothing, so leave it out",
        "mutualAuthentication": "the emulator has no trust stores, so leave it out",
    },
    facets=(attributes(_LISTENER_TOKEN, _OF_LISTENER), TAGS),
    check=_check_listener,
    require=_require_listener,
)

RESOURCES: Final = (_LISTENER,)
