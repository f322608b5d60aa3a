from __future__ import annotations

from policy_pack.aws import ACCOUNT_PUBLIC_ACCESS_BLOCKS
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    every,
    finding,
    owasp,
    prowler,
    rule,
)

_SETTINGS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
_ALL = dict.fromkeys(_SETTINGS, True)


@rule(
    title="The account blocks public access to S3",
    types=ACCOUNT_PUBLIC_ACCESS_BLOCKS,
    severity=Severity.HIGH,
    fix="Set all four settings to True, or use secure_components.AccountBaseline.",
    controls=(prowler("s3_account_level_public_access_blocks"), owasp("A01:2021")),
    passes=[_ALL, _ALL | {"accountId": UNKNOWN}],
    fails=[{}, *(_ALL | {one: False} for one in _SETTINGS)],
    undecided=[_ALL | {"ignorePublicAcls": UNKNOWN}],
    remedies={ACCOUNT_PUBLIC_ACCESS_BLOCKS: _ALL},
)
def check(block: Resource) -> Findings:
    """Keep every bucket of the account private, those that no code describes included.

    The provider switches a setting off that is left out, also where somebody switched it on before.
    """

    def judge(setting: str) -> Findings:
        if block.get(setting) is not True:
            yield finding("The account's public access block leaves {name} off.", name=setting)

    yield from every(_SETTINGS, judge)
