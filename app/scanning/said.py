"""What people have said of leaks, for a look that keeps nothing."""

from app.domain.feedback import NOTHING_SAID, InForce
from app.settings import Settings


def said_so_far(settings: Settings) -> InForce:
    """The feedback that is in force; none where there is no database yet, which this does not make.

    Raises StorageError, SchemaOutdated, SchemaTooNew.
    """
    from app.storage import feedback  # noqa: PLC0415 (the database's libraries, only where they are needed)
    from app.storage.engine import is_there, make_engine, reading  # noqa: PLC0415
    from app.storage.schema import check  # noqa: PLC0415

    if not is_there(settings):
        return NOTHING_SAID
    engine = make_engine(settings)
    try:
        check(engine)
        with reading(engine) as session:
            return feedback.in_force(session)
    finally:
        engine.dispose()
