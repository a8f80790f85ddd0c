"""Two moderators at the same moment: one decision, one member, one letter."""

from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa

from extranet.app import Extranet
from extranet.members import Member
from tests.cast import Cast, Person, looking
from tests.extranet.accounts.letters import post
from tests.extranet.moderation.test_applications import waiting
from tests.servers import Letterbox


def test_two_moderators_admit_at_once(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    one = waiting(app)
    moderators = [cast.moses, cast.irma]
    for moderator in moderators:
        moderator.get("/")
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda person: person.post(f"/desk/applications/{one}/admit"), moderators))
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    with looking(app) as held:
        assert held.scalar(sa.select(sa.func.count()).where(Member.email == "zahra@example.org")) == 1
    post(app, smtp)
    assert len(smtp.letters) == 1


def test_two_administrators_dismiss_each_other_at_once(app: Extranet, cast: Cast) -> None:
    second = cast.member("Second Admin", role="administrator")
    pairs = [(cast.irma, second), (second, cast.irma)]
    for person, _other in pairs:
        person.get("/")

    def dismiss(pair: tuple[Person, Person]) -> int:
        person, other = pair
        return person.post(f"/desk/members/{other.member_id}/role", {"role": "member"}).status_code

    with ThreadPoolExecutor(2) as both:
        codes = list(both.map(dismiss, pairs))
    assert codes.count(302) == 1, codes
    with looking(app) as held:
        assert held.scalar(sa.select(sa.func.count()).where(Member.role == "administrator")) == 1
