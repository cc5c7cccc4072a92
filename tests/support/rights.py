"""The table of rights in app/kubernetes/rights.py, as sets to compare."""

from collections.abc import Iterable, Mapping

from app.kubernetes.rights import Right

# The chart's value for each optional right, by the resource.
OPTIONAL = {"rollouts": "argoRollouts", "applications": "argoApplications", "secrets": "helmReleases"}


def table(
    rights: Iterable[Right], chosen: Mapping[str, bool], *, of_the_cluster: bool = True
) -> set[tuple[str, str, str]]:
    """What the table has as (group, resource, verb), with the optional ones that are chosen."""
    return {
        (right.resource.group, right.name, verb)
        for right in rights
        if not right.optional or chosen[OPTIONAL[right.resource.plural]]
        if of_the_cluster or right.resource.namespaced
        for verb in right.verbs
    }
