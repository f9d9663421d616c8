"""Who sends events from bus to bus: sessions of rules' roles, and callers of PutEvents."""

from dataclasses import dataclass

from authorization import is_sandboxs_own
from callers import Principal, context_of, principal_of
from event_deliveries import Undelivered
from organizations import member_of, organization_of, unit_path
from policies import Caller, Request
from sessions import is_trusted, role_at

EVENT_BRIDGE = "events.amazonaws.com"


@dataclass(frozen=True)
class RuleSession:
    """As much of moto's AssumedRole as policies are asked with."""

    role_arn: str
    role_id: str
    session_name: str


def session_for_rule(rule, role_arn):
    """What EventBridge gets where the role's trust policy lets it in on behalf of this rule."""
    from moto.moto_api._internal import mock_random

    role = role_at(role_arn)
    service = Caller.of_service(EVENT_BRIDGE)
    keys = {**service.context(), **sources_of(rule)}
    if role is None or not is_trusted(role, Request("sts:AssumeRole", role_arn, keys, service)):
        raise Undelivered("FAILED_TO_ASSUME_ROLE", f"EventBridge is not authorized to assume role {role_arn}.")
    session = RuleSession(role_arn, role.id, mock_random.uuid4().hex)
    return Principal(rule.account_id, role_arn.split(":")[1], session=session)


def sources_of(rule):
    return {"aws:SourceArn": rule.arn, "aws:SourceAccount": rule.account_id}


def keys_of_session(principal):
    return {
        **principal.caller.context(),
        "aws:PrincipalType": "AssumedRole",
        "aws:userid": f"{principal.session.role_id}:{principal.session.session_name}",
        **organization_keys(principal.account),
    }


def caller_and_keys(handler):
    """The account itself, where its key is the sandbox's own or not known."""
    principal = None if is_sandboxs_own(handler) else principal_of(handler)
    if principal is None:
        caller = Caller.of_account(handler.current_account, handler.partition)
        return caller, {**caller.context(), **organization_keys(caller.account)}
    return principal.caller, context_of(principal, handler)


def organization_keys(account_id):
    organization = organization_of(account_id)
    if organization is None:
        return {}
    return {
        "aws:PrincipalOrgID": organization.org.id,
        "aws:PrincipalOrgMasterAccountId": organization.org.master_account_id,
        "aws:PrincipalOrgPaths": [unit_path(organization, member_of(organization, account_id))],
    }
