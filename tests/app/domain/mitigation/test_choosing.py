"""Which revision a rollback goes to."""

import pytest

from app.domain.acts import ActRefused
from app.domain.mitigation.choosing import revision_to
from app.domain.rollout import Rollout


def _rollout(number, image, *, created=None, hash_=None, env=""):
    return Rollout(
        number=number,
        name=f"cart-{hash_ or number}",
        created_at=float(number if created is None else created),
        template_hash=hash_ or f"h{number}",
        template={"image": image, "env": env},
        images={"app": image},
    )


ONE, TWO, THREE = (_rollout(number, f"registry:5000/shop/cart:v{number}") for number in (1, 2, 3))


@pytest.mark.parametrize(
    ("rollouts", "wanted", "suspect", "number"),
    [
        pytest.param([ONE, TWO, THREE], None, None, 2, id="the second highest"),
        pytest.param([ONE, TWO, THREE], None, "v3", 2, id="before the suspect, which runs"),
        pytest.param([ONE, TWO, THREE], None, "v2", 1, id="before the suspect, after which another came"),
        pytest.param([ONE, TWO, THREE], None, "h2", 1, id="the suspect by its hash"),
        pytest.param([ONE, TWO, THREE], None, "v2@h2", 1, id="the suspect by tag and hash"),
        pytest.param([ONE, TWO, THREE], None, "v9", 2, id="a suspect that is not kept any more"),
        pytest.param([ONE, TWO, THREE], 1, "v3", 1, id="the one that is asked for"),
        pytest.param([ONE, _rollout(2, "a@sha256:0123456789abc"), THREE], None, "0123456789ab", 1, id="by its digest"),
        pytest.param(
            [ONE, _rollout(2, THREE.images["app"]), THREE],
            None,
            None,
            1,
            id="one of the same template is passed",
        ),
        pytest.param([TWO, _rollout(4, "x:v4"), _rollout(6, "x:v6")], None, None, 4, id="numbers with gaps"),
    ],
)
def test_where_it_goes(rollouts, wanted, suspect, number):
    assert revision_to(rollouts, rollouts[-1], wanted, suspect, "app").number == number


@pytest.mark.parametrize(
    ("rollouts", "wanted", "suspect", "why"),
    [
        pytest.param([ONE, TWO], 2, None, "revision 2 is what runs already", id="the present one"),
        pytest.param([THREE], None, None, "no revision before the present one", id="only one is kept"),
        pytest.param([TWO, THREE], None, "v2", "no revision before the suspected one", id="nothing before the suspect"),
        pytest.param([ONE, TWO], 7, None, "no revision 7", id="not there"),
        pytest.param(
            [TWO, THREE, _rollout(4, "shop/cart:v1", created=1)], None, "v3", "rolled back already", id="done before"
        ),
    ],
)
def test_where_it_cannot_go(rollouts, wanted, suspect, why):
    with pytest.raises(ActRefused, match=why):
        revision_to(rollouts, rollouts[-1], wanted, suspect, "app")
