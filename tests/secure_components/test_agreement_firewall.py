"""`WebApplicationFirewall` and the policy pack, which do not know each other, agree.

As it is made, in every way that it can be made, no rule finds anything. Then every input of every
child is weakened, one at a time (`weakening`): a rule must find it, or `HARMLESS` says why it need
not.
"""

from __future__ import annotations

from typing import Any, Final, cast

import pulumi
import pulumi_aws as aws
import pytest

from secure_components import WebApplicationFirewall, WebApplicationFirewallArgs
from tests.secure_components.claims import claimed, served
from tests.secure_components.weakening import (
    ACCESS_LOGS,
    COST,
    LABEL,
    LESS,
    LONGER,
    REFUSED,
    STRICTER,
    Made,
    found,
    made_by,
    survivors,
)

LOGIN: Final = {"limit": 20, "window_in_seconds": 60, "path_prefix": "/login"}
WAYS: Final[dict[str, dict[str, Any]]] = {
    "as it comes": {},
    "cloudfront": {"scope": "cloudfront"},
    "logs in a bucket": {"logging": {"destination": "s3"}},
    "logs through a stream": {"logging": {"destination": "firehose"}},
    "addresses and limits": {
        "ip_restrictions": {"block": ["198.51.100.0/24"], "allow": ["192.0.2.0/24"]},
        "countries": {"block": ["XX"]},
        "rate_limits": {"login": LOGIN},
    },
    "platforms and paid groups": {
        "platforms": ["linux", "unix", "php", "wordpress"],
        "bot_control": {},
        "account_takeover": {"login_path": "/login"},
        "anti_ddos": {},
        "dashboard": True,
    },
    "behind a CDN": {"forwarded_ip": {}, "ip_restrictions": {"only": ["192.0.2.0/24"]}},
}

_OWN = "what a team asks beyond what everybody needs: nobody else knows that it was wanted"
_ALARM = "an alarm tells its owner, and lets nothing in; when it rings is a matter of taste"
_ORDER = "no rule allows, so the order among them decides which one blocks, not whether"
_TWICE = "redacted by the web ACL's data protection too, for logs and samples alike"
_PASSED = "a role is passed within its account alone (IAM User Guide, iam:PassRole)"

_RULE = r"waf\.rules\.[\w-]+"
_RATE = rf"{_RULE}\.statement\.rateBasedStatement"
_SCOPE = r"scopeDownStatement(\.(?!.*fallbackBehavior=).*)?"
_OPTIONAL = (
    r"waf\.rules\.(AWSManagedRules(AnonymousIpList|LinuxRuleSet|UnixRuleSet|PHPRuleSet"
    r"|WordPressRuleSet|BotControlRuleSet|ATPRuleSet|AntiDDoSRuleSet)|rate-limit-login"
    r"|[a-z]+-listed-addresses|blocked-countries)"
)
HARMLESS: Final[dict[str, str]] = {
    r"waf|balancer": "nothing is left to protect, or to protect it with: the endpoint's rule tells",
    r"waf\.(scope|defaultAction(\.allow)?)|balancer\.accessLogs\.bucket": REFUSED,
    r"waf\.tags": "it is empty",
    r"waf-bucket\.bucket|waf-dashboard(\.\w+)?": LABEL,
    # Rules.
    rf"{_RULE}\.priority=\d+": _ORDER,
    r".*\.sampledRequestsEnabled(=False)?": "the console shows no samples; the logs hold them",
    rf"{_OPTIONAL}|{_OPTIONAL}\.statement\.(?!.*fallbackBehavior=).*": _OWN,
    r"waf-(block|allow|only)-ipv4(\.(addresses(\.0)?|ipAddressVersion|scope))?": _OWN,
    rf"{_RATE}\.{_SCOPE}|{_RULE}\.statement\.managedRuleGroupStatement\.{_SCOPE}": STRICTER,
    rf"{_RATE}\.(limit=1000|evaluationWindowSec(=600)?|aggregateKeyType)": STRICTER,
    rf"{_RATE}\.forwardedIpConfig\.headerName": REFUSED,
    # Logs.
    r"waf\.dataProtectionConfig\.dataProtections\.\d\.exclude\w+": STRICTER,
    r"waf-logging\.redactedFields.*": _TWICE,
    r"waf-logging\.loggingFilter(\.defaultBehavior)?": "keeps more",
    r"waf-log-policy": LESS,
    r"waf-bucket-lifecycle(\..*(?<!expiration\.days=182))?": LONGER,
    r".*\.FirehoseAssumes\.Condition(\..*)?": _PASSED,
    r"waf-stream\.(destination|serverSideEncryption\.keyArn)": REFUSED,
    r"waf-stream\.extendedS3Configuration(\.(bucketArn|roleArn))?": REFUSED,
    r"waf-stream\.extendedS3Configuration\.kmsKeyArn": "the bucket encrypts with the same key",
    r"waf-stream\.extendedS3Configuration\.compressionFormat": COST,
    **ACCESS_LOGS,
    # Alarms.
    r"waf-alarm-[\w-]+(\.(?!alarmActions).*)?|waf-topic": _ALARM,
}


def make(recorder: Any, **args: Any) -> Made:
    """Make a firewall, and the endpoint that it protects."""

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def program() -> pulumi.Output[str]:
        given: dict[str, Any] = dict(args)
        if args.get("scope") != "cloudfront":
            balancer = aws.lb.LoadBalancer(
                "balancer",
                drop_invalid_header_fields=True,
                enable_deletion_protection=True,
                access_logs={"bucket": "logs", "enabled": True},
            )
            given["protects"] = [balancer]
        firewall = WebApplicationFirewall("waf", cast("WebApplicationFirewallArgs", given))
        return firewall.web_acl_arn

    recorder.resources.clear()
    program()
    return made_by(recorder)


@pytest.mark.parametrize("way", WAYS)
def test_component_as_it_is_has_no_finding(recorder: Any, way: str) -> None:
    made = make(recorder, **WAYS[way])
    assert found(made.types, made.properties) == set()


def test_every_weakening_is_found_or_harmless(subtests: pytest.Subtests, recorder: Any) -> None:
    used: set[str] = set()
    for way, args in WAYS.items():
        left, excuses = survivors(make(recorder, **args), HARMLESS)
        used |= excuses
        with subtests.test(way):
            assert left == []
    assert not HARMLESS.keys() - used, "an excuse that excuses nothing any more"


@pytest.mark.parametrize("framework", ["CIS AWS 7.0", "AWS FSBP"])
def test_docstring_names_what_the_rules_of_its_children_serve(
    recorder: Any, framework: str
) -> None:
    made = make(recorder)
    types = {type_ for name, type_ in made.types.items() if name.startswith("waf")}
    assert claimed(WebApplicationFirewall, framework) == served(types, framework)
