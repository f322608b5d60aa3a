"""Discovery of rules, and what a broken rule file answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy_pack.catalog import CatalogError, discover, render, rules
from policy_pack.controls import (
    Control,
    cis_github,
    cite,
    memberships,
    prowler,
    scorecard,
    serves,
)

RULE = '''
from policy_pack.rule import Severity, rule

@rule(title="{title}", types=("a:b:C",), severity=Severity.LOW, fix="f", controls=(),
      passes=[{{}}], fails=[{{}}])
def {function}(resource):
    """Why."""
    yield "x"
'''


def write(folder: Path, name: str, text: str = "") -> None:
    folder.joinpath(name).write_text(text)


def test_file_stem_is_the_id(tmp_path: Path) -> None:
    write(tmp_path, "kms_key_rotation.py", RULE.format(title="t", function="check"))
    write(tmp_path, "_shared.py", "raise RuntimeError")
    (found,) = discover(tmp_path, "example_ids")
    assert found.id == "kms-key-rotation"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("broken.py", "def check(:\n", r"broken\.py, line 1: .*; mend it"),
        ("raises.py", "raise KeyError('x')", r"raises\.py: KeyError"),
        ("empty.py", "", r"empty\.py: it holds no rule"),
        ("Kebab-Case.py", "", r"Kebab-Case\.py: name a rule file in lower_snake_case"),
        (
            "twice.py",
            RULE.format(title="a", function="check") + RULE.format(title="b", function="other"),
            r"twice\.py: a second rule has the id 'twice'",
        ),
        (
            "hidden.py",
            RULE.format(title="a", function="check") + RULE.format(title="b", function="check"),
            r"hidden\.py: a second rule has the id 'hidden'",
        ),
        (
            "undocumented.py",
            RULE.format(title="a", function="check").replace("Why.", ""),
            r"undocumented\.py: needs a docstring",
        ),
        (
            "unknown_check.py",
            RULE.format(title="a", function="check").replace(
                "controls=()",
                "controls=(__import__('policy_pack.controls').controls.prowler('x'),)",
            ),
            r"unknown_check\.py: ValueError: no Prowler check is named 'x'",
        ),
        (
            "setting.py",
            RULE.format(title="a", function="check").replace("(resource)", "(resource, *, days)"),
            r"setting\.py: its check must take each setting as a keyword, and no other",
        ),
        (
            "asked.py",
            RULE.format(title="a", function="check")
            .replace("(resource)", "(resource, *, days)")
            .replace("import ", "import at_least, fsbp, ")
            .replace("controls=()", "controls=(), settings={'days': SETTING}")
            .replace("SETTING", "at_least(1, 'Days.', asks={fsbp('X.1'): 1})"),
            r"asked\.py: 'days' is asked by a control that it does not serve",
        ),
    ],
)
def test_broken_file_stops_the_pack(tmp_path: Path, name: str, text: str, message: str) -> None:
    write(tmp_path, name, text)
    with pytest.raises(CatalogError, match=message):
        discover(tmp_path, "example_broken")


def test_one_rule_under_two_names_is_refused(tmp_path: Path) -> None:
    for name in ("first.py", "second.py"):
        write(tmp_path, name, RULE.format(title="same", function="check"))
    with pytest.raises(CatalogError, match=r"second\.py: its title is also that of 'first'"):
        discover(tmp_path, "example_same")


def test_empty_folder_is_no_pack(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="holds no rule"):
        discover(tmp_path, "example_none")


def test_every_rule_file_is_a_rule_of_the_pack() -> None:
    files = Path("policy_pack/rules").glob("[!_]*.py")
    assert {rule.id for rule in rules()} == {file.stem.replace("_", "-") for file in files}


def test_documentation_holds_every_rule_with_fix_and_why() -> None:
    text = render()
    for rule in rules():
        assert f"\n## {rule.id}\n" in text
        assert rule.rationale in text
        assert rule.fix_with() in text


def test_memberships_follow_from_the_prowler_check() -> None:
    check = prowler("kms_cmk_rotation_enabled")
    assert Control("AWS FSBP", "KMS.4") in memberships(check)
    assert Control("CIS AWS 7.0", "4.6", "Level 2") in serves((check,))
    assert memberships(Control("OWASP", "A09:2021")) == ()


def test_control_of_github_is_one_that_its_catalogue_has() -> None:
    """Ids are typed by hand where no Prowler check judges the same, and so are looked up."""
    assert cis_github("1.4.4") == Control("CIS GitHub 1.2", "1.4.4", "Level 1")
    assert scorecard("Webhooks") == Control("OpenSSF Scorecard", "Webhooks")
    for name, wrong in ((cis_github, "1.4.5"), (cis_github, "Webhooks"), (scorecard, "Webhook")):
        with pytest.raises(ValueError, match=f"has no (control|check) '{wrong}'"):
            name(wrong)
    check = prowler("repository_default_branch_dismisses_stale_reviews")
    assert cite(serves((check, scorecard("Branch-Protection")))) == (
        "CIS GitHub 1.2 1.1.4, OpenSSF Scorecard Branch-Protection"
    )
