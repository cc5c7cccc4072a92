"""`leakwatch db backup` and `db restore`: snapshots of the database, in a file or in S3-compatible storage."""

import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.errors import UsageError
from app.output.formats import Format

if TYPE_CHECKING:
    from app.backup.archive import Archive
    from app.backup.lines import SnapshotReader
    from app.settings import Settings

_SCHEME = "s3://"
_HINT = "give s3://bucket/folder or a file, or set LEAKWATCH_BACKUP_BUCKET"


def backup(
    to: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="s3://BUCKET/FOLDER|FILE", help="Where to keep it; LEAKWATCH_BACKUP_BUCKET if unset."
        ),
    ] = None,
    keep: Annotated[
        int | None,
        typer.Option("--keep", "--keep-daily", min=1, help="Keep the last snapshot of each of so many days."),
    ] = None,
    keep_weekly: Annotated[
        int | None, typer.Option("--keep-weekly", min=0, help="And the last of each of so many weeks.")
    ] = None,
) -> None:
    """Make a snapshot of the database as it is now, while it is used; in a bucket, then let old snapshots go.

    A file is written once, and nothing beside it is let go.
    """
    from app.backup.file import write_file
    from app.backup.write import make_snapshot, name_at
    from app.commands.database import opened_engine
    from app.domain.snapshot import Keeping
    from app.settings import load_settings
    from detectors.words import amount

    settings = load_settings(backup_keep_daily=keep, backup_keep_weekly=keep_weekly)
    now = time.time()
    name = name_at(now, secrets.token_hex(4))
    file = _file(to)
    with opened_engine() as engine:
        if file is not None:
            made = make_snapshot(engine, name, now, lambda _, blocks: write_file(file, blocks))
        else:
            archive = _archive(settings, to, "--to")
            made = make_snapshot(engine, name, now, archive.keep)
            archive.complete(made)
    told = f"{sum(made.rows.values()):,} rows of schema {made.schema}, {amount(made.size_bytes)}"
    if file is not None:
        typer.echo(f"{file} has a snapshot: {told}")
        return
    typer.echo(f"{archive.bucket.where} has a snapshot {made.name}: {told}")
    gone = archive.let_go(Keeping(settings.backup_keep_daily, settings.backup_keep_weekly))
    if gone:
        typer.echo(f"let go: {', '.join(one.name for one in gone)}")


def restore(
    source: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="s3://BUCKET/FOLDER|FILE", help="Where it is kept; LEAKWATCH_BACKUP_BUCKET if unset."
        ),
    ] = None,
    snapshot: Annotated[
        str, typer.Option("--snapshot", metavar="NAME", help="Which one; `latest` if unset.")
    ] = "latest",
    show: Annotated[bool, typer.Option("--list", help="Say which snapshots there are, and restore none.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Read all of it, say whether it is whole, and stop.")] = False,
    replace: Annotated[
        str | None,
        typer.Option(
            "--replace",
            metavar="DATABASE",
            help="Let go all that the database of this name holds (leakwatch.db, or PostgreSQL's name for it).",
        ),
    ] = None,
    output: Annotated[Format, typer.Option("--output", "-o", help="How to write --list.")] = Format.TABLE,
) -> None:
    """Fill an empty database, SQLite or PostgreSQL, with a snapshot of either: all of it, or nothing.

    It is compared with the snapshot, then its schema is brought up to date. Stop leakwatch before.
    """
    from app.backup.restore import restore as restore_into
    from app.backup.restore import verify
    from app.commands.database import opened_engine
    from app.output.snapshot import write_snapshots
    from app.settings import load_settings

    settings = load_settings()
    file = _file(source)
    if show:
        if file is not None:
            raise UsageError("--list: looks into a bucket, and this is a file", "look into a file by --check")
        listing = _archive(settings, source, "--from").listing()
        write_snapshots(listing.snapshots, listing.odd, output, sys.stdout)
        return
    with _opened(settings, source, file, snapshot) as (reader, name):
        if check:
            rows = verify(reader)
            typer.echo(f"{name} is whole: {sum(rows.values()):,} rows of schema {reader.header.schema}")
            return
        with opened_engine() as engine:
            done = restore_into(engine, reader, replace)
    typer.echo(
        f"the database has what {name} had: {sum(done.rows.values()):,} rows of {len(done.rows)} tables, all compared; "
        f"its schema was {done.header.schema} and is {done.schema}"
    )


@contextmanager
def _opened(
    settings: "Settings", source: str | None, file: Path | None, snapshot: str
) -> "Iterator[tuple[SnapshotReader, str]]":
    """A snapshot, and what to call it."""
    from app.backup.compression import decompressed
    from app.backup.file import read_file
    from app.backup.lines import SnapshotReader

    if file is not None:
        blocks, name = read_file(file), str(file)
    else:
        archive = _archive(settings, source, "--from")
        found = archive.find(snapshot)
        blocks, name = archive.content(found), found.name
    yield SnapshotReader(decompressed(blocks)), name


def _file(place: str | None) -> Path | None:
    return None if place is None or place.startswith(_SCHEME) else Path(place)


def _archive(settings: "Settings", place: str | None, option: str) -> "Archive":
    from app.backup.archive import Archive
    from app.backup.bucket import open_bucket
    from app.backup_settings import check_place

    if place is None:
        if settings.backup_bucket is None:
            raise UsageError(f"{option}: nothing says where snapshots are kept", _HINT)
        bucket, prefix = settings.backup_bucket, settings.backup_prefix
    else:
        bucket, _, prefix = place.removeprefix(_SCHEME).partition("/")
        try:
            check_place(bucket, prefix)
        except ValueError as error:
            raise UsageError(f"{option}: {error}") from None
    return Archive(open_bucket(settings, bucket, prefix))
