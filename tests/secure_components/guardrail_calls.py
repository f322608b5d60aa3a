"""What is attempted against each guard, and the work that goes on beside all of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from tests.secure_components.organization_policies import ORGANIZATION, Call, denying

MEMBER, OUTSIDE, VENDOR = "111111111111", "222222222222", "333333333333"
ARGS: Final[Mapping[str, Any]] = {
    "organization_id": ORGANIZATION,
    "targets": {"sandbox": "ou-ab12-11111111"},
    "regions": ["eu-west-1", "eu-central-1"],
    "protected_roles": ["arn:aws:iam::*:role/secure/*"],
    "permissions_boundaries": ["arn:aws:iam::*:policy/boundaries/*"],
    "github_organizations": ["acme", "acme@1234"],
    "trusted_accounts": [VENDOR],
    "exceptions": {
        "audit-trail": ["arn:aws:iam::*:role/pipeline/apply"],
        "bucket-public-access": ["arn:aws:iam::*:role/pipeline/apply"],
        "kms-keys": [
            "arn:aws:iam::*:role/pipeline/apply",
            "arn:aws:iam::*:role/emergency/break-glass",
        ],
        "permissions-boundaries": ["arn:aws:iam::*:role/pipeline/apply"],
        "protected-roles": ["arn:aws:iam::*:role/emergency/break-glass"],
    },
}
"""Arguments with everything that can be given."""

ADMIN: Final = f"arn:aws:iam::{MEMBER}:role/admin"
APPLY: Final = f"arn:aws:iam::{MEMBER}:role/pipeline/apply"
BREAK_GLASS: Final = f"arn:aws:iam::{MEMBER}:role/emergency/break-glass"
ROOT: Final = f"arn:aws:iam::{MEMBER}:root"
LINKED: Final = f"arn:aws:iam::{MEMBER}:role/aws-service-role/autoscaling.amazonaws.com/AWSService"
FOREIGN: Final = f"arn:aws:iam::{OUTSIDE}:role/somebody"
SUPPLIER: Final = f"arn:aws:iam::{VENDOR}:role/scanner"
GITHUB: Final = "token.actions.githubusercontent.com:sub"
BOUNDARY: Final = f"arn:aws:iam::{MEMBER}:policy/boundaries/deploy"
PROTECTED: Final = f"arn:aws:iam::{MEMBER}:role/secure/reader"
INSTANCE: Final = f"arn:aws:ec2:eu-west-1:{MEMBER}:instance/*"


def own(action: str, principal: str = ADMIN, resource: str = "*", **context: str) -> Call:
    """Return a call by a principal of the organization, in a region that may be used."""
    region = {"aws:RequestedRegion": "eu-west-1", "aws:PrincipalIsAWSService": "false"}
    spelled = {key.replace("__", ":"): value for key, value in context.items()}
    return Call(
        action,
        principal,
        resource,
        context={"aws:PrincipalOrgID": ORGANIZATION, **region, **spelled},
    )


def foreign(action: str, principal: str = FOREIGN, **context: str) -> Call:
    """Return a call by a principal outside, on a resource of the organization."""
    spelled = {key.replace("__", ":"): value for key, value in context.items()}
    return Call(action, principal, context={"aws:PrincipalIsAWSService": "false", **spelled})


def service(action: str, **context: str) -> Call:
    """Return a call that an AWS service makes by itself, for an account by choice."""
    spelled = {key.replace("__", ":"): value for key, value in context.items()}
    return Call(action, context={"aws:PrincipalIsAWSService": "true", **spelled})


def workflow(subject: str) -> Call:
    """Return a call by a workflow of GitHub that has no AWS credentials yet."""
    return Call("sts:AssumeRoleWithWebIdentity", context={GITHUB: subject})


def _each(prefix: str, names: str) -> list[Call]:
    return [own(f"{prefix}:{name}") for name in _words(names)]


def _words(text: str) -> list[str]:
    return text.split()


_ROLE_CHANGES: Final = _words(
    "AttachRolePolicy CreateRole DeleteRole DeleteRolePermissionsBoundary DeleteRolePolicy "
    "DetachRolePolicy PutRolePermissionsBoundary PutRolePolicy TagRole UntagRole "
    "UpdateAssumeRolePolicy UpdateRole UpdateRoleDescription"
)
_READ_AND_WRITE: Final = _words(
    "aoss:APIAccessAll dynamodb:GetItem ecr:BatchGetImage kms:Decrypt logs:PutLogEvents "
    "s3:GetObject secretsmanager:GetSecretValue sqs:SendMessage"
)
_ALL_SUPPORTED: Final = [
    *_READ_AND_WRITE,
    "cognito-identity:GetId",
    "cognito-idp:AdminGetUser",
    "sts:AssumeRole",
]

ATTEMPTS: Final[Mapping[str, list[Call]]] = {
    "organization-membership": [
        own("organizations:LeaveOrganization"),
        own("account:CloseAccount"),
        own("organizations:LeaveOrganization", APPLY),
    ],
    "root-user": [own("s3:ListBucket", ROOT), own("iam:ListUsers", ROOT)],
    "regions": [
        own("ec2:RunInstances", aws__RequestedRegion="us-west-2"),
        own("lambda:CreateFunction", aws__RequestedRegion="us-east-1"),
        own("dynamodb:PutItem", APPLY, aws__RequestedRegion="ap-southeast-1"),
        own("account:EnableRegion"),
        own("account:DisableRegion", aws__RequestedRegion="us-east-1"),
    ],
    "audit-trail": [
        *_each(
            "cloudtrail",
            "DeleteEventDataStore DeleteTrail PutEventConfiguration PutEventSelectors "
            "PutInsightSelectors StopEventDataStoreIngestion StopLogging UpdateEventDataStore "
            "UpdateTrail",
        ),
        own("cloudtrail:StopLogging", BREAK_GLASS),
        own("cloudtrail:StopLogging", f"arn:aws:iam::{MEMBER}:role/pipeline/apply-2"),
    ],
    "config": _each(
        "config",
        "DeleteConfigRule DeleteConfigurationRecorder DeleteDeliveryChannel "
        "DeleteRetentionConfiguration PutConfigurationRecorder PutDeliveryChannel "
        "PutRetentionConfiguration StopConfigurationRecorder",
    ),
    "guardduty": _each(
        "guardduty",
        "ArchiveFindings CreateFilter CreateIPSet CreateTrustedEntitySet DeleteDetector "
        "DeleteMembers DeletePublishingDestination DisassociateFromAdministratorAccount "
        "DisassociateFromMasterAccount DisassociateMembers StopMonitoringMembers UpdateDetector "
        "UpdateFilter UpdateIPSet UpdateMemberDetectors UpdatePublishingDestination "
        "UpdateTrustedEntitySet",
    ),
    "security-hub": _each(
        "securityhub",
        "BatchDisableStandards BatchUpdateStandardsControlAssociations DeleteMembers "
        "DisableImportFindingsForProduct DisableSecurityHub DisableSecurityHubV2 "
        "DisassociateFromAdministratorAccount DisassociateFromMasterAccount DisassociateMembers "
        "UpdateSecurityHubConfiguration UpdateStandardsControl",
    ),
    "access-analyzer": _each(
        "access-analyzer",
        "ApplyArchiveRule CreateArchiveRule DeleteAnalyzer UpdateAnalyzer UpdateArchiveRule",
    ),
    "macie": _each(
        "macie2",
        "DeleteMember DisableMacie DisassociateFromAdministratorAccount "
        "DisassociateFromMasterAccount DisassociateMember UpdateMacieSession UpdateMemberSession",
    ),
    "account-public-access": [
        own("s3:PutAccountPublicAccessBlock"),
        own("s3:PutAccountPublicAccessBlock", aws__RequestedRegion="us-east-1"),
    ],
    "bucket-public-access": [
        own("s3:PutBucketPublicAccessBlock"),
        own("s3:PutBucketPublicAccessBlock", BREAK_GLASS),
    ],
    "public-images": _each("ec2", "DisableImageBlockPublicAccess DisableSnapshotBlockPublicAccess"),
    "public-functions": [
        own(f"lambda:{name}", lambda__FunctionUrlAuthType="NONE")
        for name in ("AddPermission", "CreateFunctionUrlConfig", "UpdateFunctionUrlConfig")
    ],
    "external-sharing": [
        own(f"ram:{name}", ram__RequestedAllowsExternalPrincipals="true")
        for name in ("CreateResourceShare", "UpdateResourceShare")
    ],
    "iam-users": _each(
        "iam",
        "CreateAccessKey CreateLoginProfile CreateServiceSpecificCredential CreateUser "
        "ResetServiceSpecificCredential UpdateAccessKey UpdateLoginProfile "
        "UpdateServiceSpecificCredential UploadSSHPublicKey UploadSigningCertificate",
    ),
    "identity-providers": [
        *_each(
            "iam",
            "AddClientIDToOpenIDConnectProvider CreateOpenIDConnectProvider CreateSAMLProvider "
            "DeleteOpenIDConnectProvider DeleteSAMLProvider UpdateOpenIDConnectProviderThumbprint "
            "UpdateSAMLProvider",
        ),
        own("sso:CreateInstance"),
    ],
    "protected-roles": [
        *(
            own(f"iam:{name}", resource=role)
            for name in _ROLE_CHANGES
            for role in (PROTECTED, APPLY, BREAK_GLASS)
            if not name.endswith("PermissionsBoundary")
        ),
        # By whom boundaries are managed; and one that may be put, on a role that nobody may change.
        own("iam:DeleteRolePermissionsBoundary", APPLY, PROTECTED),
        own("iam:PutRolePermissionsBoundary", resource=APPLY, iam__PermissionsBoundary=BOUNDARY),
        own("iam:UpdateAssumeRolePolicy", APPLY, PROTECTED),
    ],
    "permissions-boundaries": [
        own("iam:DeleteRolePermissionsBoundary", resource=ADMIN, iam__PermissionsBoundary=BOUNDARY),
        own("iam:DeleteUserPermissionsBoundary"),
        *(
            own(
                f"iam:Put{kind}PermissionsBoundary",
                resource=ADMIN,
                iam__PermissionsBoundary="arn:aws:iam::aws:policy/AdministratorAccess",
            )
            for kind in ("Role", "User")
        ),
        *(
            own(f"iam:{name}", resource=BOUNDARY)
            for name in (
                "CreatePolicy",
                "CreatePolicyVersion",
                "DeletePolicy",
                "DeletePolicyVersion",
                "SetDefaultPolicyVersion",
            )
        ),
    ],
    "kms-keys": _each(
        "kms",
        "DeleteImportedKeyMaterial DisableKey DisableKeyRotation ScheduleKeyDeletion",
    ),
    "ebs-encryption": _each("ec2", "DisableEbsEncryptionByDefault"),
    "imds-v2": [
        own("ec2:RunInstances", APPLY, INSTANCE),
        own("ec2:RunInstances", resource=INSTANCE, ec2__MetadataHttpTokens="optional"),
        *_each("ec2", "ModifyInstanceMetadataDefaults ModifyInstanceMetadataOptions"),
        own("s3:GetObject", ec2__RoleDelivery="1.0"),
    ],
    "organization-principals": [
        *(foreign(action) for action in [*_READ_AND_WRITE, "sts:AssumeRole", "sts:SetContext"]),
        foreign("s3:GetObject", **{"aws:PrincipalOrgID": "o-anotherorgid"}),
        Call("s3:GetObject"),  # anonymous: no key about the principal at all
    ],
    "confused-deputy": [
        *(service(action, aws__SourceAccount=OUTSIDE) for action in _ALL_SUPPORTED),
        service("s3:PutObject", aws__SourceAccount=OUTSIDE, aws__SourceOrgID="o-anotherorgid"),
    ],
    "tls-only": [
        *(own(action, aws__SecureTransport="false") for action in _ALL_SUPPORTED),
        own("s3:GetObject", s3__TlsVersion="1.1"),
    ],
    "github-workflows": [
        workflow("repo:evil/infrastructure:ref:refs/heads/main"),
        workflow("repo:acme-evil/infrastructure:ref:refs/heads/main"),
        workflow("repo:acme@99/infrastructure@1:environment:production"),
    ],
}
"""By guard, what that guard alone denies. Written by hand, beside the guards."""

WORK: Final[list[Call]] = [
    # Reading, and pipelines in regions that may be used.
    *_each("cloudtrail", "DescribeTrails GetTrailStatus LookupEvents CreateTrail StartLogging"),
    *_each("config", "DescribeConfigRules PutConfigRule StartConfigurationRecorder"),
    *_each("guardduty", "GetFindings ListDetectors CreateDetector TagResource"),
    *_each("securityhub", "GetFindings BatchUpdateFindings EnableSecurityHub"),
    *_each("access-analyzer", "ListFindings UpdateFindings CreateAnalyzer ValidatePolicy"),
    *_each("macie2", "GetMacieSession EnableMacie CreateClassificationJob"),
    *_each("s3", "CreateBucket PutBucketPolicy PutObject GetBucketPublicAccessBlock"),
    *_each("kms", "CreateKey EnableKeyRotation PutKeyPolicy CancelKeyDeletion Decrypt"),
    *_each("ec2", "DescribeInstances EnableEbsEncryptionByDefault EnableImageBlockPublicAccess"),
    *_each("ec2", "EnableSnapshotBlockPublicAccess TerminateInstances CreateVolume"),
    *_each("iam", "CreateRole GetRole PassRole CreatePolicy DeleteAccessKey DeleteUser TagRole"),
    *_each("iam", "DeleteLoginProfile ListSAMLProviders CreateServiceLinkedRole"),
    own("iam:CreateRole", resource=f"arn:aws:iam::{MEMBER}:role/app"),
    own("iam:PassRole", resource=PROTECTED),
    own("iam:GetRole", resource=PROTECTED),
    own("iam:CreatePolicy", resource=f"arn:aws:iam::{MEMBER}:policy/app"),
    own("iam:PutRolePermissionsBoundary", iam__PermissionsBoundary=BOUNDARY),
    own("iam:PutUserPermissionsBoundary", iam__PermissionsBoundary=BOUNDARY),
    own("organizations:DescribeOrganization"),
    own("account:GetContactInformation"),
    own("sso:ListInstances"),
    own("dynamodb:PutItem", aws__RequestedRegion="eu-central-1"),
    own("lambda:CreateFunction", APPLY),
    own("lambda:CreateFunctionUrlConfig", lambda__FunctionUrlAuthType="AWS_IAM"),
    own("lambda:UpdateFunctionUrlConfig", lambda__FunctionUrlAuthType="AWS_IAM"),
    own("lambda:AddPermission"),
    own("ram:CreateResourceShare", ram__RequestedAllowsExternalPrincipals="false"),
    own("ram:UpdateResourceShare", ram__RequestedAllowsExternalPrincipals="false"),
    own("ec2:RunInstances", APPLY, INSTANCE, ec2__MetadataHttpTokens="required"),
    own("ec2:RunInstances", APPLY, f"arn:aws:ec2:eu-west-1:{MEMBER}:volume/*"),
    own("s3:GetObject", ec2__RoleDelivery="2.0"),
    own("s3:GetObject", s3__TlsVersion="1.3"),
    own("sts:AssumeRole"),
    own("ecr:GetAuthorizationToken"),
    # What a root session of the management account is for.
    own("s3:DeleteBucketPolicy", ROOT, aws__AssumedRoot="true"),
    # Exceptions.
    own("cloudtrail:UpdateTrail", APPLY),
    own("s3:PutBucketPublicAccessBlock", APPLY),
    own("kms:ScheduleKeyDeletion", APPLY),
    own("kms:ScheduleKeyDeletion", BREAK_GLASS),
    own("iam:DeleteRolePermissionsBoundary", APPLY, ADMIN),
    own("iam:PutRolePermissionsBoundary", APPLY, ADMIN),
    own("iam:CreatePolicyVersion", APPLY, BOUNDARY),
    own("iam:UpdateAssumeRolePolicy", BREAK_GLASS, PROTECTED),
    own("iam:AttachRolePolicy", BREAK_GLASS, APPLY),
    # Service-linked roles.
    own("ec2:RunInstances", LINKED, INSTANCE, aws__RequestedRegion="us-west-2"),
    own("config:PutConfigurationRecorder", LINKED),
    own("iam:UpdateSAMLProvider", LINKED),
    # AWS services: for the organization, for a vendor, and without a word for whom.
    *(service(action) for action in _ALL_SUPPORTED),
    *(
        service(action, aws__SourceAccount=MEMBER, aws__SourceOrgID=ORGANIZATION)
        for action in _ALL_SUPPORTED
    ),
    service("s3:PutObject", aws__SourceAccount=VENDOR),
    # Principals outside that are trusted, or whom no guard is about.
    *(foreign(action, SUPPLIER) for action in [*_READ_AND_WRITE, "sts:AssumeRole"]),
    foreign("cognito-idp:SignUp", ""),
    foreign("sns:Publish"),
    # Own principals that another of the accounts lets in, and those that name a source.
    own("s3:GetObject", aws__SourceAccount=OUTSIDE),
    # Federation.
    workflow("repo:acme/infrastructure:ref:refs/heads/main"),
    workflow("repo:acme@1234/infrastructure@5678:environment:production"),
    Call("sts:AssumeRoleWithWebIdentity", context={"accounts.google.com:sub": "1"}),
    Call("sts:AssumeRoleWithSAML"),
    Call("sts:TagSession"),
]
"""What nobody's work can do without, and no guard may deny."""

_GLOBAL: Final = _words(
    "a4b:GetDevice access-analyzer:ListAnalyzers account:ListRegions acm:RequestCertificate "
    "activate:GetProgram artifact:GetReport aws-marketplace-management:viewReports "
    "aws-marketplace:Subscribe aws-portal:ViewBilling billing:GetBillingData "
    "billingconductor:ListAccountAssociations budgets:ViewBudget ce:GetCostAndUsage "
    "chatbot:DescribeSlackWorkspaces chime:ListUsers cloudfront:CreateDistribution "
    "cloudtrail:LookupEvents compute-optimizer:GetEnrollmentStatus config:DescribeConfigRules "
    "consoleapp:GetDeviceIdentity consolidatedbilling:GetAccountBillingRole "
    "cur:DescribeReportDefinitions datapipeline:GetAccountLimits devicefarm:ListProjects "
    "directconnect:DescribeConnections ec2:DescribeRegions ec2:DescribeTransitGateways "
    "ec2:DescribeVpnGateways ecr-public:GetAuthorizationToken fms:ListPolicies "
    "freetier:GetFreeTierUsage globalaccelerator:ListAccelerators health:DescribeEvents "
    "iam:CreateRole importexport:ListJobs invoicing:GetInvoicePDF iq:CreateRequest "
    "kms:GenerateDataKey license-manager:ListReceivedLicenses lightsail:GetInstances "
    "mobileanalytics:GetReports networkmanager:ListCoreNetworks "
    "notifications-contacts:ListEmailContacts notifications:ListNotificationEvents "
    "organizations:DescribeOrganization payments:ListPaymentPreferences pricing:GetProducts "
    "quicksight:DescribeAccountSubscription resource-explorer-2:Search "
    "route53-recovery-cluster:GetRoutingControlState "
    "route53-recovery-control-config:ListClusters route53-recovery-readiness:ListCells "
    "route53:ChangeResourceRecordSets route53domains:ListDomains "
    "s3:CreateMultiRegionAccessPoint s3:DeleteMultiRegionAccessPoint "
    "s3:DescribeMultiRegionAccessPointOperation s3:GetAccountPublicAccessBlock "
    "s3:GetBucketLocation s3:GetBucketPolicyStatus s3:GetBucketPublicAccessBlock "
    "s3:GetMultiRegionAccessPoint s3:GetMultiRegionAccessPointPolicy "
    "s3:GetMultiRegionAccessPointPolicyStatus s3:GetStorageLensConfiguration "
    "s3:GetStorageLensDashboard s3:ListAllMyBuckets s3:ListMultiRegionAccessPoints "
    "s3:ListStorageLensConfigurations s3:PutMultiRegionAccessPointPolicy "
    "savingsplans:DescribeSavingsPlans shield:DescribeProtection sso:ListInstances "
    "sts:GetCallerIdentity support:CreateCase supportapp:GetAccountAlias "
    "supportplans:GetSupportPlan sustainability:GetCarbonFootprintSummary tag:GetResources "
    "tax:GetTaxRegistration trustedadvisor:DescribeChecks "
    "vendor-insights:ListEntitledSecurityProfiles waf-regional:ListWebACLs waf:ListWebACLs "
    "wafv2:CreateWebACL"
)
WORK.extend(own(action, aws__RequestedRegion="us-east-1") for action in _GLOBAL)


def outcomes(documents: Mapping[str, str]) -> list[frozenset[str]]:
    """Return, by every call in turn, which statements deny it.

    Args:
        documents: The type of policy by its document.
    """
    by_document = [_outcomes(text, kind) for text, kind in documents.items()]
    return [frozenset().union(*told) for told in zip(*by_document, strict=True)]


@cache
def _outcomes(text: str, kind: str) -> list[frozenset[str]]:
    calls = [*(one for calls in ATTEMPTS.values() for one in calls), *WORK]
    return [denied_by({text: kind}, call) for call in calls]


def denied_by(documents: Mapping[str, str], call: Call) -> frozenset[str]:
    """Return which statements of some documents deny a call."""
    scps = [_read(text) for text, kind in documents.items() if kind == "SERVICE_CONTROL_POLICY"]
    rcps = [_read(text) for text, kind in documents.items() if kind == "RESOURCE_CONTROL_POLICY"]
    assert len(scps) + len(rcps) == len(documents), "a type of policy that is not known here"
    return frozenset(denying(scps, rcps, call))


@cache
def _read(text: str) -> Any:
    return json.loads(text)
