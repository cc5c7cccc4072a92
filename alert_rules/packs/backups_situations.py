"""What the alerts on backups must make of things. Times are in seconds since the start; an hour has 12 steps."""

from alert_rules.pack import Fired, Situation

_HOUR = 3600
_JOB = 'cluster="c",namespace="shop",cronjob="db-backup"'
_IS = {f'kube_cronjob_info{{{_JOB},schedule="0 2 * * *"}}': "1x1000"}
_SUCCEEDED = f"kube_cronjob_status_last_successful_time{{{_JOB}}}"
_SCHEDULED = f"kube_cronjob_status_last_schedule_time{{{_JOB}}}"
_CREATED = f"kube_cronjob_created{{{_JOB}}}"
_NEXT = f"kube_cronjob_next_schedule_time{{{_JOB}}}"
_SUSPENDED = f"kube_cronjob_spec_suspend{{{_JOB}}}"
_SHOP = {"cluster": "c", "namespace": "shop", "workload": "db-backup"}


def _situation(name: str, alert: str, series: dict[str, str], at: str, says: str = "") -> Situation:
    return Situation(name, alert, _IS | series, at, (Fired(_SHOP, says),) if says else (), "5m")


def _twice(series: dict[str, str]) -> dict[str, str]:
    """As two replicas of kube-state-metrics tell it."""
    return {f'{name[:-1]},instance="{one}"}}': values for name, values in series.items() for one in ("a", "b")}


# Due at 1 h and at 25 h; the first took half an hour, the second has not succeeded.
_MISSED = {_SCHEDULED: "_x11 3600x287 90000x300", _SUCCEEDED: "_x17 5400x600"}
_HOURLY = " ".join(f"{hour * _HOUR}x11" for hour in range(20))
_NOT_SUCCEEDED = (
    _situation(
        "a nightly one has not succeeded six hours after it was due",
        "BackupNotSucceeded",
        _MISSED,
        "32h",
        "The backup shop/db-backup has not succeeded for 1d 6h 30m 0s.",
    ),
    _situation(
        "two replicas of kube-state-metrics tell of it",
        "BackupNotSucceeded",
        _twice(_MISSED),
        "32h",
        "The backup shop/db-backup has not succeeded for 1d 6h 30m 0s.",
    ),
    _situation(
        "an hourly one fails each hour",
        "BackupNotSucceeded",
        {_SCHEDULED: _HOURLY, _SUCCEEDED: "_x17 5400x300"},
        "10h",
        "The backup shop/db-backup has not succeeded for 8h 30m 0s.",
    ),
    _situation(
        "one has never succeeded since it was made, and others have",
        "BackupNotSucceeded",
        {
            _SCHEDULED: "_x11 3600x300",
            _CREATED: "600x300",
            'kube_cronjob_status_last_successful_time{cluster="c",namespace="web",cronjob="report"}': "60x300",
        },
        "9h",
        "The backup shop/db-backup has not succeeded for 8h 50m 0s.",
    ),
    _situation(
        "it has just been made, and was not yet due",
        "BackupNotSucceeded",
        {
            _CREATED: "600x300",
            'kube_cronjob_status_last_successful_time{cluster="c",namespace="web",cronjob="report"}': "60x300",
        },
        "9h",
    ),
    _situation(
        "nothing is said of anybody's success, as by an old kube-state-metrics",
        "BackupNotSucceeded",
        {_SCHEDULED: "_x11 3600x300", _CREATED: "600x300"},
        "9h",
    ),
    _situation(
        "one for workdays, on Monday while it runs",
        "BackupNotSucceeded",
        {_SCHEDULED: "3600x864 262800x100", _SUCCEEDED: "5400x964"},
        "75h",
    ),
    _situation(
        "it runs for five hours each night",
        "BackupNotSucceeded",
        {_SCHEDULED: "_x11 3600x287 90000x300", _SUCCEEDED: "_x71 21600x288 108000x300", _CREATED: "600x600"},
        "34h",
    ),
    _situation(
        "kube-state-metrics was away at the time that counts",
        "BackupNotSucceeded",
        {_SCHEDULED: "3600x20 _x8 3600x300", _SUCCEEDED: "5400x20 _x8 5400x300"},
        "8h",
    ),
    _situation(
        "it is suspended, and the last one was good",
        "BackupNotSucceeded",
        {_SCHEDULED: "3600x600", _SUCCEEDED: "5400x600", _SUSPENDED: "1x600"},
        "40h",
    ),
    _situation(
        "its label says that it makes none",
        "BackupNotSucceeded",
        _MISSED | {f'kube_cronjob_labels{{{_JOB},label_leakwatch_backup="false"}}': "1x600"},
        "32h",
    ),
)
_DUMP = 'cluster="c",namespace="shop",cronjob="pg-dump"'
_NOT_STARTED = (
    _situation(
        "it was due two hours ago",
        "BackupNotStarted",
        {_NEXT: "3600x100"},
        "3h",
        "The backup shop/db-backup was due 2h 0m 0s ago and has not started.",
    ),
    Situation(
        "another is told by its label to be one",
        "BackupNotStarted",
        {
            f"kube_cronjob_info{{{_DUMP}}}": "1x100",
            f'kube_cronjob_labels{{{_DUMP},label_leakwatch_backup="true"}}': "1x100",
            f"kube_cronjob_next_schedule_time{{{_DUMP}}}": "3600x100",
        },
        "3h",
        (
            Fired(
                {"cluster": "c", "namespace": "shop", "workload": "pg-dump"},
                "The backup shop/pg-dump was due 2h 0m 0s ago and has not started.",
            ),
        ),
        "5m",
    ),
    _situation("it starts a few minutes late", "BackupNotStarted", {_NEXT: "3600x13 90000x100"}, "3h"),
    _situation("it is suspended", "BackupNotStarted", {_NEXT: "3600x3 stale", _SUSPENDED: "_x3 1x100"}, "4h"),
    Situation(
        "it is a report, not a backup",
        "BackupNotStarted",
        {
            'kube_cronjob_info{cluster="c",namespace="shop",cronjob="report"}': "1x100",
            'kube_cronjob_next_schedule_time{cluster="c",namespace="shop",cronjob="report"}': "3600x100",
        },
        "4h",
        (),
        "5m",
    ),
)
_RUN = 'cluster="c",namespace="shop",job_name="db-backup-1"'
_OWNER = f'kube_job_owner{{{_RUN},owner_kind="CronJob",owner_name="db-backup",owner_is_controller="true"}}'
_FAILED_RUN = {
    f"kube_job_status_start_time{{{_RUN}}}": "3600x200",
    f'kube_job_failed{{{_RUN},condition="true"}}': "1x200",
    _OWNER: "1x200",
}
_JOB_FAILED = (
    _situation(
        "it failed after the last that was good",
        "BackupJobFailed",
        _FAILED_RUN | {_SUCCEEDED: "60x200"},
        "2h",
        "The job of the backup shop/db-backup that started 1h 0m 0s ago failed.",
    ),
    _situation(
        "none has ever been good",
        "BackupJobFailed",
        _twice(_FAILED_RUN),
        "2h",
        "The job of the backup shop/db-backup that started 1h 0m 0s ago failed.",
    ),
    _situation(
        "the failed job still lies there, and a later one was good",
        "BackupJobFailed",
        _FAILED_RUN | {_SUCCEEDED: "7200x200"},
        "4h",
    ),
    _situation(
        "one runs, and has not failed",
        "BackupJobFailed",
        _FAILED_RUN | {_SUCCEEDED: "60x200", f'kube_job_failed{{{_RUN},condition="true"}}': "0x200"},
        "2h",
    ),
    Situation(
        "a job that makes no backup failed",
        "BackupJobFailed",
        {'kube_cronjob_info{cluster="c",namespace="shop",cronjob="report"}': "1x200"}
        | {name.replace("db-backup", "report"): values for name, values in _FAILED_RUN.items()},
        "2h",
        (),
        "5m",
    ),
)
_SUSPENSION = (
    _situation(
        "it has been suspended for four days",
        "BackupSuspended",
        {_SUSPENDED: "1x1000"},
        "75h",
        "The backup shop/db-backup has been suspended for more than 3d: none is made.",
    ),
    _situation("it was suspended yesterday", "BackupSuspended", {_SUSPENDED: "0x600 1x400"}, "75h"),
    _situation("it was made yesterday, suspended", "BackupSuspended", {_SUSPENDED: "_x600 1x400"}, "75h"),
    _situation("it was resumed just now", "BackupSuspended", {_SUSPENDED: "1x895 0x100"}, "75h"),
)


def _velero(name: str, alert: str, series: dict[str, str], at: str, says: str = "", which: str = "daily") -> Situation:
    fires = (Fired({"cluster": "c", "schedule": which}, says),) if says else ()
    return Situation(name, alert, series, at, fires, "5m")


def _last(which: str, values: str) -> dict[str, str]:
    return {f'velero_backup_last_successful_timestamp{{cluster="c",schedule="{which}"}}': values}


def _count(kind: str, values: str, which: str = "daily") -> dict[str, str]:
    return {f'velero_backup_{kind}_total{{cluster="c",schedule="{which}"}}': values}


_STALE = (
    _velero(
        "a daily one missed a night",
        "VeleroBackupStale",
        _last("daily", "3600x500"),
        "28h",
        "The last good backup of the schedule daily is 1d 3h 0m 0s old.",
    ),
    _velero(
        "a weekly one missed a week",
        "VeleroBackupStale",
        _last("full-weekly", f"-{9 * 24 * _HOUR}x24"),
        "1h",
        "The last good backup of the schedule full-weekly is 9d 1h 0m 0s old.",
        "full-weekly",
    ),
    _velero(
        "a monthly one missed a month",
        "VeleroBackupStale",
        _last("monthly", f"-{33 * 24 * _HOUR}x24"),
        "1h",
        "The last good backup of the schedule monthly is 33d 1h 0m 0s old.",
        "monthly",
    ),
    _velero("a weekly one is three days old", "VeleroBackupStale", _last("full-weekly", f"-{72 * _HOUR}x24"), "1h"),
    _velero("a monthly one is ten days old", "VeleroBackupStale", _last("monthly", f"-{240 * _HOUR}x24"), "1h"),
    _velero("somebody made one by hand, long ago", "VeleroBackupStale", _last("", "3600x500"), "28h"),
    _velero("a night's was good", "VeleroBackupStale", _last("daily", "3600x288 90000x300"), "40h"),
    _velero("none has been made yet", "VeleroBackupStale", _count("attempt", "0x500"), "40h"),
)
_VELERO_FAILED = (
    _velero(
        "one failed",
        "VeleroBackupFailed",
        _last("daily", "60x200") | _count("failure", "0x12 1x200"),
        "3h",
        "The backup of the schedule daily failed or is incomplete, 2h 0m 0s ago.",
    ),
    _velero(
        "one is incomplete, and none has ever been good",
        "VeleroBackupFailed",
        _count("partial_failure", "0x12 1x200") | _count("failure", "0x200"),
        "3h",
        "The backup of the schedule daily failed or is incomplete, 2h 0m 0s ago.",
    ),
    _velero(
        "one failed, and the next was good",
        "VeleroBackupFailed",
        _last("daily", "60x18 5400x200") | _count("failure", "0x12 1x200"),
        "3h",
    ),
    _velero(
        "Velero starts anew, and says that the last one was not good",
        "VeleroBackupFailed",
        _last("daily", "60x12 _x2 60x200")
        | _count("failure", "3x12 0x200")
        | {'velero_backup_last_status{cluster="c",schedule="daily"}': "1x12 0x200"},
        "3h",
    ),
    _velero(
        "one that somebody made by hand failed",
        "VeleroBackupFailed",
        _count("failure", "0x12 1x200", which=""),
        "3h",
    ),
)

BACKUP_SITUATIONS = (*_NOT_SUCCEEDED, *_NOT_STARTED, *_JOB_FAILED, *_SUSPENSION, *_STALE, *_VELERO_FAILED)
