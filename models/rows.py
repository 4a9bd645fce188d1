"""The version of what this release writes into its rows, beside which rows of older releases go on."""

from uuid import UUID

from orchestration.errors import NewerRow, NotFound

# 1: the first releases. 2: retries and forks, whose named REPLs may have to be led to by runs that were saved.
ROW_VERSION = 2


def check_known(orchestration_id: UUID, version: int | None) -> None:
    """`version` is its row's, None where there is none. Raises NotFound and NewerRow."""
    if version is None:
        raise NotFound(f"there is no orchestration {orchestration_id}", "see `replwright list`")
    if version > ROW_VERSION:
        raise NewerRow(
            f"orchestration {orchestration_id} was written by a newer release"
            f" (its rows are of version {version}, and this release knows those up to {ROW_VERSION})",
            "use the release that wrote it, or a newer one",
        )
