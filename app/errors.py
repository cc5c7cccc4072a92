"""What can go wrong, so that a person can be told what to do.

LeakwatchError                 one line for a person; `hint` says what to do; `exit_status` for the CLI
├── UsageError                 what was asked for makes no sense: exit status 2
│   ├── SettingsError          a setting is wrong; names it
│   ├── RecordingError         a file is not what it should be; names the place
│   └── UnknownRevision        no pod runs the revision that is meant, or none has been seen yet
├── SourceError                Prometheus could not be read
│   ├── SourceUnreachable      no connection, cut, or timed out: try again
│   ├── SourceOverloaded       it said 503 or timed out a query: try again, later and smaller
│   ├── SourceRefused          401, 403: credentials
│   ├── SourceRejected         400, 422: the query
│   │   └── SourceTooLarge     more than the server gives at once: ask for less
│   └── SourceUnusable         404, HTML, something that is not a Prometheus
├── ClusterError               the cluster's API cannot be used: no kubeconfig, no certificate, not Kubernetes
│   ├── ClusterUnreachable     no connection, no answer in time, too busy, 5xx: try again
│   ├── ClusterUnauthorized    401: it does not know who asks
│   ├── ClusterForbidden       403: a right is missing
│   ├── ObjectNotFound         404: there is no such object, or no such kind
│   ├── EditConflict           409: it was changed meanwhile
│   ├── ClusterExpired         410: what a watch or a list went on from is gone: list anew
│   └── ClusterRefused         400, 422, an admission webhook or policy: what was asked for is not wanted
├── StorageError               the database or data folder cannot be used
│   ├── SchemaOutdated         older than the code: upgrade
│   └── SchemaTooNew           newer than the code: use a newer leakwatch
├── BackupError                a snapshot could not be made, found or restored
│   ├── StoreUnreachable       the object store gives no answer, or not in time: try again
│   ├── StoreRefused           it does not accept the credentials, or what they want to do
│   ├── StoreUnusable          there is no such bucket, or what answers is no object store
│   ├── NoSnapshot             there is none, or none of that name
│   ├── SnapshotDamaged        it is not as it was written
│   └── SnapshotTooNew         a newer leakwatch made it: use that
├── ListenError                the address to serve on cannot be had
├── NotFound                   there is no such incident or scan
├── Conflict                   it cannot be done as things stand: look again
│   ├── Outdated               it was changed since it was last looked at (If-Match)
│   └── KeyReused              the Idempotency-Key belongs to another request
├── Unauthenticated            no token, or none that is known and in force
├── Forbidden                  the token's role may not do this
├── TooManyFailures            too many wrong tokens from one place: wait
├── Overloaded                 more than can be kept just now: try again
├── ScanInProgress             another scan holds the lock
├── ScanNotDue                 another process scanned already, as the schedule wants
└── ScanAbandoned              the scan was told to stop or ran out of time
"""


class LeakwatchError(Exception):
    """Something a person can act on. `str()` is one line; `hint` is what to do about it."""

    exit_status = 1
    retryable = False

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(LeakwatchError):
    """What was asked for makes no sense."""

    exit_status = 2


class SettingsError(UsageError):
    """A setting has a value it cannot have."""


class RecordingError(UsageError):
    """A recording is not in any form that leakwatch reads."""


class UnknownRevision(UsageError):
    """No pod in the window runs the revision that is meant. It may be about to."""


class SourceError(LeakwatchError):
    """The source of memory series could not be read."""


class SourceUnreachable(SourceError):
    """No connection, a cut one, or no answer in time."""

    retryable = True


class SourceOverloaded(SourceError):
    """The server is too busy, or the query is too large for it. retry_after_seconds: how long it wants to be left."""

    retryable = True
    retry_after_seconds = 0.0


class SourceRefused(SourceError):
    """The server does not accept the credentials."""


class SourceRejected(SourceError):
    """The server does not accept the query."""


class SourceTooLarge(SourceRejected):
    """The query asks for more than the server gives at once."""


class SourceUnusable(SourceError):
    """Whatever answers there is not a Prometheus."""


class ClusterError(LeakwatchError):
    """The API of the cluster cannot be used."""


class ClusterUnreachable(ClusterError):
    """No connection, no answer in time, or a server that is too busy or broken."""

    retryable = True


class ClusterUnauthorized(ClusterError):
    """The API does not accept the credentials."""


class ClusterForbidden(ClusterError):
    """The credentials lack a right."""


class ObjectNotFound(ClusterError):
    """There is no such object, or the cluster has no such kind."""


class EditConflict(ClusterError):
    """The object was changed by someone else meanwhile."""


class ClusterExpired(ClusterError):
    """The version that a watch or a list was to go on from is gone."""


class ClusterRefused(ClusterError):
    """The API, or one of its admission webhooks or policies, does not want what was asked for."""


class StorageError(LeakwatchError):
    """The database or the data folder cannot be used."""


class SchemaOutdated(StorageError):
    """The database is older than this version of leakwatch."""


class SchemaTooNew(StorageError):
    """The database was written by a newer version of leakwatch."""


class BackupError(LeakwatchError):
    """A snapshot of the database could not be made, found or restored."""


class StoreUnreachable(BackupError):
    """The object store gives no answer, or not in time."""

    retryable = True


class StoreRefused(BackupError):
    """The object store does not accept the credentials, or what they want to do."""


class StoreUnusable(BackupError):
    """There is no such bucket, or what answers is no object store."""


class NoSnapshot(BackupError):
    """There is no snapshot, or none of that name."""


class SnapshotDamaged(BackupError):
    """A snapshot is not as it was written."""


class SnapshotTooNew(BackupError):
    """A snapshot was made by a newer leakwatch."""


class ListenError(LeakwatchError):
    """The address to serve on cannot be had."""


class NotFound(LeakwatchError):
    """There is no such thing."""


class Conflict(LeakwatchError):
    """It cannot be done as things stand."""


class Outdated(Conflict):
    """It was changed since the client last looked at it."""


class KeyReused(Conflict):
    """The Idempotency-Key was given with another request."""


class Unauthenticated(LeakwatchError):
    """No token, or none that is known and in force."""


class Forbidden(LeakwatchError):
    """The token's role may not do this."""


class TooManyFailures(LeakwatchError):
    """Too many wrong tokens came from one place. retry_after_seconds: when it may try again."""

    def __init__(self, message: str, hint: str = "", *, retry_after_seconds: int) -> None:
        super().__init__(message, hint)
        self.retry_after_seconds = retry_after_seconds


class Overloaded(LeakwatchError):
    """More has come than can be kept just now."""

    retryable = True


class ScanInProgress(LeakwatchError):
    """Another scan is running; there is never more than one."""


class ScanNotDue(LeakwatchError):
    """What the schedule wants was done by another process."""


class ScanAbandoned(LeakwatchError):
    """The scan was told to stop, or its time ran out."""
