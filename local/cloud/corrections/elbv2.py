"""Elastic Load Balancing, where moto answers what AWS never would."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from local.cloud.corrections.registry import Corrected, corrects

_MODELS: Final = "moto.elbv2.models"
_BACKEND: Final = "ELBv2Backend"
_SECURE: Final = ("HTTPS", "TLS")
_POLICY: Final = "ELBSecurityPolicy-2016-08"
"""The policy of a listener with TLS that asks for none."""
_LOGS: Final = {"s3.enabled": "false", "s3.bucket": "", "s3.prefix": ""}

_OF_BALANCERS: Final[Mapping[str, Mapping[str, str]]] = {
    "application": {
        **{f"access_logs.{name}": value for name, value in _LOGS.items()},
        **{f"connection_logs.{name}": value for name, value in _LOGS.items()},
        "client_keep_alive.seconds": "3600",
        "deletion_protection.enabled": "false",
        "idle_timeout.timeout_seconds": "60",
        "load_balancing.cross_zone.enabled": "true",
        "routing.http.desync_mitigation_mode": "defensive",
        "routing.http.drop_invalid_header_fields.enabled": "false",
        "routing.http.preserve_host_header.enabled": "false",
        "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "false",
        "routing.http.xff_client_port.enabled": "false",
        "routing.http.xff_header_processing.mode": "append",
        "routing.http2.enabled": "true",
        "waf.fail_open.enabled": "false",
        "zonal_shift.config.enabled": "false",
    },
    "network": {
        **{f"access_logs.{name}": value for name, value in _LOGS.items()},
        "deletion_protection.enabled": "false",
        "dns_record.client_routing_policy": "any_availability_zone",
        "load_balancing.cross_zone.enabled": "false",
        "zonal_shift.config.enabled": "false",
    },
}
"""The attributes of each kind of load balancer and their defaults, as the API reference of
``LoadBalancerAttribute`` has them."""

_OF_GROUPS: Final = {
    "deregistration_delay.timeout_seconds": "300",
    "load_balancing.cross_zone.enabled": "use_load_balancer_configuration",
    "stickiness.enabled": "false",
}
_OF_HTTP_GROUPS: Final = {
    "load_balancing.algorithm.anomaly_mitigation": "off",
    "load_balancing.algorithm.type": "round_robin",
    "slow_start.duration_seconds": "0",
    "stickiness.app_cookie.cookie_name": "",
    "stickiness.app_cookie.duration_seconds": "86400",
    "stickiness.lb_cookie.duration_seconds": "86400",
    "stickiness.type": "lb_cookie",
}
_OF_TCP_GROUPS: Final = {"proxy_protocol_v2.enabled": "false", "stickiness.type": "source_ip"}
"""The attributes of target groups and their defaults, as the API reference of
``TargetGroupAttribute`` has them."""


def _refused(code: str, message: str) -> Exception:
    from moto.elbv2.exceptions import ELBClientError  # noqa: PLC0415  after its environment is set

    return ELBClientError(code, message)


# --- Load balancers ---


@corrects(_MODELS, "FakeLoadBalancer.__init__")
def _new_balancer(moto: Corrected, balancer: Any, *args: Any, **options: Any) -> None:  # noqa: ANN401  moto's own
    """A load balancer has every attribute of its kind, and faces the internet by default."""
    moto(balancer, *args, **options)
    balancer.scheme = balancer.scheme or "internet-facing"
    balancer.attrs = dict(_OF_BALANCERS.get(balancer.type, balancer.attrs))


@corrects(_MODELS, f"{_BACKEND}.create_load_balancer")
def _create_balancer(moto: Corrected, backend: Any, name: str, **options: Any) -> Any:  # noqa: ANN401
    """A name is of one load balancer; an ARN says which kind it is; a group there always is."""
    from moto.elbv2.exceptions import DuplicateLoadBalancerName  # noqa: PLC0415

    if any(each.name == name for each in backend.load_balancers.values()):
        raise DuplicateLoadBalancerName
    tags = options.pop("tags", None)
    made = moto(backend, name, **options)
    if made.type == "application" and not made.security_groups:
        group = backend.ec2_backend.get_default_security_group(made.vpc_id)
        made.security_groups = [group.id]
    if made.type == "network":
        del backend.load_balancers[made.arn]
        made.arn = made.arn.replace(":loadbalancer/app/", ":loadbalancer/net/")
        backend.load_balancers[made.arn] = made
    backend.tagging_service.tag_resource(made.arn, tags)
    return made


@corrects(_MODELS, f"{_BACKEND}.modify_load_balancer_attributes")
def _set_attributes(moto: Corrected, backend: Any, arn: str, attrs: dict[str, Any]) -> Any:  # noqa: ANN401
    """A load balancer has no attributes of another kind."""
    balancer = backend.load_balancers.get(arn)
    for key in attrs if balancer else ():
        if key not in _OF_BALANCERS.get(balancer.type, attrs):
            raise _refused(
                "InvalidConfigurationRequest",
                f"Load balancer attribute key '{key}' is not supported on load balancers with "
                f"type '{balancer.type}'",
            )
    return moto(backend, arn, attrs)


@corrects(_MODELS, f"{_BACKEND}.delete_load_balancer")
def _delete_balancer(moto: Corrected, backend: Any, arn: str) -> None:  # noqa: ANN401
    """A load balancer that is protected stays."""
    balancer = backend.load_balancers.get(arn)
    if balancer and balancer.attrs["deletion_protection.enabled"] == "true":
        raise _refused(
            "OperationNotPermitted",
            f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled",
        )
    moto(backend, arn)


# --- Target groups ---


@corrects(_MODELS, "FakeTargetGroup.__init__")
def _new_group(moto: Corrected, group: Any, *args: Any, **options: Any) -> None:  # noqa: ANN401
    """A target group has every attribute of its kind."""
    moto(group, *args, **options)
    if group.target_type == "lambda":
        group.attributes = {"lambda.multi_value_headers.enabled": "false"}
    elif group.protocol in ("HTTP", "HTTPS"):
        group.attributes = {**_OF_GROUPS, **_OF_HTTP_GROUPS}
    else:
        keeps = group.target_type != "ip" or group.protocol not in ("TCP", "TLS")
        ends = group.protocol in ("UDP", "TCP_UDP")
        group.attributes = {
            **_OF_GROUPS,
            **_OF_TCP_GROUPS,
            "deregistration_delay.connection_termination.enabled": str(ends).lower(),
            "preserve_client_ip.enabled": str(keeps).lower(),
        }


@corrects(_MODELS, f"{_BACKEND}.modify_target_group_attributes")
def _set_group_attributes(
    moto: Corrected,
    backend: Any,  # noqa: ANN401
    target_group_arn: str,
    attributes: dict[str, Any],
) -> None:
    """A target group has no attributes of another kind; it may take an hour to let go."""
    group, longest = backend.target_groups.get(target_group_arn), "3600"
    for key in attributes if group else ():
        if key not in group.attributes:
            raise _refused(
                "InvalidConfigurationRequest",
                f"A target group with target type '{group.target_type}' and protocol "
                f"'{group.protocol}' does not support the attribute {key}",
            )
    delay = "deregistration_delay.timeout_seconds"
    others = {n: v for n, v in attributes.items() if (n, str(v)) != (delay, longest)}
    moto(backend, target_group_arn, others)
    group.attributes.update(attributes)


@corrects(_MODELS, f"{_BACKEND}.describe_target_groups")
def _describe_groups(moto: Corrected, backend: Any, *args: Any, **options: Any) -> Any:  # noqa: ANN401
    """A target group tells the load balancers that send to it now."""
    for group in backend.target_groups.values():
        group.load_balancer_arns = sorted(
            {
                balancer.arn
                for balancer, listener in _listeners(backend)
                if group.arn in _targets(backend, listener)
            }
        )
    return moto(backend, *args, **options)


def _listeners(backend: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401
    for balancer in backend.load_balancers.values():
        for listener in balancer.listeners.values():
            yield balancer, listener


def _targets(backend: Any, listener: Any) -> set[str]:  # noqa: ANN401
    actions = [action for rule in listener.rules.values() for action in rule.actions]
    return {
        arn
        for action in actions
        for arn in backend._get_target_group_arns_from(action.data)  # noqa: SLF001  its only reader
    }


# --- Listeners ---


@corrects(_MODELS, "FakeListener.__init__")
def _new_listener(moto: Corrected, listener: Any, *args: Any, **options: Any) -> None:  # noqa: ANN401
    """A listener without TLS has no policy of it, and each has the attributes of its protocol."""
    moto(listener, *args, **options)
    _conform(listener)


def _conform(listener: Any) -> None:  # noqa: ANN401
    if listener.protocol in _SECURE:
        listener.ssl_policy = listener.ssl_policy or _POLICY
    else:
        listener.ssl_policy, listener.certificate, listener.certificates = None, None, []
    http = listener.protocol in ("HTTP", "HTTPS")
    name = "routing.http.response.server.enabled" if http else "tcp.idle_timeout.seconds"
    own = {n: v for n, v in listener.attributes.items() if n.startswith("routing.") == http}
    listener.attributes = {name: "true" if http else "350", **own}


@corrects(_MODELS, f"{_BACKEND}.create_listener")
def _create_listener(
    moto: Corrected,
    backend: Any,  # noqa: ANN401
    load_balancer_arn: str,
    protocol: str,
    port: int,
    **options: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """A port of a load balancer has one listener."""
    _refuse_port(backend.load_balancers.get(load_balancer_arn), port, None)
    return moto(backend, load_balancer_arn, protocol, port, **options)


@corrects(_MODELS, f"{_BACKEND}.modify_listener")
def _modify_listener(moto: Corrected, backend: Any, arn: str, *changes: Any) -> Any:  # noqa: ANN401
    """A listener can be changed to any protocol of its load balancer."""
    port, protocol, ssl_policy, certificates, actions = changes
    (listener,) = backend.describe_listeners(None, [arn])
    balancer = backend.load_balancers[listener.load_balancer_arn]
    _refuse_port(balancer, port, listener)
    asked = protocol or listener.protocol
    backend._validate_port_and_protocol(balancer.type, port or listener.port, asked)  # noqa: SLF001
    moto(backend, arn, port, None, ssl_policy, [], actions)
    listener.protocol = asked
    if certificates:
        listener.certificates = [each["CertificateArn"] for each in certificates]
        listener.certificate = listener.certificates[0]
    _conform(listener)
    return listener


def _refuse_port(balancer: Any, port: int | None, own: Any) -> None:  # noqa: ANN401
    from moto.elbv2.exceptions import DuplicateListenerError  # noqa: PLC0415

    listeners = balancer.listeners.values() if balancer else ()
    if any(each.port == port and each is not own for each in listeners):
        raise DuplicateListenerError
