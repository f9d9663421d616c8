"""Who calls, what their policies say of it, and the condition keys that AWS has for it. Callers are users with keys, and sessions of roles."""

import datetime
import functools
import json
from dataclasses import dataclass

from organizations import (
    SERVICE_CONTROL_POLICY,
    is_management,
    member_of,
    organization_of,
    policies_at_each_level,
    unit_path,
)
from policies import Caller, Decision, Kind, Policy, decide

IDENTITY = "identity-based policy"
ARTICLES = {IDENTITY: "an"}


@dataclass(frozen=True)
class Principal:
    account: str
    partition: str
    # moto's, of a user's key.
    user: object = None
    # moto's AssumedRole.
    session: object = None

    @functools.cached_property
    def entity(self):
        """moto's user or role; nothing where the session's role is gone, even if another has its name by now."""
        if self.session is None:
            return self.user
        return backend_of(self).roles.get(self.session.role_id)

    @functools.cached_property
    def caller(self):
        if self.session is None:
            return Caller.of_user(self.user.arn, self.user.id)
        return Caller.of_role(self.session.role_arn, self.session.session_name, self.session.role_id)

    @property
    def arn(self):
        return self.caller.arn

    @property
    def source_identity(self):
        return getattr(self.session, "source_identity", None)

    @property
    def source_function(self):
        """Of calls that come from inside of a function. Sessions that it begins with another role do not have it."""
        return getattr(self.session, "source_function", None)


def backend_of(principal):
    from moto.iam.models import iam_backends

    return iam_backends[principal.account][principal.partition]


def principal_of(response):
    """Nothing for the sandbox's own calls, and for keys that are not known."""
    from moto.iam.models import iam_backends

    backend = iam_backends[response.current_account][response.partition]
    key = backend.access_keys.get(response.access_key)
    if key is None:
        return None
    session = getattr(key, "session", None)
    if session is not None:
        return Principal(response.current_account, response.partition, session=session)
    user = backend.users.get(key.user_name)
    return user and Principal(response.current_account, response.partition, user=user)


# What policies say


def reason_against(principal, request, needs_identity=True):
    """In AWS's words; nothing where the call is allowed. A deny of any policy comes before what is not allowed by one."""
    decisions = [(name, decide(policies, request)) for name, policies in policies_that_bind(principal)]
    for name, decision in decisions:
        if decision is Decision.DENIED:
            return f"with an explicit deny in {ARTICLES.get(name, 'a')} {name}"
    for name, decision in decisions:
        if decision is Decision.NOT_ALLOWED and (needs_identity or name != IDENTITY):
            return f"because no {name} allows the {request.action} action"
    return None


def policies_that_bind(principal):
    """By kind. Of each kind, one policy has to allow the call."""
    yield from (("service control policy", parsed(level)) for level in control_policies_of(principal.account))
    boundary = getattr(principal.entity, "permissions_boundary_arn", None)
    if boundary:
        yield "permissions boundary", parsed([managed_document(principal, boundary)])
    kept = getattr(principal.session, "session_policies", None)
    if kept:
        yield "session policy", parsed(kept)
    yield IDENTITY, parsed(identity_documents(principal))


def control_policies_of(account_id):
    organization = organization_of(account_id)
    if organization is None or is_management(organization, account_id):
        return []
    return policies_at_each_level(organization, member_of(organization, account_id), SERVICE_CONTROL_POLICY)


def identity_documents(principal):
    holders = [principal.entity] if principal.entity is not None else []
    if principal.user is not None:
        holders += backend_of(principal).get_groups_for_user(principal.user.name)
    for holder in holders:
        yield from holder.policies.values()
        yield from (default_document(policy) for policy in holder.managed_policies.values())


def managed_document(principal, arn):
    """A policy that is gone allows nothing."""
    policy = backend_of(principal).managed_policies.get(arn)
    return default_document(policy) if policy else NOTHING


NOTHING = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]})


def default_document(policy):
    return next(version.document for version in policy.versions if version.is_default)


def parsed(documents):
    return [policy_of(document if isinstance(document, str) else json.dumps(document)) for document in documents]


@functools.lru_cache(maxsize=1024)
def policy_of(document, kind=Kind.IDENTITY):
    return Policy(document, kind)


# Condition keys


def context_of(principal, response):
    """Of every call."""
    from moto.core.utils import utcnow

    now = utcnow()
    organization = organization_of(principal.account)
    keys = {
        **principal.caller.context(),
        "lambda:SourceFunctionArn": principal.source_function,
        "aws:CurrentTime": f"{now.isoformat(timespec='seconds')}Z",
        "aws:EpochTime": int(now.replace(tzinfo=datetime.timezone.utc).timestamp()),
        "aws:PrincipalType": "User" if principal.session is None else "AssumedRole",
        "aws:RequestedRegion": response.region,
        "aws:SecureTransport": True,
        "aws:SourceIdentity": principal.source_identity,
        "aws:SourceIp": "127.0.0.1",
        "aws:ViaAWSService": False,
        **{f"aws:PrincipalTag/{key}": value for key, value in tags_of(principal).items()},
    }
    if principal.session is None:
        keys |= {"aws:userid": principal.user.id, "aws:username": principal.user.name}
    else:
        keys |= {"aws:userid": f"{principal.session.role_id}:{principal.session.session_name}", "aws:MultiFactorAuthPresent": False}
    if organization is not None:
        keys |= {
            "aws:PrincipalOrgID": organization.org.id,
            "aws:PrincipalOrgMasterAccountId": organization.org.master_account_id,
            "aws:PrincipalOrgPaths": [unit_path(organization, member_of(organization, principal.account))],
        }
    return keys


def context_of_resource(account_id):
    organization = organization_of(account_id)
    if organization is None:
        return {"aws:ResourceAccount": account_id}
    return {
        "aws:ResourceAccount": account_id,
        "aws:ResourceOrgID": organization.org.id,
        "aws:ResourceOrgPaths": [unit_path(organization, member_of(organization, account_id))],
    }


def tags_of(principal):
    if principal.session is None:
        return {tag["Key"]: tag["Value"] for tag in backend_of(principal).tagger.list_tags_for_resource(principal.user.arn)["Tags"]}
    own = {tag["Key"]: tag["Value"] for tag in (principal.entity.tags if principal.entity else None) or []}
    return {**own, **getattr(principal.session, "session_tags", {})}
