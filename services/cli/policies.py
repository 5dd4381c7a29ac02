"""Commands about policies: which rule sets there are, and whether a file would be taken."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from services.cli.console import DEFAULT_DATA, DataOption, JsonOption, output, print_json, settings_for
from shared.domain.policy import Policy
from shared.domain.rule import Rule
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
    known = load_policies(settings_for(data).data / "policies").get(read.id)
    if known is not None and known != read:
        newer = "" if read.version > known.version else f"; its version should be greater than {known.version}"
        output.print(f"replaces {known.id}, version {known.version}{newer}", style="yellow")
    return None


def _rules(one: Policy) -> list[Rule]:
    return [*((one.sign,) if one.sign else ()), *one.finish.values()]


def _document(one: Policy) -> dict[str, Any]:
    rules = [
        {"id": rule.id, "budget": str(rule.budget), "near": [str(lead) for lead in rule.near], "citation": rule.citation}
        | {"first_day_counts": rule.counting.first_day_counts, "roll": rule.counting.roll}
        | {"cut_off": rule.counting.cut_off, "day_from": rule.counting.day_from}
        for rule in _rules(one)
    ]
    document: dict[str, Any] = {"id": one.id, "version": one.version, "title": one.title, "flow": one.flow, "rules": rules}
    if one.extensions is not None:
        limits = one.extensions
        document["extension"] = {"times": limits.times, "longest": str(limits.longest), "granted_by": limits.granted_by}
    if one.returns is not None:
        document["return"] = {"within": str(one.returns.within)}
    return document | {"suspended_on": one.suspended_on, "not_accepted_on": one.not_accepted_on}


def _show(one: Policy) -> None:
    output.print(f"[bold]{one.id}[/]  {one.title}，第 {one.version} 版", highlight=False)
    table = Table(box=None, padding=(0, 2, 0, 2), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for rule in _rules(one):
        table.add_row(rule.id.removeprefix(f"{one.id}."), str(rule.budget), rule.citation)
    if one.returns is not None:
        table.add_row("return", str(one.returns.within), one.returns.citation)
    if one.extensions is not None:
        table.add_row("extension", f"{one.extensions.times} × {one.extensions.longest}", one.extensions.citation)
    if one.suspended_on:
        table.add_row("suspension", "", "、".join(one.suspended_on))
    if one.not_accepted_on:
        table.add_row("not accepted", "", "、".join(one.not_accepted_on))
    output.print(table)
