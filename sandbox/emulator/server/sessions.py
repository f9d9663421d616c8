"""STS as AWS documents it, where moto takes every role, existing or not, for one that lets everyone in: a role's trust policy is evaluated,
and what the caller may do; sessions are narrowed by their own policies, keep who they are for, and end.

Decided here, as AWS documents no more: how much room policies and tags of a session have once they are packed (as much as in plain text),
and that a source identity that is already set cannot be given another value.
"""

import json
import re
from dataclasses import dataclass, replace

from callers import context_of, context_of_resource, default_document, policy_of, reason_against
from organizations import is_management, member_of, organization_of, policies_at_each_level
from policies import Caller, Decision, Kind, MalformedPolicy, Policy, Request, decide, listed
from refusals import Refusal, not_authorized, service_error
from regions import is_enabled

HOUR = 3600
SHORTEST, LONGEST = 900, 12 * HOUR
SESSION_ROOM = 2048
ROLE_ARN = re.compile(r"arn:[a-z-]+:iam::\d{12}:role/[\w+=,.@/-]+")
SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}")
EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}")
NAMED_PRINCIPAL = re.compile(r"arn:[a-z-]+:iam::(\d{12}):(role|user)/.+")
RESOURCE_CONTROL_POLICY = "RESOURCE_CONTROL_POLICY"
LAMBDA = "lambda.amazonaws.com"


@dataclass(frozen=True)
class Asked:
    """Of AssumeRole."""

    role_arn: str
    session_name: str
    duration: int
    external_id: str | None
    source_identity: str | None
    policy: str | None
    policy_arns: list
    tags: dict
    transitive: list

    @staticmethod
    def by(response):
        return Asked(
            role_arn=response._get_param("RoleArn"),
            session_name=response._get_param("RoleSessionName"),
            duration=response._get_int_param("DurationSeconds", HOUR),
            external_id=response._get_param("ExternalId"),
            source_identity=response._get_param("SourceIdentity"),
            policy=response._get_param("Policy"),
            policy_arns=[policy["arn"] for policy in response._get_param("PolicyArns", [])],
            tags={tag["Key"]: tag["Value"] for tag in response._get_param("Tags", [])},
            transitive=response._get_param("TransitiveTagKeys", []),
        )

    @property
    def room(self):
        return len(self.policy or "") + sum(map(len, self.policy_arns)) + sum(len(key) + len(value) for key, value in self.tags.items())


def evaluate_trust():
    name_principals_by_id()
    make_sessions_as_asked()
    tell_whose_session_it_is()


# Principals, as AWS keeps them in a trust policy


def name_principals_by_id():
    """A role or user that was deleted and made again is another: AWS keeps its id, and refuses one that is not there."""
    from moto.iam.models import IAMBackend

    create = IAMBackend.create_role
    update = IAMBackend.update_assume_role_policy

    def create_role(self, role_name, assume_role_policy_document, *args, **kwargs):
        by_id = with_ids(assume_role_policy_document)
        role = create(self, role_name, assume_role_policy_document, *args, **kwargs)
        role.trust = by_id
        return role

    def update_trust(self, role_name, policy_document):
        by_id = with_ids(policy_document)
        update(self, role_name, policy_document)
        self.get_role(role_name).trust = by_id

    IAMBackend.create_role = create_role
    IAMBackend.update_assume_role_policy = update_trust


def with_ids(document):
    try:
        content = json.loads(document)
    except ValueError:
        return document
    for statement in listed(content.get("Statement")):
        for element in ("Principal", "NotPrincipal"):
            if isinstance(statement.get(element), dict) and "AWS" in statement[element]:
                statement[element]["AWS"] = [id_of(name) for name in listed(statement[element]["AWS"])]
    return json.dumps(content)


def id_of(name):
    from moto.iam.exceptions import MalformedPolicyDocument
    from moto.iam.models import iam_backends

    match = NAMED_PRINCIPAL.fullmatch(name)
    if match is None:
        return name
    account, kind = match.groups()
    backend = iam_backends[account][name.split(":")[1]]
    known = backend.roles if kind == "role" else backend.users
    found = next((one.id for one in known.values() if one.arn == name), None)
    if found is None:
        raise MalformedPolicyDocument(f'Invalid principal in policy: "AWS":"{name}"')
    return found


# Whether a role may be assumed


def refuse_role_unless_trusted(response, principal):
    """What it asks for is kept with the answer that is to come."""
    asked = Asked.by(response)
    refuse_values(asked)
    refuse_switched_off_endpoint(response, principal)
    if principal.session is not None and asked.duration > HOUR:
        raise invalid("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining")
    role = role_at(asked.role_arn)
    refuse_untrusted(response, principal, asked, role)
    if asked.duration > int(role.max_session_duration or HOUR):
        raise invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
    response.asked = asked
    response.assumed_by = principal


def role_at(arn):
    from moto.iam.models import iam_backends

    _, partition, _, _, account, _ = arn.split(":", 5)
    return next((role for role in iam_backends[account][partition].roles.values() if role.arn == arn), None)


def invalid(message):
    return Refusal("ValidationError", message)


def out_of_bounds(name, value, rule):
    return invalid(f"1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: Member must {rule}")


def refuse_values(asked):
    if not ROLE_ARN.fullmatch(asked.role_arn or ""):
        raise invalid(f"{asked.role_arn} is invalid")
    for name, value, pattern in (
        ("roleSessionName", asked.session_name or "", SESSION_NAME),
        ("sourceIdentity", asked.source_identity, SESSION_NAME),
        ("externalId", asked.external_id, EXTERNAL_ID),
    ):
        if value is not None and not pattern.fullmatch(value):
            raise out_of_bounds(name, value, f"satisfy regular expression pattern: {pattern.pattern}")
    if asked.duration < SHORTEST:
        raise out_of_bounds("durationSeconds", asked.duration, f"have value greater than or equal to {SHORTEST}")
    if asked.duration > LONGEST:
        raise out_of_bounds("durationSeconds", asked.duration, f"have value less than or equal to {LONGEST}")
    if len(asked.policy or "") > SESSION_ROOM:
        raise out_of_bounds("policy", asked.policy, f"have length less than or equal to {SESSION_ROOM}")
    if asked.room > SESSION_ROOM:
        share = round(asked.room * 100 / SESSION_ROOM)
        raise Refusal("PackedPolicyTooLarge", f"Packed policy consumes {share}% of allotted space, please use smaller policy.")
    if asked.policy is not None:
        refuse_malformed(asked.policy)


def refuse_malformed(document):
    try:
        Policy(document, Kind.IDENTITY)
    except MalformedPolicy as error:
        raise Refusal("MalformedPolicyDocument", f"The policy is not in the valid JSON format: {error}") from error


def refuse_switched_off_endpoint(response, principal):
    if organization_of(principal.account) is not None and not is_enabled(principal.account, response.region):
        raise Refusal(
            "RegionDisabledException",
            f"STS is not activated in this region for account:{principal.account}. "
            "Your account administrator can activate STS in this region using the IAM Console.",
            403,
        )


def refuse_untrusted(response, principal, asked, role):
    kept = principal.source_identity
    source_identity = asked.source_identity or kept
    actions = ["sts:AssumeRole"]
    actions += ["sts:SetSourceIdentity"] if source_identity else []
    actions += ["sts:TagSession"] if asked.tags else []
    for action in actions:
        request = Request(action, asked.role_arn, context_of_asked(response, principal, asked, source_identity), principal.caller)
        if role is None or not is_open(role.account_id) or not is_trusted(role, request):
            raise Refusal("AccessDenied", not_authorized(principal, action, asked.role_arn), 403)
        reason = reason_against(principal, request, needs_identity=not names_caller_itself(role, request))
        if reason is not None:
            raise Refusal("AccessDenied", not_authorized(principal, action, asked.role_arn, reason), 403)
    if kept and source_identity != kept:
        raise Refusal("AccessDenied", not_authorized(principal, "sts:SetSourceIdentity", asked.role_arn), 403)


def context_of_asked(response, principal, asked, source_identity):
    return {
        **context_of(principal, response),
        **context_of_resource(asked.role_arn.split(":")[4]),
        "sts:ExternalId": asked.external_id,
        "sts:RoleSessionName": asked.session_name,
        "sts:SourceIdentity": source_identity,
        "sts:TransitiveTagKeys": asked.transitive or None,
        "aws:TagKeys": list(asked.tags) or None,
        **{f"aws:RequestTag/{key}": value for key, value in asked.tags.items()},
    }


def is_open(account_id):
    """An account that belongs to no organization is."""
    organization = organization_of(account_id)
    return organization is None or member_of(organization, account_id).state == "ACTIVE"


def is_trusted(role, request):
    if decide([policy_of(trust_of(role), Kind.TRUST)], request) is not Decision.ALLOWED:
        return False
    organization = organization_of(role.account_id)
    if organization is None or is_management(organization, role.account_id):
        return True
    levels = policies_at_each_level(organization, member_of(organization, role.account_id), RESOURCE_CONTROL_POLICY)
    return all(decide([policy_of(text, Kind.RESOURCE) for text in level], request) is Decision.ALLOWED for level in levels)


def trust_of(role):
    return role.trust if hasattr(role, "trust") else role.assume_role_policy_document


def names_caller_itself(role, request):
    """A trust policy that names a user or role of its own account, rather than the account, lets it in without more."""
    if request.caller.account != role.account_id:
        return False
    by_name = replace(request, caller=replace(request.caller, account=None))
    return decide([policy_of(trust_of(role), Kind.TRUST)], by_name) is Decision.ALLOWED


# Sessions


def make_sessions_as_asked():
    from moto.core.responses import ActionResult
    from moto.sts.responses import TokenResponse

    assume = TokenResponse.assume_role

    def assume_role(self):
        if not hasattr(self, "asked"):
            answer = assume(self)
            mark_as_sandboxs_own(answer.result["Credentials"])
            return answer
        session = session_as_asked(self)
        result = {
            "Credentials": session,
            "AssumedRoleUser": {"AssumedRoleId": session.user_id, "Arn": session.arn},
            "SourceIdentity": session.source_identity,
            "PackedPolicySize": -(-self.asked.room * 100 // SESSION_ROOM) or None,
        }
        return ActionResult({key: value for key, value in result.items() if value is not None})

    TokenResponse.assume_role = assume_role


def session_as_asked(response):
    asked, by = response.asked, response.assumed_by
    role = role_at(asked.role_arn)
    kept = session_documents(role, asked)
    session = response.backend.assume_role(
        region_name=response.region,
        role_session_name=asked.session_name,
        role_arn=asked.role_arn,
        policy=asked.policy,
        duration=asked.duration,
        external_id=asked.external_id,
    )
    inherited = getattr(by.session, "transitive_tags", {})
    session.role_id = role.id
    session.session_policies = kept
    session.source_identity = asked.source_identity or by.source_identity
    session.session_tags = {**inherited, **asked.tags}
    session.transitive_tags = {**inherited, **{key: asked.tags[key] for key in asked.transitive if key in asked.tags}}
    session.is_checked = True
    session.access_key.session = session
    return session


def session_documents(role, asked):
    """None where the session has no policies of its own."""
    from moto.iam.models import iam_backends

    managed = iam_backends[role.account_id][role.partition].managed_policies
    missing = [arn for arn in asked.policy_arns if arn not in managed]
    if missing:
        raise service_error("MalformedPolicyDocument", f"The policy {missing[0]} does not exist or is not attachable.")
    return [*([asked.policy] if asked.policy else []), *(default_document(managed[arn]) for arn in asked.policy_arns)] or None


def mark_as_sandboxs_own(session):
    """Its calls go by no policies, and it does not end."""
    role = role_at(session.role_arn) if ROLE_ARN.fullmatch(session.role_arn) else None
    session.role_id = session.user_id.split(":")[0] if role is None else role.id
    session.is_checked = False
    session.access_key.session = session


def tell_whose_session_it_is():
    """Also after its role was deleted, or made again."""
    from moto.sts.models import AssumedRole

    of_now = AssumedRole.user_id

    def user_id(self):
        return f"{self.role_id}:{self.session_name}" if hasattr(self, "role_id") else of_now.fget(self)

    AssumedRole.user_id = property(user_id)


def assume_for_function(request):
    """As Lambda does it: the function's role has to trust it. The function's own calls go by no policies here."""
    from moto.sts.models import sts_backends

    arn = request["roleArn"]
    role = role_at(arn)
    asked = Request("sts:AssumeRole", arn, Caller.of_service(LAMBDA).context(), Caller.of_service(LAMBDA))
    if role is None or not is_trusted(role, asked):
        raise ValueError(f"Lambda cannot assume {arn}: is it there, and does it trust {LAMBDA}?")
    session = sts_backends[role.account_id][role.partition].assume_role(
        region_name=request["region"],
        role_session_name=request["functionName"],
        role_arn=arn,
        policy=None,
        duration=HOUR,
        external_id=None,
    )
    mark_as_sandboxs_own(session)
    session.source_function = f"arn:{role.partition}:lambda:{request['region']}:{role.account_id}:function:{request['functionName']}"
    return {
        "accessKeyId": session.access_key_id,
        "secretAccessKey": session.secret_access_key,
        "sessionToken": session.session_token,
    }
