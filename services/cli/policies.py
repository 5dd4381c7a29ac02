"""Commands about policies: which rule sets there are, and whether a file would be taken."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from services.cli.console import DEFAULT_DATA, DataOption, JsonOption, output, print_json, settings_for
from shared.domain.policy import Policy
from shared.policies import load_policies, read_policy

policy = typer.Typer(no_args_is_help=True, help="The rule sets under which tasks run.")


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(policy, name="policy")


@policy.command("list")
def list_(data: DataOption = DEFAULT_DATA, as_json: JsonOption = False) -> None:
    """The policies of the installation: those that are shipped, and those of its own folder.

    Example: `duban policy list`
    """
    policies = load_policies(settings_for(data).data / "policies")
    if as_json:
        return print_json([_document(one) for one in policies.values()])
    for one in policies.values():
        _show(one)
    return None


@policy.command("check")
def check(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A policy file.")],
    data: DataOption = DEFAULT_DATA,
    as_json: JsonOption = False,
) -> None:
    """Whether a policy file would be taken, and what it says. Exit 78 with the place and the reason when it would not.

    Example: `duban policy check policies/own.toml`
    """
    read = read_policy(file)
    if as_json:
        return print_json(_document(read))
    _show(read)
    own = settings_for(data).data / "policies"
    load_policies(own, file)  # with the others that are there
    known = load_policies(own).get(read.id)
    if known is not None and known != read:
        newer = "" if read.version > known.version else f"; its version should be greater than {known.version}"
        output.print(f"replaces {known.id}, version {known.version}{newer}", style="yellow")
        if read.version > known.version and read.applies_from is None:
            output.print("has no applies_from: it applies to everything that is registered from now on", style="yellow")
    return None


def _document(one: Policy) -> dict[str, Any]:
    rules = [
        {
            "id": rule.id,
            "budget": str(rule.budget),
            "near": [str(lead) for lead in rule.near],
            "late": [str(lag) for lag in rule.late],
            "short_near": [str(lead) for lead in rule.short_near],
            "short_late": [str(lag) for lag in rule.short_late],
            "citation": rule.citation,
        }
        | {"first_day_counts": rule.counting.first_day_counts, "roll": rule.counting.roll}
        | {"cut_off": rule.counting.cut_off, "day_from": rule.counting.day_from, "starts": rule.starts}
        for rule in one.rules
    ]
    document: dict[str, Any] = {"id": one.id, "version": one.version, "title": one.title, "flow": one.flow, "rules": rules}
    if one.extensions is not None:
        limits = one.extensions
        document["extension"] = {"times": limits.times, "longest": str(limits.longest), "granted_by": limits.granted_by}
    if one.returns is not None:
        document["return"] = {"within": str(one.returns.within)}
    if one.evaluations is not None:
        limits_ = one.evaluations
        from_, until = (None if budget is None else str(budget) for budget in (limits_.unanswered_from, limits_.unanswered_until))
        document["evaluation"] = {"within": str(limits_.within), "unanswered_from": from_, "unanswered_until": until}
    document |= {"suspended_on": one.suspended_on, "not_accepted_on": one.not_accepted_on}
    document |= {"closing": one.closing, "split_closes_with": one.parts, "applies_from": one.applies_from}
    return document | {"earlier": [_document(earlier) for earlier in one.earlier]}


def _show(one: Policy) -> None:
    since = f"，自 {one.applies_from} 起登记的事项适用" if one.applies_from else ""
    output.print(f"[bold]{one.id}[/]  {one.title}，第 {one.version} 版{since}", highlight=False)
    table = Table(box=None, padding=(0, 2, 0, 2), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for rule in one.rules:
        table.add_row(rule.id.removeprefix(f"{one.id}."), str(rule.budget), rule.citation)
    if one.returns is not None:
        table.add_row("return", str(one.returns.within), one.returns.citation)
    if one.extensions is not None:
        table.add_row("extension", f"{one.extensions.times} × {one.extensions.longest}", one.extensions.citation)
    if one.evaluations is not None:
        table.add_row("evaluation", str(one.evaluations.within), one.evaluations.citation)
    if one.suspended_on:
        table.add_row("suspension", "", "、".join(one.suspended_on))
    if one.not_accepted_on:
        table.add_row("not accepted", "", "、".join(one.not_accepted_on))
    output.print(table)
    for earlier in one.earlier:
        output.print(f"  第 {earlier.version} 版仍适用于在此之前登记的事项", highlight=False)
