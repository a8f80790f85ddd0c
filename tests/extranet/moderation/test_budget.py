"""What pages cost: a few queries, however much there is to show."""


import pytest

from extranet.app import Extranet
from tests.cast import Cast
from tests.counting import counted
from tests.extranet.moderation.test_applications import waiting


@pytest.mark.parametrize(
    "path", ["/desk/applications", "/desk/applications?which=decided", "/desk/members", "/settings/sign-ins"]
)
def test_a_list_costs_the_same_however_long(app: Extranet, cast: Cast, path: str) -> None:
    def cost() -> int:
        with counted(app) as statements:
            assert cast.moses.get(path).status_code == 200
        return len(statements)

    cast.moses.get(path)
    alone = cost()
    for number in range(8):
        cast.member(f"Member No{number}")
        waiting(app, f"Applicant{number} Long")
        cast.moses.post(f"/desk/applications/{waiting(app, f'Decided{number} Long')}/decline", {"reason": "x"})
    cast.moses.get(path)
    assert cost() == alone <= 5


def test_pages_for_visitors_cost_nothing(app: Extranet, cast: Cast) -> None:
    for path in ("/", "/apply", "/sign-in", "/terms", "/privacy", "/accessibility"):
        with counted(app) as statements:
            assert cast.visitor.get(path).status_code == 200
        assert statements == [], path
