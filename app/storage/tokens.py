"""Queries on API tokens."""

from collections.abc import Mapping

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app.domain.access import Role
from app.domain.token import Token
from app.storage.tables import TokenRow


def add(
    session: Session, key_id: str, secret_hash: str, name: str, role: Role, by: str, now: float, until: float | None
) -> Token:
    """Keep a new token. now, until: unix seconds, None for a token without end."""
    row = TokenRow(
        key_id=key_id,
        secret_hash=secret_hash,
        name=name,
        role=role.value,
        created_at=now,
        created_by=by,
        expires_at=until,
    )
    session.add(row)
    session.flush()
    return _token(row)


def by_key_id(session: Session, key_id: str) -> tuple[Token, str] | None:
    """A token and the hash of its secret."""
    row = session.scalars(select(TokenRow).where(TokenRow.key_id == key_id)).first()
    return None if row is None else (_token(row), row.secret_hash)


def get(session: Session, token_id: int) -> Token | None:
    """One by its number."""
    row = session.get(TokenRow, token_id)
    return None if row is None else _token(row)


def page(session: Session, before: int | None, limit: int) -> list[Token]:
    """Up to `limit` tokens, newest first, with numbers below `before`."""
    query = select(TokenRow).order_by(TokenRow.id.desc()).limit(limit)
    if before is not None:
        query = query.where(TokenRow.id < before)
    return [_token(row) for row in session.scalars(query)]


def revoke(session: Session, token_id: int, by: str, now: float) -> None:
    """End a token, unless it was ended before: who did so first stays."""
    session.execute(
        update(TokenRow)
        .where(TokenRow.id == token_id, TokenRow.revoked_at.is_(None))
        .values(revoked_at=now, revoked_by=by)
    )


def note_uses(session: Session, uses: Mapping[int, float]) -> None:
    """Keep when tokens were last used: number to unix seconds. Never puts one back."""
    for token_id, at in sorted(uses.items()):  # in one order, so that two replicas do not wait for each other
        session.execute(
            update(TokenRow)
            .where(TokenRow.id == token_id, or_(TokenRow.last_used_at.is_(None), TokenRow.last_used_at < at))
            .values(last_used_at=at)
        )


def _token(row: TokenRow) -> Token:
    return Token(
        id=row.id,
        key_id=row.key_id,
        name=row.name,
        role=Role(row.role),
        created_at=row.created_at,
        created_by=row.created_by,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        revoked_by=row.revoked_by,
        last_used_at=row.last_used_at,
    )
