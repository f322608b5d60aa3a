"""What each guard denies: the one table of documents, tests and the guide.

The sources are AWS's own: *SCP examples* are those of the AWS Organizations User Guide and of
github.com/aws-samples/service-control-policy-examples; *RCP examples* those of
github.com/aws-samples/resource-control-policy-examples; *data perimeter examples* those of
github.com/aws-samples/data-perimeter-policy-examples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from secure_components.documents import Statement, Statements

SCP: Final = "SERVICE_CONTROL_POLICY"
RCP: Final = "RESOURCE_CONTROL_POLICY"
KINDS: Final = {SCP: "SCP", RCP: "RCP"}
"""How each type of policy is called."""


@dataclass(frozen=True)
class Settings:
    """What the guards are made of.

    Attributes:
        organization_id: As `o-exampleorgid`.
        regions: Regions that may be used.
        protected_roles: ARN patterns of roles that are not changed, those with exceptions included.
        permissions_boundaries: ARN patterns of policies that are boundaries.
        github_organizations: As `acme`, or `acme@1234`.
        trusted_accounts: Accounts outside that resources may let in.
        exceptions: ARN patterns of roles by guard.
    """

    organization_id: str
    regions: Sequence[str] = ()
    protected_roles: Sequence[str] = ()
    permissions_boundaries: Sequence[str] = ()
    github_organizations: Sequence[str] = ()
    trusted_accounts: Sequence[str] = ()
    exceptions: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Guard:
    """One rule that is kept in force.

    Attributes:
        id: Its name in arguments, in kebab case.
        kind: `SCP`, which binds the accounts' principals, or `RCP`, which binds their resources.
        denies: What cannot happen, as a sentence.
        uncovered: What it does not cover, or asks for, as sentences.
        source: Where AWS describes it.
        make: Returns its statements, without effect, principal and exceptions.
        needs: The argument without which it denies nothing.
        excepting: Whether a role can be excepted.
    """

    id: str
    kind: str
    denies: str
    uncovered: str
    source: str
    make: Callable[[Settings], Statements]
    needs: str = ""
    excepting: bool = True

    @property
    def sid(self) -> str:
        """What the `Sid` of its statements begins with, as `AuditTrail`."""
        return self.id.title().replace("-", "")

    def statements(self, settings: Settings) -> Statements:
        """Return its statements as they stand in a document."""
        return [
            {
                "Sid": f"{self.sid}{number or ''}",
                "Effect": "Deny",
                **({"Principal": "*"} if self.kind == RCP else {}),
                "Resource": "*",
                **statement,
                **_condition({**statement.get("Condition", {}), **self._exceptions(settings)}),
            }
            for number, statement in enumerate(self.make(settings))
        ]

    def _exceptions(self, settings: Settings) -> Mapping[str, Any]:
        roles = settings.exceptions.get(self.id, ())
        return {"ArnNotLike": {"aws:PrincipalArn": list(roles)}} if roles else {}


def _condition(tests: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"Condition": tests} if tests else {}


def _denies(*actions: str, **condition: Mapping[str, str]) -> Callable[[Settings], Statements]:
    """Return a maker of one statement: some actions, under a condition by choice."""
    return lambda _: [{"Action": list(actions), **_condition(condition)}]


# --- What binds principals ---


def _root_user(_: Settings) -> Statements:
    # A session of centralized root access is the organization's own, for one task.
    condition = {
        "ArnLike": {"aws:PrincipalArn": "arn:*:iam::*:root"},
        "Null": {"aws:AssumedRoot": "true"},
    }
    return [{"Action": "*", "Condition": condition}]


_ELSEWHERE: Final = (
    "a4b:*",
    "access-analyzer:*",
    "account:*",
    "acm:*",
    "activate:*",
    "artifact:*",
    "aws-marketplace-management:*",
    "aws-marketplace:*",
    "aws-portal:*",
    "billing:*",
    "billingconductor:*",
    "budgets:*",
    "ce:*",
    "chatbot:*",
    "chime:*",
    "cloudfront:*",
    "cloudtrail:LookupEvents",
    "compute-optimizer:*",
    "config:*",
    "consoleapp:*",
    "consolidatedbilling:*",
    "cur:*",
    "datapipeline:GetAccountLimits",
    "devicefarm:*",
    "directconnect:*",
    "ec2:DescribeRegions",
    "ec2:DescribeTransitGateways",
    "ec2:DescribeVpnGateways",
    "ecr-public:*",
    "fms:*",
    "freetier:*",
    "globalaccelerator:*",
    "health:*",
    "iam:*",
    "importexport:*",
    "invoicing:*",
    "iq:*",
    "kms:*",
    "license-manager:ListReceivedLicenses",
    "lightsail:Get*",
    "mobileanalytics:*",
    "networkmanager:*",
    "notifications-contacts:*",
    "notifications:*",
    "organizations:*",
    "payments:*",
    "pricing:*",
    "quicksight:DescribeAccountSubscription",
    "resource-explorer-2:*",
    "route53-recovery-cluster:*",
    "route53-recovery-control-config:*",
    "route53-recovery-readiness:*",
    "route53:*",
    "route53domains:*",
    "s3:CreateMultiRegionAccessPoint",
    "s3:DeleteMultiRegionAccessPoint",
    "s3:DescribeMultiRegionAccessPointOperation",
    "s3:GetAccountPublicAccessBlock",
    "s3:GetBucketLocation",
    "s3:GetBucketPolicyStatus",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetMultiRegionAccessPoint",
    "s3:GetMultiRegionAccessPointPolicy",
    "s3:GetMultiRegionAccessPointPolicyStatus",
    "s3:GetStorageLensConfiguration",
    "s3:GetStorageLensDashboard",
    "s3:ListAllMyBuckets",
    "s3:ListMultiRegionAccessPoints",
    "s3:ListStorageLensConfigurations",
    "s3:PutAccountPublicAccessBlock",
    "s3:PutMultiRegionAccessPointPolicy",
    "savingsplans:*",
    "shield:*",
    "sso:*",
    "sts:*",
    "support:*",
    "supportapp:*",
    "supportplans:*",
    "sustainability:*",
    "tag:GetResources",
    "tax:*",
    "trustedadvisor:*",
    "vendor-insights:ListEntitledSecurityProfiles",
    "waf-regional:*",
    "waf:*",
    "wafv2:*",
)
"""Actions of global services, as AWS Control Tower leaves them out of its own region deny."""


def _regions(settings: Settings) -> Statements:
    elsewhere = {"StringNotEquals": {"aws:RequestedRegion": list(settings.regions)}}
    return [
        {"NotAction": list(_ELSEWHERE), "Condition": elsewhere},
        {"Action": ["account:DisableRegion", "account:EnableRegion"]},
    ]


def _permissions_boundaries(settings: Settings) -> Statements:
    named = list(settings.permissions_boundaries)
    return [
        {"Action": ["iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary"]},
        {
            "Action": ["iam:PutRolePermissionsBoundary", "iam:PutUserPermissionsBoundary"],
            "Condition": {"StringNotLike": {"iam:PermissionsBoundary": named}},
        },
        {
            # A policy that is made under such a name could be put in the place of a boundary.
            "Action": [
                "iam:CreatePolicy",
                "iam:CreatePolicyVersion",
                "iam:DeletePolicy",
                "iam:DeletePolicyVersion",
                "iam:SetDefaultPolicyVersion",
            ],
            "Resource": named,
        },
    ]


def _protected_roles(settings: Settings) -> Statements:
    return [
        {
            "Action": [
                "iam:AttachRolePolicy",
                "iam:CreateRole",
                "iam:DeleteRole",
                "iam:DeleteRolePermissionsBoundary",
                "iam:DeleteRolePolicy",
                "iam:DetachRolePolicy",
                "iam:PutRolePermissionsBoundary",
                "iam:PutRolePolicy",
                "iam:TagRole",
                "iam:UntagRole",
                "iam:UpdateAssumeRolePolicy",
                "iam:UpdateRole",
                "iam:UpdateRoleDescription",
            ],
            "Resource": list(settings.protected_roles),
        }
    ]


def _imds_v2(_: Settings) -> Statements:
    return [
        {
            "Action": "ec2:RunInstances",
            "Resource": "arn:*:ec2:*:*:instance/*",
            "Condition": {"StringNotEquals": {"ec2:MetadataHttpTokens": "required"}},
        },
        {"Action": ["ec2:ModifyInstanceMetadataDefaults", "ec2:ModifyInstanceMetadataOptions"]},
        # Credentials that an instance was given by the old version.
        {"Action": "*", "Condition": {"NumericLessThan": {"ec2:RoleDelivery": "2.0"}}},
    ]


# --- What binds resources ---

_STORES: Final = (
    "aoss:*",
    "dynamodb:*",
    "ecr:*",
    "kms:*",
    "logs:*",
    "s3:*",
    "secretsmanager:*",
    "sqs:*",
)
"""Services with resource control policies whose resources only principals of AWS use."""
_SUPPORTED: Final = (*_STORES, "cognito-identity:*", "cognito-idp:*", "sts:*")
"""All services with resource control policies, as the RCP examples list them."""


def _organization_principals(settings: Settings) -> Statements:
    # Federated users belong to no organization, so the other actions of STS are not here; all keys
    # are `IfExists`, since who is anonymous has none of them.
    outside = {
        "StringNotEqualsIfExists": {
            "aws:PrincipalOrgID": settings.organization_id,
            **_trusted("aws:PrincipalAccount", settings),
        },
        "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
    }
    return [{"Action": [*_STORES, "sts:AssumeRole", "sts:SetContext"], "Condition": outside}]


def _confused_deputy(settings: Settings) -> Statements:
    # Not every service says for whom it acts; whom it names an account of, must be one of ours.
    for_others = {
        "StringNotEqualsIfExists": {
            "aws:SourceOrgID": settings.organization_id,
            **_trusted("aws:SourceAccount", settings),
        },
        "Null": {"aws:SourceAccount": "false"},
        "Bool": {"aws:PrincipalIsAWSService": "true"},
    }
    return [{"Action": list(_SUPPORTED), "Condition": for_others}]


def _trusted(key: str, settings: Settings) -> Mapping[str, Sequence[str]]:
    return {key: list(settings.trusted_accounts)} if settings.trusted_accounts else {}


def _tls_only(_: Settings) -> Statements:
    return [
        {
            "Action": list(_SUPPORTED),
            "Condition": {"BoolIfExists": {"aws:SecureTransport": "false"}},
        },
        {"Action": "s3:*", "Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}}},
    ]


_GITHUB_SUBJECT: Final = "token.actions.githubusercontent.com:sub"


def _github_workflows(settings: Settings) -> Statements:
    own = [f"repo:{one}/*" for one in settings.github_organizations]
    foreign = {"StringNotLike": {_GITHUB_SUBJECT: own}} if own else {}
    return [
        {
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {**foreign, "Null": {_GITHUB_SUBJECT: "false"}},
        }
    ]


# --- The table ---

GUARDS: Final = (
    Guard(
        "organization-membership",
        SCP,
        "An account leaves the organization, or closes itself.",
        "The management account removes and closes accounts as before.",
        'SCP examples, "Prevent member accounts from leaving the organization"',
        _denies("account:CloseAccount", "organizations:LeaveOrganization"),
        excepting=False,
    ),
    Guard(
        "root-user",
        SCP,
        "The root user does anything.",
        "Sessions of centralized root access (`sts:AssumeRoot`) stay possible: who may have one is "
        "for the management account to say. Root credentials are not removed by it.",
        'SCP examples, "Prevent root credentials management in member accounts"',
        _root_user,
        excepting=False,
    ),
    Guard(
        "regions",
        SCP,
        "Anything but global services is used in a region that is not listed, or a region is "
        "switched on or off.",
        "`kms`, `acm`, `config` and `wafv2` count as global, so that CloudFront works. What runs "
        "in other regions goes on.",
        'AWS Control Tower, "Deny access to AWS based on the requested AWS Region"',
        _regions,
        needs="regions",
    ),
    Guard(
        "audit-trail",
        SCP,
        "A trail, or an event data store, is stopped, deleted or changed.",
        "Where files and events are kept: the bucket, the key (see `kms-keys`) and the log group. "
        "A pipeline that changes a trail needs an exception; an organization trail needs none.",
        'SCP examples, "Deny modifications to specific CloudTrail trails"',
        _denies(
            "cloudtrail:DeleteEventDataStore",
            "cloudtrail:DeleteTrail",
            "cloudtrail:PutEventConfiguration",
            "cloudtrail:PutEventSelectors",
            "cloudtrail:PutInsightSelectors",
            "cloudtrail:StopEventDataStoreIngestion",
            "cloudtrail:StopLogging",
            "cloudtrail:UpdateEventDataStore",
            "cloudtrail:UpdateTrail",
        ),
    ),
    Guard(
        "config",
        SCP,
        "The recorder or delivery of AWS Config is stopped, deleted or changed, or a rule deleted.",
        "Setting Config up needs an exception, since the same actions change it.",
        'SCP examples, "Deny enabling and disabling AWS Config"',
        _denies(
            "config:DeleteConfigRule",
            "config:DeleteConfigurationRecorder",
            "config:DeleteDeliveryChannel",
            "config:DeleteRetentionConfiguration",
            "config:PutConfigurationRecorder",
            "config:PutDeliveryChannel",
            "config:PutRetentionConfiguration",
            "config:StopConfigurationRecorder",
        ),
    ),
    Guard(
        "guardduty",
        SCP,
        "GuardDuty is switched off, changed, or parted from its administrator; findings are "
        "suppressed.",
        "The delegated administrator needs an exception for the role that manages it.",
        'SCP examples, "Prevent users from disabling GuardDuty or modifying its configuration"',
        _denies(
            "guardduty:ArchiveFindings",
            "guardduty:CreateFilter",
            "guardduty:CreateIPSet",
            "guardduty:CreateTrustedEntitySet",
            "guardduty:DeleteDetector",
            "guardduty:DeleteMembers",
            "guardduty:DeletePublishingDestination",
            "guardduty:Disassociate*",
            "guardduty:StopMonitoringMembers",
            "guardduty:UpdateDetector",
            "guardduty:UpdateFilter",
            "guardduty:UpdateIPSet",
            "guardduty:UpdateMemberDetectors",
            "guardduty:UpdatePublishingDestination",
            "guardduty:UpdateTrustedEntitySet",
        ),
    ),
    Guard(
        "security-hub",
        SCP,
        "Security Hub, a standard or a control is switched off, or an account parted from its "
        "administrator.",
        "Findings may still be marked and suppressed one by one. The delegated administrator needs "
        "an exception for the role that manages it.",
        'SCP examples, "Deny deletion or disassociation of members from AWS Security Hub"',
        _denies(
            "securityhub:BatchDisableStandards",
            "securityhub:BatchUpdateStandardsControlAssociations",
            "securityhub:DeleteMembers",
            "securityhub:DisableImportFindingsForProduct",
            "securityhub:DisableSecurityHub*",
            "securityhub:Disassociate*",
            "securityhub:UpdateSecurityHubConfiguration",
            "securityhub:UpdateStandardsControl",
        ),
    ),
    Guard(
        "access-analyzer",
        SCP,
        "An analyzer is deleted or changed, or findings are archived by rule.",
        "Single findings may still be archived.",
        'SCP examples, "Deny deletion of AWS Access Analyzer and findings in an account"',
        _denies(
            "access-analyzer:ApplyArchiveRule",
            "access-analyzer:CreateArchiveRule",
            "access-analyzer:DeleteAnalyzer",
            "access-analyzer:UpdateAnalyzer",
            "access-analyzer:UpdateArchiveRule",
        ),
    ),
    Guard(
        "macie",
        SCP,
        "Macie is switched off or paused, or an account parted from its administrator.",
        "The delegated administrator needs an exception for the role that manages it.",
        'SCP examples, "Protect disabling/deleting Amazon Macie"',
        _denies(
            "macie2:DeleteMember",
            "macie2:DisableMacie",
            "macie2:Disassociate*",
            "macie2:UpdateMacieSession",
            "macie2:UpdateMemberSession",
        ),
    ),
    Guard(
        "account-public-access",
        SCP,
        "The account's own block of public buckets is changed.",
        "It must have been switched on before, which this does not do.",
        'SCP examples, "Deny users from modifying S3 Block Public Access"',
        _denies("s3:PutAccountPublicAccessBlock"),
    ),
    Guard(
        "bucket-public-access",
        SCP,
        "A bucket's block of public access is changed.",
        "New buckets have it in full. A pipeline that states it, as this library's buckets do, "
        "needs an exception.",
        'SCP examples, "Deny users from modifying S3 Block Public Access, bucket level"',
        _denies("s3:PutBucketPublicAccessBlock"),
    ),
    Guard(
        "public-images",
        SCP,
        "The account's block of public machine images or snapshots is switched off.",
        "It must have been switched on before. A block of snapshots can be made narrower.",
        'SCP examples, "Deny users from disabling block public access on AMIs"',
        _denies("ec2:DisableImageBlockPublicAccess", "ec2:DisableSnapshotBlockPublicAccess"),
    ),
    Guard(
        "public-functions",
        SCP,
        "A Lambda function gets an address that asks for no credentials.",
        "Functions behind a load balancer, an API or CloudFront.",
        'AWS Lambda Developer Guide, "Control access to Lambda function URLs"',
        _denies(
            "lambda:AddPermission",
            "lambda:CreateFunctionUrlConfig",
            "lambda:UpdateFunctionUrlConfig",
            StringEquals={"lambda:FunctionUrlAuthType": "NONE"},
        ),
    ),
    Guard(
        "external-sharing",
        SCP,
        "Resource Access Manager shares with accounts outside the organization.",
        "Shares that let others in already.",
        'SCP examples, "Preventing external sharing"',
        _denies(
            "ram:CreateResourceShare",
            "ram:UpdateResourceShare",
            Bool={"ram:RequestedAllowsExternalPrincipals": "true"},
        ),
    ),
    Guard(
        "iam-users",
        SCP,
        "A user, or a password, key or certificate of one, is made or switched on.",
        "Users and keys that exist go on working.",
        'SCP examples, "Deny critical IAM user actions"',
        _denies(
            "iam:CreateAccessKey",
            "iam:CreateLoginProfile",
            "iam:CreateServiceSpecificCredential",
            "iam:CreateUser",
            "iam:ResetServiceSpecificCredential",
            "iam:UpdateAccessKey",
            "iam:UpdateLoginProfile",
            "iam:UpdateServiceSpecificCredential",
            "iam:UploadSSHPublicKey",
            "iam:UploadSigningCertificate",
        ),
    ),
    Guard(
        "identity-providers",
        SCP,
        "An identity provider, or an account's own instance of Identity Center, is made, changed "
        "or deleted.",
        "The providers of the organization's Identity Center are its own service's to change. A "
        "pipeline that makes GitHub's provider needs an exception.",
        'Data perimeter examples, "PreventIdPTrustModifications"',
        _denies(
            "iam:AddClientIDToOpenIDConnectProvider",
            "iam:CreateOpenIDConnectProvider",
            "iam:CreateSAMLProvider",
            "iam:DeleteOpenIDConnectProvider",
            "iam:DeleteSAMLProvider",
            "iam:UpdateOpenIDConnectProviderThumbprint",
            "iam:UpdateSAMLProvider",
            "sso:CreateInstance",
        ),
    ),
    Guard(
        "protected-roles",
        SCP,
        "A role that is named, or that has an exception, is made, changed, tagged or deleted.",
        "Policies of the customer that are attached to such a role, unless they are boundaries; "
        "and who may assume it, which its trust policy says.",
        'SCP examples, "Deny modifications to specific IAM roles"',
        _protected_roles,
        needs="protected_roles",
    ),
    Guard(
        "permissions-boundaries",
        SCP,
        "A boundary is taken off or put in another's place, or a policy that is a boundary is "
        "made, changed or deleted.",
        "A role that is made without any: the policy of whoever makes roles asks for one.",
        'IAM User Guide, "Delegating responsibility to others using permissions boundaries"',
        _permissions_boundaries,
        needs="permissions_boundaries",
    ),
    Guard(
        "kms-keys",
        SCP,
        "A key, or its material, is deleted, switched off, or no longer rotated.",
        "A change of the key's policy that locks everybody out.",
        'SCP examples, "Deny KMS key deletion"',
        _denies(
            "kms:DeleteImportedKeyMaterial",
            "kms:DisableKey",
            "kms:DisableKeyRotation",
            "kms:ScheduleKeyDeletion",
        ),
    ),
    Guard(
        "ebs-encryption",
        SCP,
        "Encryption of new volumes by default is switched off.",
        "It must have been switched on before, in every region.",
        'SCP examples, "Deny disabling default EBS encryption"',
        _denies("ec2:DisableEbsEncryptionByDefault"),
    ),
    Guard(
        "imds-v2",
        SCP,
        "An instance is started without IMDSv2 being required, its metadata options are changed, "
        "or credentials are used that it got by IMDSv1.",
        "Instances that a service starts by its service-linked role, as Auto Scaling does, until "
        "they use their credentials. `RunInstances` must ask for it, whatever the image says.",
        'SCP examples, "Prevent IMDSv1"',
        _imds_v2,
    ),
    Guard(
        "organization-principals",
        RCP,
        "Whoever is neither of the organization, a trusted account nor an AWS service uses a "
        "bucket, queue, key, secret, table, repository, log group or collection, or assumes a "
        "role.",
        "Federated users, who assume roles by their provider; Cognito, which is for the public. "
        "Websites are served by CloudFront with an origin access control, not by the bucket.",
        'Data perimeter examples, "EnforceOrgIdentities"',
        _organization_principals,
        excepting=False,
    ),
    Guard(
        "confused-deputy",
        RCP,
        "An AWS service uses a resource on behalf of an account outside the organization.",
        "Services that do not say for which account they act.",
        'Data perimeter examples, "EnforceConfusedDeputyProtection"',
        _confused_deputy,
        excepting=False,
    ),
    Guard(
        "tls-only",
        RCP,
        "A resource is used without TLS, or a bucket with TLS before 1.2.",
        "Services without resource control policies.",
        'RCP examples, "Restrict access to only HTTPS connections", "Enforce TLS version"',
        _tls_only,
        excepting=False,
    ),
    Guard(
        "github-workflows",
        RCP,
        "A workflow of another GitHub organization assumes a role.",
        "Which repository and branch may, which the role's trust policy says; subjects of another "
        "form than GitHub's default; GitHub Enterprise with an issuer of its own; and other "
        "providers, which must have a name of their own in the condition.",
        'RCP examples, "Limit access to trusted OIDC identity providers"',
        _github_workflows,
        excepting=False,
    ),
)

BY_ID: Final = {guard.id: guard for guard in GUARDS}


def table() -> Iterator[str]:
    """Yield the lines of the guide's table."""
    yield "| guard | by | what cannot happen | not covered, or to be known | source |"
    yield "|---|---|---|---|---|"
    for guard in GUARDS:
        cells = (f"`{guard.id}`", KINDS[guard.kind], guard.denies, guard.uncovered, guard.source)
        yield f"| {' | '.join(cells)} |"


def actions_of(statement: Statement) -> Sequence[str]:
    """Return the actions that a statement names, be it to deny them or to leave them out."""
    named = statement.get("Action", statement.get("NotAction"))
    return [named] if isinstance(named, str) else list(named or ())
