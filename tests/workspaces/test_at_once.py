"""Two who do things at the same moment: one after the other, and the second sees what the first did."""

import threading

from extranet.app import Extranet
from extranet.errors import Refusal
from extranet.members import Member
from tests.cast import Cast, Person, keeping
from tests.pace import PATIENCE
from tests.workspaces.places import open_place
from workspaces.memberships import service as memberships
from workspaces.models import Workspace


def test_two_hosts_who_leave_at_once_leave_one_behind(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    place.appoint(cast.grace, by=cast.ada)
    gate = threading.Barrier(2)
    refused: list[Refusal] = []

    def leave(person: Person) -> None:
        try:
            with keeping(app) as held:
                workspace, member = held.get_one(Workspace, place.id), held.get_one(Member, person.member_id)
                if not is_sqlite:
                    gate.wait(PATIENCE)
                memberships.leave(workspace, by=member)
        except Refusal as refusal:
            refused.append(refusal)

    is_sqlite = str(app.settings.database_url).startswith("sqlite")
    people = [threading.Thread(target=leave, args=(person,)) for person in (cast.ada, cast.grace)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert [type(refusal) for refusal in refused] == [memberships.LastHost]
    assert sorted(map(str, (place.role(cast.ada), place.role(cast.grace)))) == ["None", "host"]
