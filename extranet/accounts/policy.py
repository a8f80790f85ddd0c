"""Who may see and end what belongs to an account."""

from extranet.credentials import Credential
from extranet.members import Member


def may_end(member: Member, credential: Credential) -> bool:
    """Everybody ends their own sign-ins and tokens, nobody those of others."""
    return credential.member_id == member.id
