"""The policies of resources, by which one account lets others in: where each type holds its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from policy_pack.aws import (
    BUCKET_POLICIES,
    BUCKETS,
    KEY_POLICIES,
    KEYS,
    LOG_RESOURCE_POLICIES,
    TOPIC_POLICIES,
    TOPICS,
)
from policy_pack.iam import SOURCES, Statement, statements
from policy_pack.rule import Block, Resource

QUEUES: Final = ("aws:sqs/queue:Queue",)
QUEUE_POLICIES: Final = ("aws:sqs/queuePolicy:QueuePolicy",)
SECRETS: Final = (
    "aws:secretsmanager/secret:Secret",
    "aws:secretsmanager/secretPolicy:SecretPolicy",
)
REGISTRIES: Final = (
    "aws:ecr/repositoryPolicy:RepositoryPolicy",
    "aws:ecr/registryPolicy:RegistryPolicy",
)
FILE_SYSTEMS: Final = ("aws:efs/fileSystemPolicy:FileSystemPolicy",)
BUS_POLICIES: Final = ("aws:cloudwatch/eventBusPolicy:EventBusPolicy",)
BUS_PERMISSIONS: Final = ("aws:cloudwatch/eventPermission:EventPermission",)
CATALOGS: Final = ("aws:glue/resourcePolicy:ResourcePolicy",)
SENDERS: Final = (
    "aws:ses/identityPolicy:IdentityPolicy",
    "aws:sesv2/emailIdentityPolicy:EmailIdentityPolicy",
)
VAULTS: Final = ("aws:glacier/vault:Vault", "aws:glacier/vaultLock:VaultLock")
SEARCH_DOMAINS: Final = ("aws:opensearch/domain:Domain", "aws:elasticsearch/domain:Domain")
SEARCH_POLICIES: Final = (
    "aws:opensearch/domainPolicy:DomainPolicy",
    "aws:elasticsearch/domainPolicy:DomainPolicy",
)
FUNCTION_POLICIES: Final = ("aws:lambda/resourcePolicy:ResourcePolicy",)
FUNCTION_PERMISSIONS: Final = ("aws:lambda/permission:Permission",)
LAYER_PERMISSIONS: Final = ("aws:lambda/layerVersionPermission:LayerVersionPermission",)

ACCESS_POINTS: Final = (
    "aws:s3/accessPoint:AccessPoint",
    "aws:s3control/accessPointPolicy:AccessPointPolicy",
)
OTHER_KEYS: Final = (
    "aws:kms/externalKey:ExternalKey",
    "aws:kms/replicaExternalKey:ReplicaExternalKey",
    "aws:kms/replicaKey:ReplicaKey",
)

OTHERS: Final = (
    "aws:acmpca/policy:Policy",
    "aws:backup/vaultPolicy:VaultPolicy",
    "aws:cloudwatch/logDestinationPolicy:LogDestinationPolicy",
    "aws:codeartifact/domainPermissions:DomainPermissions",
    "aws:codeartifact/repositoryPermissionsPolicy:RepositoryPermissionsPolicy",
    "aws:codebuild/resourcePolicy:ResourcePolicy",
    "aws:dynamodb/resourcePolicy:ResourcePolicy",
    "aws:kinesis/resourcePolicy:ResourcePolicy",
    "aws:mediastore/containerPolicy:ContainerPolicy",
    "aws:msk/clusterPolicy:ClusterPolicy",
    "aws:oam/sinkPolicy:SinkPolicy",
    "aws:s3tables/tableBucketPolicy:TableBucketPolicy",
    "aws:s3tables/tablePolicy:TablePolicy",
    "aws:schemas/registryPolicy:RegistryPolicy",
)
"""Types whose openness no outside control asks about by itself."""

OTHERS_WITH_SERVICES: Final = (
    "aws:backup/vaultPolicy:VaultPolicy",
    "aws:dynamodb/resourcePolicy:ResourcePolicy",
    "aws:kinesis/resourcePolicy:ResourcePolicy",
    "aws:schemas/registryPolicy:RegistryPolicy",
)
"""Those of them that let services in on somebody's behalf."""

POLICIES: Final = (
    *(*BUCKETS, *BUCKET_POLICIES, *KEYS, *KEY_POLICIES, *TOPICS, *TOPIC_POLICIES),
    *(*QUEUES, *QUEUE_POLICIES, *SECRETS, *REGISTRIES, *FILE_SYSTEMS, *BUS_POLICIES, *CATALOGS),
    *(*SENDERS, *VAULTS, *SEARCH_DOMAINS, *SEARCH_POLICIES, *FUNCTION_POLICIES),
    *(*LOG_RESOURCE_POLICIES, *ACCESS_POINTS, *OTHER_KEYS),
    *OTHERS,
)
"""The types that hold the policy of a resource as a document, by what is at stake.

Left out: REST APIs, which are open by design and have rules of their own; public registries of
images; endpoints of a VPC, whose policies let nobody in; policies of an organization; and what few
share, as model groups, lattice services and namespaces of Redshift.
"""

_ELSEWHERE: Final[Mapping[str, str]] = {
    "aws:cloudwatch/logDestinationPolicy:LogDestinationPolicy": "accessPolicy",
    "aws:codeartifact/domainPermissions:DomainPermissions": "policyDocument",
    "aws:codeartifact/repositoryPermissionsPolicy:RepositoryPermissionsPolicy": "policyDocument",
    "aws:glacier/vault:Vault": "accessPolicy",
    "aws:s3tables/tableBucketPolicy:TableBucketPolicy": "resourcePolicy",
    "aws:s3tables/tablePolicy:TablePolicy": "resourcePolicy",
    **dict.fromkeys(LOG_RESOURCE_POLICIES, "policyDocument"),
    **dict.fromkeys((*SEARCH_DOMAINS, *SEARCH_POLICIES), "accessPolicies"),
}
"""The property that holds the document, where it is not `policy`. Source: the provider's schema."""

_PRINCIPALS: Final[Mapping[str, str]] = {
    "aws:acmpca/permission:Permission": "principal",
    "aws:cloudwatch/eventPermission:EventPermission": "principal",
    "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple": "principalArn",
    "aws:kms/grant:Grant": "granteePrincipal",
    "aws:lambda/layerVersionPermission:LayerVersionPermission": "principal",
    "aws:lambda/permission:Permission": "principal",
    "aws:signer/signingProfilePermission:SigningProfilePermission": "principal",
}
PERMISSIONS: Final = tuple(_PRINCIPALS)
"""Every type that lets a single principal in."""

_CONDITIONS: Final[Mapping[str, str]] = {
    "organizationId": "aws:PrincipalOrgID",
    "principalOrgId": "aws:PrincipalOrgID",
    "sourceAccount": "aws:SourceAccount",
    "sourceArn": "aws:SourceArn",
}
"""By property of a permission, the condition that AWS makes of it.

Source: AWS Lambda API Reference, `AddPermission`, `AddLayerVersionPermission`.
"""

SCOPES: Final = (
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    *SOURCES,
)
"""Condition keys that tie everyone to some: an account, an organization, a resource of theirs."""


def granted(resource: Resource) -> list[Statement]:
    """Return the statements of a resource's policy; a permission is a single one.

    Raises:
        Undecided: The document, or a permission's principal, is not known yet.
    """
    if resource.type in _PRINCIPALS:
        return [_permission(resource, _PRINCIPALS[resource.type])]
    return statements(resource.json(_ELSEWHERE.get(resource.type, "policy")))


def _permission(resource: Resource, property: str) -> Statement:  # noqa: A002  the field's word
    principal = resource.get(property, default="")
    kind = "Service" if is_service(principal) else "AWS"
    conditions = {
        key: resource.raw(name) for name, key in _CONDITIONS.items() if resource.has(name)
    }
    for one in resource.blocks("condition"):  # of an event bus
        conditions[str(one.get("key"))] = one.raw("value")
    written = {
        "Effect": "Allow",
        "Principal": {kind: principal},
        "Condition": {"StringLike": conditions},
    }
    return Statement(Block(written, resource.name))


def is_service(principal: object) -> bool:
    """Tell whether a permission's principal is a service, as `s3.amazonaws.com`."""
    return isinstance(principal, str) and principal.endswith(_HOSTS)


_HOSTS: Final = (".amazonaws.com", ".amazonaws.com.cn", ".amazon.com")


def open_to_everyone(statement: Statement, *scopes: str) -> bool:
    """Tell whether a statement lets everyone in, and no condition on a scope ties it to some.

    Args:
        statement: The statement.
        scopes: Condition keys of the service that tie as well.
    """
    return statement.allows and statement.everyone and not statement.binds(*SCOPES, *scopes)
