"""AWS's managed rule groups, and what of the OWASP Top 10 they serve.

Units, rules and versions are those of the AWS WAF Developer Guide, "AWS Managed Rules rule groups
list" and the pages below it. No group is bound to a scope: all serve regional endpoints and
CloudFront alike. AWS publishes no mapping to the OWASP Top 10 newer than that of 2017: the one here
is our inference from what the rules look for, by the weaknesses (CWE) that OWASP lists under a
category.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

OWASP_2021: Final[Mapping[str, str]] = MappingProxyType(
    {
        "A01:2021": "Broken Access Control",
        "A02:2021": "Cryptographic Failures",
        "A03:2021": "Injection",
        "A04:2021": "Insecure Design",
        "A05:2021": "Security Misconfiguration",
        "A06:2021": "Vulnerable and Outdated Components",
        "A07:2021": "Identification and Authentication Failures",
        "A08:2021": "Software and Data Integrity Failures",
        "A09:2021": "Security Logging and Monitoring Failures",
        "A10:2021": "Server-Side Request Forgery (SSRF)",
    }
)
"""Titles of the OWASP Top 10:2021 by category."""

OWASP_2025: Final[Mapping[str, str]] = MappingProxyType(
    {
        "A01:2025": "Broken Access Control",
        "A02:2025": "Security Misconfiguration",
        "A03:2025": "Software Supply Chain Failures",
        "A04:2025": "Cryptographic Failures",
        "A05:2025": "Injection",
        "A06:2025": "Insecure Design",
        "A07:2025": "Authentication Failures",
        "A08:2025": "Software or Data Integrity Failures",
        "A09:2025": "Security Logging and Alerting Failures",
        "A10:2025": "Mishandling of Exceptional Conditions",
    }
)
"""Titles of the OWASP Top 10:2025 by category."""

PRICES_SEEN: Final = "2026-08-15"
"""Day of the prices below, which are AWS's list prices as others quote them."""


@dataclass(frozen=True)
class ManagedRuleGroup:
    """One of AWS's managed rule groups.

    Attributes:
        name: Its name; its vendor is `AWS`.
        units: Web ACL capacity units that it needs.
        rules: Names of its rules, those of superseded versions too: a version may be pinned.
        owasp: By category of the OWASP Top 10, what it serves it with.
        versioned: Whether a version can be pinned.
        platform: What the application must run on for it to be of use; empty for any.
        price: What it costs beside the rule and the requests, in USD; empty where nothing.
        not_for: Endpoints that AWS WAF refuses it on; empty where none.
    """

    name: str
    units: int
    rules: tuple[str, ...]
    owasp: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    versioned: bool = True
    platform: str = ""
    price: str = ""
    not_for: str = ""


def coverage(groups: Collection[str], rate_limited: bool, logged: bool) -> Mapping[str, str]:  # noqa: FBT001  both are named by callers
    """Return, by category of the OWASP Top 10 of 2021 and 2025, what serves it and what does not.

    Args:
        groups: Names of the managed rule groups in use.
        rate_limited: Whether a rule limits the rate of requests.
        logged: Whether requests are logged.

    Raises:
        ValueError: A group is unknown.
    """
    unknown = sorted(set(groups) - MANAGED_RULE_GROUPS.keys())
    if unknown:
        raise ValueError(f"no managed rule group of AWS: {', '.join(unknown)}")
    return MappingProxyType(
        {
            category: _sentence(category, groups, rate_limited=rate_limited, logged=logged)
            for category in _TITLES
        }
    )


def render() -> str:
    """Return the page `docs/owasp.md`."""
    return "\n".join(
        [
            _PREFACE,
            *_year("2021", OWASP_2021),
            *_year("2025", OWASP_2025),
            "## Managed rule groups",
            "",
            f"Prices are AWS's list prices in USD, as seen on {PRICES_SEEN}, and come beside 1 USD",
            "a month for the group, and the price of requests. What AWS counts today is told by",
            "`aws.wafv2.get_managed_rule_group`.",
            "",
            "| group | units | for | versions | price | not for |",
            "|---|---|---|---|---|---|",
            *(
                f"| {group.name} | {group.units} | {group.platform or 'all'} "
                f"| {'yes' if group.versioned else 'no'} | {group.price} | {group.not_for} |"
                for group in MANAGED_RULE_GROUPS.values()
            ),
            "",
        ]
    )


_PREFACE: Final = """\
# What the firewall serves of the OWASP Top 10

Generated from `secure_components/web_application_firewall/managed_rules.py` by `make docs`. AWS
publishes no mapping of its managed rule groups newer than the OWASP Top 10 of 2017: this one is our
inference, from what AWS says that the rules look for. A firewall sees requests, not the
application: it makes known attacks harder, and mends no weakness. No category is fulfilled by it.

What a firewall of your own serves is told by the output `owasp` of `WebApplicationFirewall`.
"""


def _year(year: str, titles: Mapping[str, str]) -> list[str]:
    return [
        f"## OWASP Top 10:{year}",
        "",
        "| category | | served in part by | not by a firewall |",
        "|---|---|---|---|",
        *(
            f"| {category.partition(':')[0]} | {title} | {_and(_any(category)) or 'nothing'} "
            f"| {_BEYOND[category]} |"
            for category, title in titles.items()
        ),
        "",
    ]


def _sentence(category: str, groups: Collection[str], *, rate_limited: bool, logged: bool) -> str:
    serving = _serving(category, groups, rate_limited=rate_limited, logged=logged)
    if serving:
        return f"Served in part by {_and(serving)}. Not covered by a WAF: {_BEYOND[category]}."
    if _any(category):
        return f"Not served by what is in use; {_and(_any(category))} would serve it in part."
    return f"Not covered by a WAF: {_BEYOND[category]}."


def _any(category: str) -> list[str]:
    """Return all that can serve a category."""
    return _serving(category, MANAGED_RULE_GROUPS, rate_limited=True, logged=True)


def _serving(
    category: str, groups: Collection[str], *, rate_limited: bool, logged: bool
) -> list[str]:
    """Return what of the groups, limits and logs serves a category, and with what."""
    serving = [
        f"{name} ({group.owasp[category]})"
        for name, group in MANAGED_RULE_GROUPS.items()
        if name in groups and category in group.owasp
    ]
    if rate_limited and category in _RATE_LIMITS:
        serving.append("rate limits (guessing at speed)")
    if logged and category in _LOGS:
        serving.append("logs of AWS WAF (attacks that reach the endpoint)")
    return serving


def _and(parts: Iterable[str]) -> str:
    return ", ".join(parts)


_ACCESS: Final = "who may do what is decided in the application"
_CRYPTOGRAPHY: Final = "how data is encrypted does not show in requests"
_INJECTION: Final = "input must be kept apart from commands in the application"
_DESIGN: Final = "a request that a weak design lets through looks like any other"
_CONFIGURATION: Final = "what is misconfigured stays so"
_COMPONENTS: Final = "components must be updated, and their origin checked"
_AUTHENTICATION: Final = "passwords, sessions and further factors are the application's"
_INTEGRITY: Final = "where code and updates come from does not show in requests"
_LOGGING: Final = "what happens within the application is logged there"

_BEYOND: Final[Mapping[str, str]] = {
    "A01:2021": _ACCESS,
    "A02:2021": _CRYPTOGRAPHY,
    "A03:2021": _INJECTION,
    "A04:2021": _DESIGN,
    "A05:2021": _CONFIGURATION,
    "A06:2021": _COMPONENTS,
    "A07:2021": _AUTHENTICATION,
    "A08:2021": _INTEGRITY,
    "A09:2021": _LOGGING,
    "A10:2021": "where the application may send requests is decided there, and in its network",
    "A01:2025": f"{_ACCESS}, and so is where it may send requests",
    "A02:2025": _CONFIGURATION,
    "A03:2025": f"{_COMPONENTS}, as must what builds them",
    "A04:2025": _CRYPTOGRAPHY,
    "A05:2025": _INJECTION,
    "A06:2025": _DESIGN,
    "A07:2025": _AUTHENTICATION,
    "A08:2025": _INTEGRITY,
    "A09:2025": f"{_LOGGING}, and somebody must be told",
    "A10:2025": "how the application fails is its own",
}
_RATE_LIMITS: Final = ("A07:2021", "A07:2025")
_LOGS: Final = ("A09:2021", "A09:2025")
_TITLES: Final = {**OWASP_2021, **OWASP_2025}


# --- The table ---


def _both(category_2021: str, category_2025: str, what: str) -> dict[str, str]:
    return {f"{category_2021}:2021": what, f"{category_2025}:2025": what}


_FRAUD_PRICE: Final = "10 a month, and 1 per thousand attempts past 10,000, less for many"

_GROUPS: Final = (
    ManagedRuleGroup(
        "AWSManagedRulesCommonRuleSet",
        700,
        (
            "NoUserAgent_HEADER",
            "UserAgent_BadBots_HEADER",
            "SizeRestrictions_QUERYSTRING",
            "SizeRestrictions_Cookie_HEADER",
            "SizeRestrictions_BODY",
            "SizeRestrictions_URIPATH",
            "EC2MetaDataSSRF_BODY",
            "EC2MetaDataSSRF_COOKIE",
            "EC2MetaDataSSRF_URIPATH",
            "EC2MetaDataSSRF_QUERYARGUMENTS",
            "GenericLFI_QUERYARGUMENTS",
            "GenericLFI_URIPATH",
            "GenericLFI_BODY",
            "RestrictedExtensions_URIPATH",
            "RestrictedExtensions_QUERYARGUMENTS",
            "GenericRFI_QUERYARGUMENTS",
            "GenericRFI_BODY",
            "GenericRFI_URIPATH",
            "CrossSiteScripting_COOKIE",
            "CrossSiteScripting_QUERYARGUMENTS",
            "CrossSiteScripting_BODY",
            "CrossSiteScripting_URIPATH",
        ),
        MappingProxyType(
            {
                "A01:2021": "local file inclusion",
                "A10:2021": "requests for EC2 metadata",
                "A01:2025": "local file inclusion, requests for EC2 metadata",
                # OWASP lists remote file inclusion (CWE-98) under injection.
                **_both("A03", "A05", "cross-site scripting, remote file inclusion"),
                **_both("A05", "A02", "requests for system files"),
            }
        ),
    ),
    ManagedRuleGroup(
        "AWSManagedRulesAdminProtectionRuleSet",
        100,
        ("AdminProtection_URIPATH",),
        MappingProxyType(_both("A01", "A01", "exposed administration pages")),
    ),
    ManagedRuleGroup(
        "AWSManagedRulesKnownBadInputsRuleSet",
        200,
        (
            "JavaDeserializationRCE_HEADER",
            "JavaDeserializationRCE_BODY",
            "JavaDeserializationRCE_URIPATH",
            "JavaDeserializationRCE_QUERYSTRING",
            "Host_localhost_HEADER",
            "PROPFIND_METHOD",
            "ExploitablePaths_URIPATH",
            "Log4JRCE_HEADER",
            "Log4JRCE_QUERYSTRING",
            "Log4JRCE_BODY",
            "Log4JRCE_URIPATH",
            "ReactJSRCE_BODY",
        ),
        MappingProxyType(
            {
                **_both("A05", "A02", "exploitable paths"),
                **_both("A06", "A03", "Log4j, Spring and React vulnerabilities"),
                **_both("A08", "A08", "deserialization of untrusted data"),
            }
        ),
    ),
    ManagedRuleGroup(
        "AWSManagedRulesSQLiRuleSet",
        200,
        (
            "SQLi_QUERYARGUMENTS",
            "SQLiExtendedPatterns_QUERYARGUMENTS",
            "SQLi_BODY",
            "SQLiExtendedPatterns_BODY",
            "SQLiExtendedPatterns_HEADER",
            "SQLiExtendedPatterns_URIPATH",
            "SQLi_COOKIE",
            "SQLi_URIPATH",
        ),
        MappingProxyType(_both("A03", "A05", "SQL injection")),
    ),
    ManagedRuleGroup(
        "AWSManagedRulesLinuxRuleSet",
        200,
        ("LFI_URIPATH", "LFI_QUERYSTRING", "LFI_HEADER"),
        MappingProxyType(_both("A01", "A01", "local file inclusion on Linux")),
        platform="linux",
    ),
    ManagedRuleGroup(
        "AWSManagedRulesUnixRuleSet",
        100,
        (
            "UNIXShellCommandsVariables_QUERYSTRING",
            "UNIXShellCommandsVariables_BODY",
            "UNIXShellCommandsVariables_HEADER",
            "UNIXShellCommandsVariables_QUERYARGUMENTS",  # superseded
        ),
        MappingProxyType(
            {
                **_both("A01", "A01", "path traversal on Unix"),
                **_both("A03", "A05", "Unix commands"),
            }
        ),
        platform="unix",
    ),
    ManagedRuleGroup(
        "AWSManagedRulesWindowsRuleSet",
        200,
        (
            "WindowsShellCommands_HEADER",
            "WindowsShellCommands_QUERYARGUMENTS",
            "WindowsShellCommands_QUERYSTRING",
            "WindowsShellCommands_URIPATH",
            "WindowsShellCommands_BODY",
            "WindowsShellCommands_COOKIE",  # superseded
            "PowerShellCommands_COOKIE",
            "PowerShellCommands_QUERYARGUMENTS",
            "PowerShellCommands_BODY",
        ),
        MappingProxyType(_both("A03", "A05", "Windows and PowerShell commands")),
        platform="windows",
    ),
    ManagedRuleGroup(
        "AWSManagedRulesPHPRuleSet",
        100,
        (
            "PHPHighRiskMethodsVariables_HEADER",
            "PHPHighRiskMethodsVariables_QUERYSTRING",
            "PHPHighRiskMethodsVariables_BODY",
            "PHPHighRiskMethodsVariables_URIPATH",
        ),
        MappingProxyType(_both("A03", "A05", "PHP code")),
        platform="php",
    ),
    ManagedRuleGroup(
        "AWSManagedRulesWordPressRuleSet",
        100,
        ("WordPressExploitableCommands_QUERYSTRING", "WordPressExploitablePaths_URIPATH"),
        MappingProxyType(_both("A06", "A03", "WordPress vulnerabilities")),
        platform="wordpress",
    ),
    ManagedRuleGroup(
        "AWSManagedRulesAmazonIpReputationList",
        25,
        ("AWSManagedIPReputationList", "AWSManagedReconnaissanceList", "AWSManagedIPDDoSList"),
        versioned=False,
    ),
    ManagedRuleGroup(
        "AWSManagedRulesAnonymousIpList",
        50,
        ("AnonymousIPList", "HostingProviderIPList"),
        versioned=False,
    ),
    ManagedRuleGroup(
        "AWSManagedRulesBotControlRuleSet",
        50,
        (
            "CategoryAdvertising",
            "CategoryArchiver",
            "CategoryContentFetcher",
            "CategoryEmailClient",
            "CategoryHttpLibrary",
            "CategoryLinkChecker",
            "CategoryMiscellaneous",
            "CategoryMonitoring",
            "CategoryPagePreview",
            "CategoryScrapingFramework",
            "CategorySearchEngine",
            "CategorySecurity",
            "CategorySeo",
            "CategorySocialMedia",
            "CategoryWebhooks",
            "CategoryAI",
            "SignalAutomatedBrowser",
            "SignalKnownBotDataCenter",
            "SignalNonBrowserUserAgent",
            "TGT_VolumetricIpTokenAbsent",
            "TGT_TokenAbsent",
            "TGT_VolumetricSession",
            "TGT_VolumetricSessionMaximum",
            "TGT_SignalAutomatedBrowser",
            "TGT_SignalBrowserAutomationExtension",
            "TGT_SignalBrowserInconsistency",
            "TGT_ML_CoordinatedActivityLow",
            "TGT_ML_CoordinatedActivityMedium",
            "TGT_ML_CoordinatedActivityHigh",
            "TGT_TokenReuseIpLow",
            "TGT_TokenReuseIpMedium",
            "TGT_TokenReuseIpHigh",
            "TGT_TokenReuseIp",  # superseded
            "TGT_TokenReuseCountryLow",
            "TGT_TokenReuseCountryMedium",
            "TGT_TokenReuseCountryHigh",
            "TGT_TokenReuseAsnLow",
            "TGT_TokenReuseAsnMedium",
            "TGT_TokenReuseAsnHigh",
        ),
        price=(
            "10 a month; common: 1 per million requests past 10 million; "
            "targeted: 10 per million past 1 million"
        ),
    ),
    ManagedRuleGroup(
        "AWSManagedRulesATPRuleSet",
        50,
        (
            "UnsupportedCognitoIDP",
            "VolumetricIpHigh",
            "VolumetricSession",
            "AttributeCompromisedCredentials",
            "AttributeUsernameTraversal",
            "AttributePasswordTraversal",
            "AttributeLongSession",
            "TokenRejected",
            "SignalMissingCredential",
            "VolumetricIpFailedLoginResponseHigh",
            "VolumetricSessionFailedLoginResponseHigh",
        ),
        MappingProxyType(_both("A07", "A07", "stolen and guessed credentials at log-in")),
        price=_FRAUD_PRICE,
        not_for="Cognito user pools",
    ),
    ManagedRuleGroup(
        "AWSManagedRulesACFPRuleSet",
        50,
        (
            "UnsupportedCognitoIDP",
            "AllRequests",
            "RiskScoreHigh",
            "SignalCredentialCompromised",
            "SignalClientHumanInteractivityAbsentLow",
            "AutomatedBrowser",
            "BrowserInconsistency",
            "VolumetricIpHigh",
            "VolumetricSessionHigh",
            "AttributeUsernameTraversalHigh",
            "VolumetricPhoneNumberHigh",
            "VolumetricAddressHigh",
            "VolumetricAddressLow",
            "VolumetricIPSuccessfulResponse",
            "VolumetricSessionSuccessfulResponse",
            "VolumetricSessionTokenReuseIp",
        ),
        MappingProxyType(_both("A07", "A07", "stolen credentials at sign-up")),
        price=_FRAUD_PRICE,
        not_for="Cognito user pools",
    ),
    ManagedRuleGroup(
        "AWSManagedRulesAntiDDoSRuleSet",
        50,
        ("ChallengeAllDuringEvent", "ChallengeDDoSRequests", "DDoSRequests"),
        price="20 a month, and 0.15 per million requests",
    ),
)

MANAGED_RULE_GROUPS: Final[Mapping[str, ManagedRuleGroup]] = MappingProxyType(
    {group.name: group for group in _GROUPS}
)
"""AWS's managed rule groups by name."""
