"""Load balancers, target groups and listeners through their lives, on the emulated AWS."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from local.cloud import Cloud
from local.cloud.values import UNKNOWN
from tests.local.lives import Life, live, refusal

ACCOUNT = "123456789012"
BALANCER = "aws:lb/loadBalancer:LoadBalancer"
GROUP = "aws:lb/targetGroup:TargetGroup"
LISTENER = "aws:lb/listener:Listener"
ARN = f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}"
NOWHERE = f"{ARN}:targetgroup/none/0123456789abcdef"

FIXED = {"type": "fixed-response", "fixedResponse": {"contentType": "text/plain"}}
NOT_FOUND = {**FIXED, "fixedResponse": {"contentType": "text/plain", "statusCode": "404"}}


@dataclass
class Network:
    """A network with a way out, and what is in it."""

    vpc: str
    subnets: list[str]
    group: str


def network(cloud: Cloud, block: str = "10.0", *, gateway: bool = True) -> Network:
    ec2 = cloud.client("ec2")
    vpc = ec2.create_vpc(CidrBlock=f"{block}.0.0/16")["Vpc"]["VpcId"]
    if gateway:
        made = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=made, VpcId=vpc)
    subnets = [
        ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"{block}.{index}.0/24", AvailabilityZone=f"us-east-1{zone}"
        )["Subnet"]["SubnetId"]
        for index, zone in enumerate("aabc")
    ]
    group = ec2.create_security_group(GroupName="entrance", Description="x", VpcId=vpc)["GroupId"]
    return Network(vpc, subnets[1:], group)


@pytest.fixture
def here(aws: Any, cloud: Cloud) -> Network:
    del aws  # which empties the cloud
    return network(cloud)


@pytest.fixture
def balancer(aws: Any, here: Network) -> Any:
    return aws.create(BALANCER, {"name": "front", "subnets": here.subnets}).outputs["arn"]


@pytest.fixture
def group(aws: Any, here: Network) -> Any:
    inputs = {"name": "service", "port": 8080, "protocol": "HTTP", "vpcId": here.vpc}
    return aws.create(GROUP, inputs).outputs["arn"]


@pytest.fixture
def certificate(here: Network, cloud: Cloud) -> Any:
    del here  # which comes after the cloud is emptied
    acm = cloud.client("acm")
    arn = acm.request_certificate(DomainName="example.org", ValidationMethod="DNS")[
        "CertificateArn"
    ]
    acm.describe_certificate(CertificateArn=arn)
    return arn


# --- Load balancers ---


def test_an_application_load_balancer_lives(aws: Any, here: Network, cloud: Cloud) -> None:
    cloud.client("s3").create_bucket(Bucket="logs")
    balancer = {"name": "front", "loadBalancerType": "application"}
    live(
        aws,
        Life(
            BALANCER,
            {
                **balancer,
                "subnets": here.subnets[:2],
                "securityGroups": [here.group],
                "accessLogs": {"bucket": "logs", "enabled": True, "prefix": "front"},
                "dropInvalidHeaderFields": True,
                "idleTimeout": 30,
                "xffHeaderProcessingMode": "remove",
                "tags": {"a": "1", "b": "2"},
            },
            {
                **balancer,
                "subnets": here.subnets[1:],
                "enableHttp2": False,
                "desyncMitigationMode": "strictest",
                "connectionLogs": {"bucket": "logs", "enabled": True},
                "tags": {"a": "3"},
            },
            {**balancer, "subnets": here.subnets[:2], "internal": True},
            "{arn}",
            {
                "dropInvalidHeaderFields": True,
                "enableHttp2": True,
                "internal": False,
                "ipAddressType": "ipv4",
                "securityGroups": [here.group],
                "vpcId": here.vpc,
            },
            by_name=True,
        ),
    )


def test_a_network_load_balancer_lives(aws: Any, here: Network) -> None:
    balancer = {"name": "front", "loadBalancerType": "network", "internal": True}
    live(
        aws,
        Life(
            BALANCER,
            {**balancer, "subnets": here.subnets[:1], "enableCrossZoneLoadBalancing": True},
            {
                **balancer,
                "subnets": here.subnets,
                "dnsRecordClientRoutingPolicy": "availability_zone_affinity",
                "enableZonalShift": True,
            },
            {**balancer, "subnets": here.subnets[1:2]},
            "{arn}",
            {"enableCrossZoneLoadBalancing": True, "internal": True, "securityGroups": []},
            by_name=True,
        ),
    )


def test_a_load_balancer_tells_what_it_is(aws: Any, here: Network, cloud: Cloud) -> None:
    inputs = {"name": "front", "subnets": here.subnets, "enableWafFailOpen": True}
    planned = aws.plan(BALANCER, inputs)
    for name in ("arn", "dnsName", "zoneId", "vpcId", "securityGroups", "internal"):
        assert planned[name] == UNKNOWN
    made = aws.create(BALANCER, inputs).outputs
    assert made["arn"].startswith(f"{ARN}:loadbalancer/app/front/")
    assert made["arn"].endswith(made["arnSuffix"])
    assert made["dnsName"].endswith(".elb.amazonaws.com")
    (default,) = made["securityGroups"]
    elb = cloud.client("elbv2")
    told = elb.describe_load_balancer_attributes(LoadBalancerArn=made["arn"])["Attributes"]
    values = {each["Key"]: each["Value"] for each in told}
    assert values["waf.fail_open.enabled"] == "true"
    assert values["routing.http2.enabled"] == "true"
    assert values["deletion_protection.enabled"] == "false"
    groups = cloud.client("ec2").describe_security_groups(GroupIds=[default])["SecurityGroups"]
    assert [each["GroupName"] for each in groups] == ["default"]
    network = {"name": "deep", "subnets": here.subnets, "loadBalancerType": "network"}
    assert f"{ARN}:loadbalancer/net/deep/" in aws.create(BALANCER, network).outputs["arn"]


def test_what_a_load_balancer_is_changed_to_is_told(aws: Any, here: Network, cloud: Cloud) -> None:
    inputs = {"name": "front", "subnets": here.subnets[:2], "dropInvalidHeaderFields": True}
    made = aws.create(BALANCER, inputs)
    cloud.client("elbv2").modify_load_balancer_attributes(
        LoadBalancerArn=made.id,
        Attributes=[{"Key": "routing.http.drop_invalid_header_fields.enabled", "Value": "false"}],
    )
    drifted = aws.read(made)
    assert drifted.outputs["dropInvalidHeaderFields"] is False
    assert aws.diff(drifted, inputs).diffs == ["dropInvalidHeaderFields"]
    assert aws.update(drifted, inputs).outputs["dropInvalidHeaderFields"] is True
    wanted = {**inputs, "subnets": here.subnets[1:], "securityGroups": [here.group]}
    updated = aws.update(drifted, wanted).outputs
    assert sorted(updated["subnets"]) == sorted(here.subnets[1:])
    assert updated["securityGroups"] == [here.group]


def test_a_network_load_balancer_only_gets_more_subnets(aws: Any, here: Network) -> None:
    balancer = {"name": "front", "loadBalancerType": "network", "subnets": here.subnets[:2]}
    made = aws.create(BALANCER, balancer)
    for subnets, replaced in (
        (here.subnets, []),
        (here.subnets[:1], ["subnets"]),
        (here.subnets[1:], ["subnets"]),
        (UNKNOWN, []),
    ):
        assert aws.diff(made, {**balancer, "subnets": subnets}).replaces == replaced
    grouped = {**balancer, "securityGroups": [here.group]}
    assert aws.diff(made, grouped).replaces == ["securityGroups"]
    application = {"name": "web", "subnets": here.subnets[:2]}
    made = aws.create(BALANCER, application)
    assert not aws.diff(made, {**application, "subnets": here.subnets[1:]}).replaces


@pytest.mark.parametrize("kind", ["application", "network"])
def test_an_imported_load_balancer_is_as_it_was_made(aws: Any, here: Network, kind: str) -> None:
    inputs = {"name": "front", "subnets": here.subnets, "loadBalancerType": kind}
    imported = aws.imported(BALANCER, aws.create(BALANCER, inputs).id)
    assert not aws.diff(imported, inputs).diffs


def test_logs_that_are_off_go_nowhere(aws: Any, here: Network, cloud: Cloud) -> None:
    cloud.client("s3").create_bucket(Bucket="logs")
    balancer = {"name": "front", "subnets": here.subnets}
    logged = {**balancer, "accessLogs": {"bucket": "logs", "enabled": True}}
    off = {**balancer, "accessLogs": {"bucket": "logs"}}
    made = aws.create(BALANCER, logged)
    assert made.outputs["accessLogs"] == {"bucket": "logs", "enabled": True, "prefix": ""}
    for inputs in (off, balancer):
        updated = aws.update(made, inputs)
        assert not aws.diff(updated, inputs).diffs
        assert aws.diff(updated, logged).diffs == ["accessLogs"]


def test_a_protected_load_balancer_stays(aws: Any, here: Network) -> None:
    balancer = {"name": "front", "subnets": here.subnets}
    made = aws.create(BALANCER, {**balancer, "enableDeletionProtection": True})
    assert "OperationNotPermitted" in refusal(aws.delete, made)
    aws.delete(aws.update(made, balancer))
    assert aws.read(made) is None


def test_what_a_load_balancer_needs_stays(aws: Any, here: Network, cloud: Cloud) -> None:
    inputs = {"name": "front", "subnets": here.subnets[:2], "securityGroups": [here.group]}
    made = aws.create(BALANCER, inputs)
    ec2 = cloud.client("ec2")
    (gateway,) = ec2.describe_internet_gateways(
        Filters=[{"Name": "attachment.vpc-id", "Values": [here.vpc]}]
    )["InternetGateways"]
    attachment = {"InternetGatewayId": gateway["InternetGatewayId"], "VpcId": here.vpc}
    calls = (
        (ec2.delete_subnet, {"SubnetId": here.subnets[0]}),
        (ec2.delete_security_group, {"GroupId": here.group}),
        (ec2.detach_internet_gateway, attachment),
    )
    for call, what in calls:
        with pytest.raises(ec2.exceptions.ClientError, match="DependencyViolation"):
            call(**what)
    aws.delete(made)
    for call, what in calls:
        call(**what)


# --- Target groups ---


def test_a_target_group_lives(aws: Any, here: Network) -> None:
    group = {"name": "service", "port": 8080, "protocol": "HTTP", "vpcId": here.vpc}
    live(
        aws,
        Life(
            GROUP,
            {
                **group,
                "targetType": "ip",
                "deregistrationDelay": 30,
                "healthCheck": {"path": "/health", "matcher": "200-299"},
                "slowStart": 60,
                "stickiness": {"type": "lb_cookie", "cookieDuration": 60},
                "tags": {"a": "1"},
            },
            {
                **group,
                "targetType": "ip",
                "deregistrationDelay": 3600,
                "healthCheck": {
                    "path": "/",
                    "interval": 10,
                    "timeout": 5,
                    "protocol": "HTTPS",
                    "port": "8443",
                },
                "loadBalancingAlgorithmType": "least_outstanding_requests",
                "stickiness": {"type": "app_cookie", "cookieName": "seat", "enabled": False},
                "tags": {"b": "2"},
            },
            {**group, "targetType": "ip", "port": 80},
            "{arn}",
            {
                "deregistrationDelay": 30,
                "healthCheck": {
                    "enabled": True,
                    "healthyThreshold": 3,
                    "interval": 30,
                    "matcher": "200-299",
                    "path": "/health",
                    "port": "traffic-port",
                    "protocol": "HTTP",
                    "timeout": 5,
                    "unhealthyThreshold": 3,
                },
                "protocolVersion": "HTTP1",
                "slowStart": 60,
                "stickiness": {"type": "lb_cookie", "cookieDuration": 60, "enabled": True},
            },
            by_name=True,
        ),
    )


@pytest.mark.parametrize(
    ("inputs", "told", "changed"),
    [
        (
            {"port": 443, "protocol": "TLS", "targetType": "ip"},
            {"preserveClientIp": "false", "proxyProtocolV2": False, "protocol": "TLS"},
            {"proxyProtocolV2": True, "preserveClientIp": "true"},
        ),
        (
            {"targetType": "lambda"},
            {"lambdaMultiValueHeadersEnabled": False},
            {"lambdaMultiValueHeadersEnabled": True},
        ),
        (
            {"port": 80, "protocol": "TCP", "healthCheck": {"protocol": "TCP"}},
            {"connectionTermination": False, "loadBalancingCrossZoneEnabled": "use_load_balancer"},
            {"connectionTermination": True, "loadBalancingCrossZoneEnabled": "true"},
        ),
    ],
)
def test_each_kind_of_target_group_has_its_own_settings(
    aws: Any, here: Network, inputs: dict[str, Any], told: dict[str, Any], changed: dict[str, Any]
) -> None:
    inputs = {"name": "deep", **inputs}
    if inputs.get("targetType") != "lambda":
        inputs["vpcId"] = here.vpc
    made = aws.create(GROUP, inputs)
    for name, value in told.items():
        found = made.outputs[name]
        assert found == value or (isinstance(value, str) and found.startswith(value)), name
    assert not aws.diff(made, inputs).diffs
    imported = aws.imported(GROUP, made.id)
    assert not aws.diff(imported, inputs).diffs
    updated = aws.update(made, {**inputs, **changed})
    assert {name: updated.outputs[name] for name in changed} == changed
    assert not aws.diff(updated, {**inputs, **changed}).diffs


def test_a_target_group_tells_who_sends_to_it(aws: Any, balancer: str, group: str) -> None:
    forward = {"type": "forward", "targetGroupArn": group}
    listener = {"loadBalancerArn": balancer, "port": 80, "defaultActions": [forward]}
    made = aws.create(LISTENER, listener)
    targets = aws.imported(GROUP, group)
    assert targets.outputs["loadBalancerArns"] == [balancer]
    assert targets.outputs["arnSuffix"] == group.rpartition(":")[2]
    assert "ResourceInUse" in refusal(aws.delete, targets)
    aws.update(made, {**listener, "defaultActions": [NOT_FOUND]})
    assert aws.read(targets).outputs["loadBalancerArns"] == []
    aws.delete(targets)
    assert aws.read(targets) is None


# --- Listeners ---


def test_a_listener_lives(aws: Any, balancer: str, group: str, certificate: str) -> None:
    listener = {"loadBalancerArn": balancer, "port": 443}
    other = balancer.replace("front", "other")
    live(
        aws,
        Life(
            LISTENER,
            {
                **listener,
                "protocol": "HTTPS",
                "certificateArn": certificate,
                "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
                "defaultActions": [{"type": "forward", "targetGroupArn": group}],
                "routingHttpResponseServerEnabled": False,
                "routingHttpResponseStrictTransportSecurityHeaderValue": "max-age=1",
                "tags": {"a": "1"},
            },
            {
                **listener,
                "port": 80,
                "protocol": "HTTP",
                "defaultActions": [
                    {"type": "redirect", "redirect": {"port": "443", "statusCode": "HTTP_301"}}
                ],
                "routingHttpResponseXFrameOptionsHeaderValue": "DENY",
                "tags": {"b": "2"},
            },
            {"loadBalancerArn": other, "port": 80, "defaultActions": [NOT_FOUND]},
            "{arn}",
            {
                "certificateArn": certificate,
                "protocol": "HTTPS",
                "routingHttpResponseServerEnabled": False,
                "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
            },
        ),
    )


def test_a_listener_forwards_to_several_groups(
    aws: Any, balancer: str, group: str, here: Network
) -> None:
    inputs = {"name": "canary", "port": 8080, "protocol": "HTTP", "vpcId": here.vpc}
    canary = aws.create(GROUP, inputs).outputs["arn"]
    weighed = [{"arn": group, "weight": 9}, {"arn": canary}]
    forward = {"targetGroups": weighed, "stickiness": {"duration": 60, "enabled": True}}
    listener = {"loadBalancerArn": balancer, "port": 80}
    actions = [{"type": "forward", "forward": forward}]
    made = aws.create(LISTENER, {**listener, "defaultActions": actions})
    (told,) = made.outputs["defaultActions"]
    assert {each["arn"]: each["weight"] for each in told["forward"]["targetGroups"]} == {
        group: 9,
        canary: 1,
    }
    assert told["forward"]["stickiness"] == {"duration": 60, "enabled": True}
    turned = [{"type": "forward", "forward": {**forward, "targetGroups": weighed[::-1]}}]
    assert not aws.diff(made, {**listener, "defaultActions": turned}).diffs
    heavier = [{"type": "forward", "forward": {"targetGroups": [weighed[0]]}}]
    assert aws.diff(made, {**listener, "defaultActions": heavier}).diffs == ["defaultActions"]


def test_a_listener_says_what_it_leaves_to_aws(aws: Any, balancer: str, certificate: str) -> None:
    plain = {"loadBalancerArn": balancer, "port": 80, "defaultActions": [NOT_FOUND]}
    assert aws.plan(LISTENER, plain)["protocol"] == UNKNOWN
    made = aws.create(LISTENER, plain)
    assert made.outputs["protocol"] == "HTTP"
    assert made.outputs["routingHttpResponseServerEnabled"] is True
    assert "sslPolicy" not in made.outputs
    secure = {**plain, "port": 443, "certificateArn": certificate}
    secured = aws.create(LISTENER, secure)
    assert secured.outputs["protocol"] == "HTTPS"
    assert secured.outputs["sslPolicy"] == "ELBSecurityPolicy-2016-08"
    redirect = {"type": "redirect", "redirect": {"protocol": "HTTPS", "statusCode": "HTTP_302"}}
    (told,) = aws.update(made, {**plain, "defaultActions": [redirect]}).outputs["defaultActions"]
    assert told["redirect"] == {
        "host": "#{host}",
        "path": "/#{path}",
        "port": "#{port}",
        "protocol": "HTTPS",
        "query": "#{query}",
        "statusCode": "HTTP_302",
    }


def test_a_listener_of_a_network_load_balancer_lives(
    aws: Any, here: Network, certificate: str
) -> None:
    balancer = {"name": "deep", "loadBalancerType": "network", "subnets": here.subnets}
    arn = aws.create(BALANCER, balancer).outputs["arn"]
    group = {"port": 443, "protocol": "TCP", "vpcId": here.vpc}
    targets = aws.create(GROUP, group).outputs["arn"]
    listener = {
        "loadBalancerArn": arn,
        "port": 443,
        "defaultActions": [{"type": "forward", "targetGroupArn": targets}],
    }
    live(
        aws,
        Life(
            LISTENER,
            {**listener, "protocol": "TCP", "tcpIdleTimeoutSeconds": 60},
            {**listener, "protocol": "TLS", "certificateArn": certificate},
            {**listener, "loadBalancerArn": arn.replace("deep", "other"), "protocol": "TCP"},
            "{arn}",
            {"tcpIdleTimeoutSeconds": 60},
        ),
    )


# --- What AWS refuses ---


def test_what_a_load_balancer_cannot_have_is_refused(
    aws: Any, here: Network, cloud: Cloud, balancer: str
) -> None:
    del balancer  # which is named front
    there, closed = network(cloud, "10.1"), network(cloud, "10.2", gateway=False)
    (twin,) = cloud.client("ec2").describe_subnets(
        Filters=[{"Name": "cidr-block", "Values": ["10.0.0.0/24"]}]
    )["Subnets"]
    inputs = {"name": "back", "subnets": here.subnets}
    for changed, why in (
        ({"subnets": here.subnets[:1]}, "ValidationError"),
        (
            {"subnets": [here.subnets[0], twin["SubnetId"]]},
            "multiple subnets in the same Availability Zone",
        ),
        ({"subnets": [here.subnets[0], "subnet-0"]}, "SubnetNotFound"),
        ({"subnets": [here.subnets[0], there.subnets[1]]}, "InvalidSubnet"),
        ({"subnets": closed.subnets}, f"VPC {closed.vpc} has no internet gateway"),
        ({"securityGroups": [there.group]}, "One or more security groups are invalid"),
        ({"securityGroups": ["sg-0"]}, "One or more security groups are invalid"),
        ({"name": "front"}, "DuplicateLoadBalancerName"),
        ({"accessLogs": {"bucket": "absent", "enabled": True}}, "Access Denied for bucket"),
    ):
        assert why in refusal(aws.create, BALANCER, {**inputs, **changed}), changed
    aws.create(BALANCER, {**inputs, "subnets": closed.subnets, "internal": True})
    elb = cloud.client("elbv2")
    (deep,) = elb.create_load_balancer(Name="deep", Subnets=here.subnets, Type="network")[
        "LoadBalancers"
    ]
    with pytest.raises(elb.exceptions.ClientError, match="is not supported on load balancers"):
        elb.modify_load_balancer_attributes(
            LoadBalancerArn=deep["LoadBalancerArn"],
            Attributes=[{"Key": "idle_timeout.timeout_seconds", "Value": "60"}],
        )


def test_what_a_target_group_cannot_have_is_refused(aws: Any, here: Network, group: str) -> None:
    del group  # which is named service
    inputs = {"name": "other", "port": 80, "protocol": "HTTP", "vpcId": here.vpc}
    for changed, why in (
        ({"name": "service"}, "DuplicateTargetGroupName"),
        ({"vpcId": "vpc-0"}, "is not found"),
        ({"healthCheck": {"timeout": 30, "interval": 30}}, "must be smaller than the interval"),
        ({"protocol": "HTTP3"}, "Protocol"),
    ):
        assert why in refusal(aws.create, GROUP, {**inputs, **changed}), changed
    with pytest.raises(aws.PartlyMade, match="InvalidConfigurationRequest"):
        aws.create(GROUP, {**inputs, "proxyProtocolV2": True})


def test_what_a_listener_cannot_have_is_refused(
    aws: Any, here: Network, cloud: Cloud, balancer: str, group: str, certificate: str
) -> None:
    there = network(cloud, "10.1")
    target = {"port": 8080, "protocol": "HTTP"}
    tcp = aws.create(GROUP, {"name": "a", "port": 80, "protocol": "TCP", "vpcId": here.vpc})
    far = aws.create(GROUP, {"name": "b", **target, "vpcId": there.vpc}).id
    taken = aws.create(GROUP, {"name": "c", **target, "vpcId": here.vpc}).id
    other = aws.create(BALANCER, {"name": "other", "subnets": here.subnets}).id
    listener = {
        "loadBalancerArn": balancer,
        "port": 80,
        "protocol": "HTTP",
        "defaultActions": [{"type": "forward", "targetGroupArn": group}],
    }
    aws.create(LISTENER, listener)
    occupied = {**listener, "loadBalancerArn": other}
    occupied["defaultActions"] = [{"type": "forward", "targetGroupArn": taken}]
    aws.create(LISTENER, occupied)
    free = {**listener, "port": 81}
    secure = {**free, "protocol": "HTTPS", "certificateArn": certificate}

    def to(arn: str) -> dict[str, Any]:
        return {"defaultActions": [{"type": "forward", "targetGroupArn": arn}]}

    loop = {"type": "redirect", "redirect": {"statusCode": "HTTP_301"}}
    for inputs, why in (
        (listener, "DuplicateListener"),
        ({**free, "loadBalancerArn": balancer[:-1] + "x"}, "LoadBalancerNotFound"),
        ({**free, "protocol": "TCP"}, "ValidationError"),
        ({**free, "certificateArn": certificate}, "A certificate cannot be specified for HTTP"),
        ({**free, "sslPolicy": "ELBSecurityPolicy-2016-08"}, "An SSL policy cannot be specified"),
        ({**free, "protocol": "HTTPS"}, "A certificate must be specified for HTTPS"),
        ({**secure, "certificateArn": certificate[:-1] + "x"}, "CertificateNotFound"),
        (
            {**secure, "certificateArn": f"arn:aws:iam::{ACCOUNT}:server-certificate/x"},
            "CertificateNotFound",
        ),
        ({**secure, "sslPolicy": "ELBSecurityPolicy-1999-01"}, "SSLPolicyNotFound"),
        ({**free, **to(NOWHERE)}, "TargetGroupNotFound"),
        ({**free, **to(tcp.id)}, "IncompatibleProtocols"),
        ({**free, **to(far)}, "in another VPC"),
        ({**free, **to(taken)}, "TargetGroupAssociationLimit"),
        ({**free, "defaultActions": [loop]}, "InvalidLoadBalancerAction"),
        ({**free, "defaultActions": [FIXED]}, "StatusCode"),
    ):
        assert why in refusal(aws.create, LISTENER, inputs), inputs
    second = aws.create(LISTENER, secure)
    assert "DuplicateListener" in refusal(aws.update, second, {**secure, "port": 80})
    assert "ValidationError" in refusal(aws.update, second, {**free, "protocol": "UDP"})


def test_a_listener_needs_a_certificate_that_is_issued(
    aws: Any, cloud: Cloud, balancer: str
) -> None:
    key, ends = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC) + timedelta(seconds=4)
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "example.org")])
    signed = (
        x509.CertificateBuilder(named, named, key.public_key(), x509.random_serial_number())
        .not_valid_before(ends - timedelta(days=1))
        .not_valid_after(ends)
        .sign(key, hashes.SHA256())
    )
    imported = cloud.client("acm").import_certificate(
        Certificate=signed.public_bytes(Encoding.PEM),
        PrivateKey=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )
    listener = {"loadBalancerArn": balancer, "port": 443, "defaultActions": [NOT_FOUND]}
    secure = {**listener, "certificateArn": imported["CertificateArn"]}
    made = aws.create(LISTENER, secure)
    time.sleep(max(0, (ends - datetime.now(UTC)).total_seconds()))
    refused = refusal(aws.update, made, {**secure, "port": 444})
    assert "UnsupportedCertificate" in refused
    assert "EXPIRED" in refused


NAMED = {"name": "front", "subnets": ["subnet-1"]}
GROUPED = {"port": 80, "protocol": "HTTP", "vpcId": "vpc-1"}
LISTENED = {"loadBalancerArn": "arn", "port": 80}


@pytest.mark.parametrize(
    ("token", "inputs", "failing"),
    [
        (BALANCER, {"name": "front"}, ["subnets"]),
        (BALANCER, {**NAMED, "name": "-front"}, ["name"]),
        (BALANCER, {**NAMED, "name": "a" * 33}, ["name"]),
        (BALANCER, {**NAMED, "name": "internal-front"}, ["name"]),
        (BALANCER, {"subnets": ["subnet-1"], "namePrefix": "too-long"}, ["namePrefix"]),
        (BALANCER, {**NAMED, "loadBalancerType": "gateway"}, ["loadBalancerType"]),
        (BALANCER, {**NAMED, "ipAddressType": "dualstack"}, ["ipAddressType"]),
        (BALANCER, {**NAMED, "desyncMitigationMode": "none"}, ["desyncMitigationMode"]),
        (BALANCER, {**NAMED, "subnetMappings": [{"subnetId": "s"}]}, ["subnetMappings"]),
        (GROUP, {**GROUPED, "name": "a_b"}, ["name"]),
        (GROUP, {"port": 80, "protocol": "HTTP"}, ["vpcId"]),
        (GROUP, {"vpcId": "vpc-1"}, ["port", "protocol"]),
        (GROUP, {**GROUPED, "targetType": "alb"}, ["targetType"]),
        (GROUP, {**GROUPED, "healthCheck": {"path": "health"}}, ["healthCheck.path"]),
        (GROUP, {**GROUPED, "healthCheck": {"interval": 1}}, ["healthCheck.interval"]),
        (GROUP, {**GROUPED, "healthCheck": {"protocol": "TCP"}}, ["healthCheck.protocol"]),
        (
            GROUP,
            {**GROUPED, "protocol": "TCP", "healthCheck": {"protocol": "TCP", "path": "/"}},
            ["healthCheck.path"],
        ),
        (LISTENER, {**LISTENED, "defaultActions": []}, ["defaultActions"]),
        (
            LISTENER,
            {**LISTENED, "defaultActions": [{"type": "authenticate-oidc"}]},
            ["defaultActions.type"],
        ),
        (LISTENER, {**LISTENED, "defaultActions": [{"type": "redirect"}]}, ["defaultActions"]),
        (
            LISTENER,
            {**LISTENED, "defaultActions": [{**NOT_FOUND, "targetGroupArn": "arn"}]},
            ["defaultActions.targetGroupArn"],
        ),
    ],
)
def test_bad_load_balancers_fail_at_check(
    aws: Any, token: str, inputs: dict[str, Any], failing: list[str]
) -> None:
    _, failures = aws.check(token, inputs)
    assert [name for name, _ in failures] == failing


def test_a_check_waits_for_what_is_unknown(aws: Any) -> None:
    for token, inputs in (
        (BALANCER, {"name": UNKNOWN, "subnets": UNKNOWN, "loadBalancerType": UNKNOWN}),
        (GROUP, {"port": UNKNOWN, "protocol": UNKNOWN, "vpcId": UNKNOWN, "targetType": "ip"}),
        (GROUP, {**GROUPED, "healthCheck": {"path": UNKNOWN, "interval": UNKNOWN}}),
        (GROUP, {"targetType": UNKNOWN}),
        (LISTENER, {**LISTENED, "defaultActions": UNKNOWN}),
        (LISTENER, {**LISTENED, "defaultActions": [{"type": UNKNOWN}]}),
        (LISTENER, {**LISTENED, "defaultActions": [{"type": "forward", "forward": UNKNOWN}]}),
    ):
        assert aws.check(token, inputs)[1] == []
