"""Queries on secrets that the service made for itself."""

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.storage.tables import SecretRow


def kept(session: Session, name: str) -> str | None:
    """The secret of that name, if there is one."""
    return session.scalars(select(SecretRow.value).where(SecretRow.name == name)).first()


def kept_or(session: Session, name: str, value: str) -> str:
    """The secret of that name; `value`, which is kept from now on, where there was none. All replicas get the same."""
    found = kept(session, name)
    if found is not None:
        return found
    try:
        with session.begin_nested():
            session.execute(insert(SecretRow).values(name=name, value=value))
    except IntegrityError:  # another was first
        return session.scalars(select(SecretRow.value).where(SecretRow.name == name)).one()
    return value
