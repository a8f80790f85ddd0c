"""The member who asks, for programs."""

from typing import Any, Literal

from extranet import db
from extranet.api import Answer, Api, Schema, takes
from extranet.doors import signed_in
from extranet.members import Member
from extranet.policy import anyone

api = Api("me")


class Me(Answer):
    """The member whose token or session it is."""

    id: str
    name: str
    email: str
    role: str
    language: str | None
    theme: str | None
    admitted_at: str


class MyChoices(Schema):
    """What the member chooses; a field left out stays."""

    language: Literal["fi", "sv", "en"] | None = None
    theme: Literal["auto", "light", "dark"] | None = None


@api.get("/me", gives=Me, summary="The member who asks")
@signed_in(anyone)
def show_me(member: Member) -> Any:
    return _me(member)


@api.patch("/me", gives=Me, summary="Change one's language or theme")
@signed_in(anyone)
@takes(MyChoices)
def change_me(member: Member, *, body: MyChoices) -> Any:
    for name, value in body.model_dump(exclude_unset=True).items():
        setattr(member, name, value)
    db.session().flush()
    return _me(member)


def _me(member: Member) -> Me:
    return Me(
        id=member.id, name=member.name, email=member.email, role=member.role, language=member.language,
        theme=member.theme, admitted_at=member.admitted_at.isoformat(),
    )
