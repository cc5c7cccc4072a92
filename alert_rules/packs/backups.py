"""Backups that did not run: CronJobs that make them, and Velero's schedules."""

from alert_rules.pack import Options, Pack, PackKind, Threshold, Unit
from alert_rules.packs.backups_situations import BACKUP_SITUATIONS
from alert_rules.promql import duration, number, selected
from alert_rules.rule import Alert, Group, Recording

_PACK = "backups"
GRACE = Threshold(
    _PACK, "grace", 6 * 3600, Unit.SECONDS, "Time after it was due within which a backup must have succeeded."
)
LATE = Threshold(_PACK, "late", 3600, Unit.SECONDS, "Time after it was due within which a backup must have started.")
SUSPENDED = Threshold(_PACK, "suspended", 3 * 86400, Unit.SECONDS, "Time for which a backup may be suspended.")
VELERO_AGE = Threshold(
    _PACK, "velero_age", 26 * 3600, Unit.SECONDS, "Age of the last good backup of a Velero schedule that is too much."
)
VELERO_WEEKLY_AGE = Threshold(
    _PACK, "velero_weekly_age", 8 * 86400, Unit.SECONDS, "The same, where the schedule's name has `weekly` in it."
)
VELERO_MONTHLY_AGE = Threshold(
    _PACK, "velero_monthly_age", 32 * 86400, Unit.SECONDS, "The same, where the schedule's name has `monthly` in it."
)
MAKES_BACKUPS = "namespace_cronjob:leakwatch_backup:info"
FAILED_AT = "schedule:velero_backup_failed_timestamp_seconds:max"
_CRONJOB = "cluster, namespace, cronjob"
_WHO = "{{ $labels.namespace }}/{{ $labels.workload }}"
_SUCCEEDED = "kube_cronjob_status_last_successful_time"
_SCHEDULED = "kube_cronjob_status_last_schedule_time"


def _build(options: Options) -> Pack:
    cronjobs: tuple[Alert | Recording, ...] = (Recording(MAKES_BACKUPS, _backups(options)), *_cronjobs(options))
    velero: tuple[Alert | Recording, ...] = (*_velero_failures(), *_velero(options))
    groups = (
        Group("leakwatch-backups", cronjobs),
        Group("leakwatch-backups-velero", velero),
    )
    return Pack(groups, BACKUP_SITUATIONS)


def _cronjobs(options: Options) -> tuple[Alert, ...]:
    return (
        Alert(
            "BackupNotSucceeded",
            _as_workload(_not_succeeded(options)),
            "15m",
            "warning",
            "A backup was due and has not succeeded.",
            "The backup " + _WHO + " has not succeeded for {{ $value | humanizeDuration }}.",
        ),
        Alert(
            "BackupNotStarted",
            _as_workload(
                f"(time() - {_one('kube_cronjob_next_schedule_time', options)}) > {number(options.value(LATE))}"
            ),
            "15m",
            "warning",
            "A backup was due and has not started.",
            "The backup " + _WHO + " was due {{ $value | humanizeDuration }} ago and has not started.",
        ),
        Alert(
            "BackupJobFailed",
            _as_workload(_failed(options)),
            "5m",
            "warning",
            "A backup failed, and none has succeeded since.",
            "The job of the backup " + _WHO + " that started {{ $value | humanizeDuration }} ago failed.",
        ),
        Alert(
            "BackupSuspended",
            _as_workload(_suspended(options)),
            "15m",
            "warning",
            "A backup has been suspended for long.",
            "The backup "
            + _WHO
            + f" has been suspended for more than {duration(options.value(SUSPENDED))}: none is made.",
        ),
    )


def _velero(options: Options) -> tuple[Alert, ...]:
    which = "{{ $labels.schedule }}"
    return (
        Alert(
            "VeleroBackupStale",
            _stale(options),
            "15m",
            "warning",
            "A Velero schedule has made no good backup for too long.",
            f"The last good backup of the schedule {which} is {{{{ $value | humanizeDuration }}}} old.",
        ),
        Alert(
            "VeleroBackupFailed",
            _velero_failed(),
            "5m",
            "warning",
            "A backup of a Velero schedule failed, in whole or in part.",
            f"The backup of the schedule {which} failed or is incomplete, {{{{ $value | humanizeDuration }}}} ago.",
        ),
    )


def _backups(options: Options) -> str:
    """1 a CronJob that makes backups: by its name, or by its label `leakwatch/backup`, which may also say "false".

    kube-state-metrics tells of labels where it is started with --metric-labels-allowlist=cronjobs=[leakwatch/backup].
    """
    ksm = options.kube_state_metrics
    named = selected("kube_cronjob_info", ksm, options.backups)
    yes, no = (selected("kube_cronjob_labels", ksm, f'label_leakwatch_backup="{says}"') for says in ("true", "false"))
    return (
        f"(max by ({_CRONJOB}) ({named}) or max by ({_CRONJOB}) ({yes}))"
        f" unless on ({_CRONJOB}) max by ({_CRONJOB}) ({no})"
    )


def _not_succeeded(options: Options) -> str:
    """How long ago it last succeeded, where the run that was due before the grace has not succeeded, nor any since.

    That needs no interval, and so holds for any schedule. Of one that never succeeded it is the time since it was made.
    That counts only where some CronJob is said to have succeeded: before mid-2022 kube-state-metrics never said so.
    """
    succeeded = _one(_SUCCEEDED, options)
    scheduled = selected(_SCHEDULED, options.kube_state_metrics)
    due = f"max by ({_CRONJOB}) (max_over_time({scheduled}[1h] offset {duration(options.value(GRACE))}))"
    any_success = f"count by (cluster) ({selected(_SUCCEEDED, options.kube_state_metrics)})"
    return (
        f"(time() - ({succeeded} < on ({_CRONJOB}) {due}))"
        f" or on ({_CRONJOB}) (time() - {_one('kube_cronjob_created', options)} and on ({_CRONJOB}) {due}"
        f" unless on ({_CRONJOB}) {succeeded} and on (cluster) {any_success})"
    )


def _failed(options: Options) -> str:
    """How long ago the newest failed job of a CronJob started. One is kept after later ones have succeeded."""
    ksm = options.kube_state_metrics
    job = "cluster, namespace, job_name"
    failed = selected("kube_job_failed", ksm, 'condition="true"')
    start = selected("kube_job_status_start_time", ksm)
    started = f"max by ({job}) ({start}) and on ({job}) max by ({job}) ({failed}) == 1"
    owner = selected("kube_job_owner", ksm, 'owner_kind="CronJob"')
    owners = f'max by ({job}, cronjob) (label_replace({owner}, "cronjob", "$1", "owner_name", "(.+)"))'
    newest = f"max by ({_CRONJOB}) (({started}) * on ({job}) group_left (cronjob) {owners})"
    succeeded = _one(_SUCCEEDED, options)
    return f"time() - ({newest} unless on ({_CRONJOB}) ({succeeded} > on ({_CRONJOB}) {newest}))"


def _suspended(options: Options) -> str:
    """Suspended now and at each look since then; it must have been there then."""
    suspended = selected("kube_cronjob_spec_suspend", options.kube_state_metrics)
    long = duration(options.value(SUSPENDED))
    return (
        f"max by ({_CRONJOB}) (min_over_time({suspended}[{long}])) == 1"
        f" and on ({_CRONJOB}) max by ({_CRONJOB}) (max_over_time({suspended}[6h] offset {long})) == 1"
        f" and on ({_CRONJOB}) {_one('kube_cronjob_spec_suspend', options)} == 1"
    )


def _stale(options: Options) -> str:
    """By the schedule's name, for Velero does not tell how often it is due. What has no schedule was made by hand."""
    last = "velero_backup_last_successful_timestamp"
    kinds = (
        ('schedule!="",schedule!~".*(weekly|monthly).*"', VELERO_AGE),
        ('schedule=~".*weekly.*"', VELERO_WEEKLY_AGE),
        ('schedule=~".*monthly.*"', VELERO_MONTHLY_AGE),
    )
    ages = (
        f"time() - max by (cluster, schedule) ({selected(last, which)}) > {number(options.value(age))}"
        for which, age in kinds
    )
    return " or ".join(ages)


def _velero_failures() -> tuple[Recording, ...]:
    """When backups failed, in seconds since 1970: the time, for ten minutes after each failure."""
    return tuple(
        Recording(
            FAILED_AT,
            f'(sum by (cluster, schedule) (increase(velero_backup_{kind}_total{{schedule!=""}}[10m])) > bool 0)'
            " * time() > 0",
            {"kind": kind},
        )
        for kind in ("failure", "partial_failure", "validation_failure")
    )


def _velero_failed() -> str:
    """How long ago a backup failed, where none was good after it.

    velero_backup_last_status is no help: it says "failed" when Velero has started anew, until the next backup.
    """
    failed = f"(max by (cluster, schedule) (max_over_time({FAILED_AT}[1d])) - 600)"
    good = "max by (cluster, schedule) (velero_backup_last_successful_timestamp)"
    return f"time() - ({failed} unless on (cluster, schedule) {good} >= on (cluster, schedule) {failed})"


def _as_workload(expr: str) -> str:
    """What is about backups, of an expression a CronJob; the CronJob is the workload."""
    ours = f"({expr}) and on ({_CRONJOB}) {MAKES_BACKUPS}"
    return f'max by (cluster, namespace, workload) (label_replace({ours}, "workload", "$1", "cronjob", "(.+)"))'


def _one(metric: str, options: Options) -> str:
    """A metric of a CronJob, once, however many tell of it."""
    return f"max by ({_CRONJOB}) ({selected(metric, options.kube_state_metrics)})"


BACKUPS = PackKind(
    _PACK,
    "Backups that did not run",
    "kube-state-metrics for CronJobs; Velero's own metrics where there is Velero",
    _build,
    (GRACE, LATE, SUSPENDED, VELERO_AGE, VELERO_WEEKLY_AGE, VELERO_MONTHLY_AGE),
)
