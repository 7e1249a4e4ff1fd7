"""Plans for a workflow of GitHub: the log, annotations, the step's summary and its outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from reconciler.app.places import below_root
from reconciler.cli.console import Console
from reconciler.core.wording import quoted
from reconciler.errors import RejectedError
from reconciler.model.exit_codes import ExitCode
from reconciler.model.findings import Finding
from reconciler.model.reviews import Review
from reconciler.render import github, markdown, workflow_commands


def show(
    reviews: Sequence[Review],
    *,
    console: Console,
    environ: Mapping[str, str],
    folder: Path,
    exit_code: ExitCode,
) -> None:
    """Annotate, and write the summary and the outputs where the runner has files for them.

    Raises ``RejectedError`` where such a file cannot be written.
    """
    findings = [finding for review in reviews for finding in review.findings]
    place = below_root(folder, environ)
    console.document(workflow_commands.render(console.masked(tuple(findings)), folder=place))
    masked = console.masked(tuple(reviews))
    summary = markdown.render(masked, limit=github.SUMMARY_LIMIT)
    _append(environ.get("GITHUB_STEP_SUMMARY"), console.scrubber.scrub(summary))
    _append(environ.get("GITHUB_OUTPUT"), github.outputs(reviews, exit_code=exit_code))


def _append(path: str | None, text: str) -> None:
    if not path:
        return
    try:
        with open(path, "a", encoding="utf-8") as file:  # noqa: PTH123 -- a name as the runner gave it
            file.write(text)
    except OSError as error:
        detail = (
            f"{quoted(path)} cannot be written: {error.strerror}. The runner names it in "
            "GITHUB_STEP_SUMMARY or GITHUB_OUTPUT; the plan itself is in the log."
        )
        raise RejectedError(
            [Finding(summary="Runner's file not written", detail=detail)]
        ) from error
