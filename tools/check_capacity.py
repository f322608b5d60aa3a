"""Compare the web ACL capacity units that we compute with what AWS answers (`CheckCapacity`).

Needs credentials of an AWS account with `wafv2:CheckCapacity`; changes nothing and costs nothing.
Ends with 0 where all agree, 1 where one does not, 2 where AWS cannot be asked.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from local.cloud.aws_api import encode
from secure_components import WebApplicationFirewallArgs
from secure_components.web_application_firewall.capacity import units
from secure_components.web_application_firewall.rules import AddressLists, rule_set

_TEXT = [{"priority": 0, "type": "LOWERCASE"}]
_QUERY = {"field_to_match": {"query_string": {}}, "text_transformations": _TEXT}
_CASES: dict[str, WebApplicationFirewallArgs] = {
    "as it comes": {},
    "all platforms": {"platforms": ["linux", "unix", "windows", "php", "wordpress"]},
    "bot control": {"bot_control": {}},
    "account takeover": {"account_takeover": {"login_path": "/login"}},
    "anti-DDoS": {"anti_ddos": {}},
    "limits": {
        "rate_limits": {
            "login": {"path_prefix": "/login", "method": "POST", "by": ["ip", "header:X-Key"]},
            "all": {"by": [], "header": {"name": "X-Key", "value": "1"}},
        }
    },
    "countries": {"countries": {"block": ["XK"], "only": ["NL", "BE"]}},
    "own rules": {
        "rules": [
            {
                "name": "own",
                "action": "block",
                "statement": {
                    "or_statement": {
                        "statements": [
                            {"xss_match_statement": _QUERY},
                            {"sqli_match_statement": {**_QUERY, "sensitivity_level": "HIGH"}},
                            {
                                "not_statement": {
                                    "statement": {
                                        "size_constraint_statement": {
                                            **_QUERY,
                                            "comparison_operator": "LT",
                                            "size": 100,
                                        }
                                    }
                                }
                            },
                        ]
                    }
                },
            }
        ]
    },
}


def main() -> int:
    """Ask AWS for each case, and tell where it answers otherwise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--region", help="region to ask in; that of the environment by default")
    client = boto3.client("wafv2", region_name=parser.parse_args().region)
    shape = client.meta.service_model.operation_model("CheckCapacity").input_shape
    wrong = 0
    for name, args in _CASES.items():
        rules = list(rule_set(args, AddressLists()).rules)
        sent = encode(shape.members["Rules"], _camel(rules), {})
        try:
            answer = client.check_capacity(Scope="REGIONAL", Rules=sent)["Capacity"]
        except (BotoCoreError, ClientError) as error:
            print(f"AWS cannot be asked: {error}", file=sys.stderr)
            return 2
        computed = units(rules)
        wrong += computed != answer
        print(f"{name}: {computed} computed, {answer} by AWS")
    return 1 if wrong else 0


def _camel(value: Any) -> Any:  # noqa: ANN401  JSON
    """Return a value with the names that Pulumi's properties have."""
    if isinstance(value, Mapping):
        return {
            re.sub(r"_(\w)", lambda m: m[1].upper(), key): _camel(each)
            for key, each in value.items()
        }
    return [_camel(each) for each in value] if isinstance(value, list) else value


if __name__ == "__main__":
    sys.exit(main())
