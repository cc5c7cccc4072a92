"""`leakwatch rules`: alert rules as code, built, compared, checked and tested."""

import typer

from app.commands import (
    rules_alertmanager,
    rules_build,
    rules_check,
    rules_diff,
    rules_list,
    rules_settings,
    rules_test,
    rules_verify,
)

app = typer.Typer(
    help="Alert rules for Prometheus, as files to keep in Git: build, compare, check and test them.",
    no_args_is_help=True,
)
app.command("build")(rules_build.command)
app.command("diff")(rules_diff.command)
app.command("check")(rules_check.command)
app.command("test")(rules_test.command)
app.command("verify")(rules_verify.command)
app.command("list")(rules_list.command)
app.command("settings")(rules_settings.command)
app.add_typer(rules_alertmanager.app, name="alertmanager")
