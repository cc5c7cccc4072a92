"""What a container of a rendered pod finds: its variables and files, as they would be in the cluster, in a folder."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.chart import the

# What stands in Secrets that exist already, by the setting or file; all else gets the last.
EXISTING = {"database_url": "postgresql://u:p@db/leakwatch", "prometheus_headers": '{"X-Key": "k"}'}
_ANY = "of-a-secret-that-exists-with-enough-characters"


def environment(
    objects: list[dict[str, Any]],
    pod: Mapping[str, Any],
    container: Mapping[str, Any],
    folder: Path,
    existing: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The container's variables. Files that it mounts are written into the folder, which stands for the root.

    existing: what is in Secrets that exist, by the name of the file or setting.
    """
    held = {**EXISTING, **(existing or {})}
    volumes = {one["name"]: one for one in pod["spec"]["volumes"]}
    for mount in container["volumeMounts"]:
        place = folder / mount["mountPath"].lstrip("/")
        place.mkdir(parents=True, exist_ok=True)
        for name, text in _content(objects, volumes[mount["name"]], held).items():
            (place / name).write_text(_moved(text, folder), encoding="utf-8")
    return {one["name"]: _value(objects, one, held, folder) for one in container["env"]}


def _content(objects: list[dict[str, Any]], volume: Mapping[str, Any], held: Mapping[str, str]) -> dict[str, str]:
    if "configMap" in volume:
        return dict(the(objects, "ConfigMap", volume["configMap"]["name"])["data"])
    if "secret" in volume:
        return {"tls.crt": _ANY, "tls.key": _ANY}
    found = {}
    for source in volume.get("projected", {}).get("sources", []):
        [item] = source["secret"]["items"]
        found[item["path"]] = _secret(objects, source["secret"]["name"], item["key"], item["path"], held)
    return found


def _secret(objects: list[dict[str, Any]], name: str, key: str, wanted: str, held: Mapping[str, str]) -> str:
    made = [one for one in objects if (one["kind"], one["metadata"]["name"]) == ("Secret", name)]
    return str(made[0]["stringData"][key]) if made else held.get(wanted, _ANY)


def _value(objects: list[dict[str, Any]], one: Mapping[str, Any], held: Mapping[str, str], folder: Path) -> str:
    if "value" in one:
        return _moved(one["value"], folder)
    reference = one["valueFrom"]["secretKeyRef"]
    wanted = one["name"].removeprefix("LEAKWATCH_").lower()
    return _secret(objects, reference["name"], reference["key"], wanted, held)


def _moved(text: str, folder: Path) -> str:
    for root in ("/etc/leakwatch", "/var/lib/leakwatch"):
        text = text.replace(root, f"{folder}{root}")
    return text
