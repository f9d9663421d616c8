"""Who may make a call, as AWS decides it: for users in the accounts of an organization, and for sessions of roles that they or functions
assumed. moto lets everyone do everything. Calls of the sandbox itself go by no policies, and neither do those that functions make with their
own role: their rights are held against AWS's reference.
"""

from asked_rights import rights_asked
from callers import context_of, principal_of, reason_against
from organizations import organization_of
from policies import Request
from refusals import COMMON_CODES, Refusal, answer, expired_credentials, invalid_credentials, unauthorized
from regions import is_enabled
from sessions import is_open, refuse_role_unless_trusted

# What the sandbox asks in a caller's name, to tell of the caller's call.
LOOK_UP = "sandbox-look-up"
KEY_LENGTH = 20
OWN_KEYS = "SANDBOX"
EVERYONES = "sts:GetCallerIdentity"
GLOBAL_SERVICES = ("iam", "organizations")


def authorize_calls():
    from moto.core.errors import COMMON_ERROR_CODES
    from moto.core.responses import BaseResponse

    COMMON_ERROR_CODES.extend(COMMON_CODES)

    def dispatch(self, request, full_url=None, headers=None):
        self.setup_class(request, full_url, headers)
        try:
            refuse_unless_allowed(self)
        except Refusal as refusal:
            return answer(self, refusal)
        return self.call_action()

    BaseResponse._dispatch = dispatch


def refuse_unless_allowed(response):
    principal = principal_of(response)
    assumes_role = response.service_name == "sts" and response._get_action() == "AssumeRole"
    if principal is None:
        if assumes_role and not is_sandboxs_own(response):
            raise invalid_credentials(response)
        return
    if is_checked(principal):
        if LOOK_UP in response.headers.get("User-Agent", ""):
            return
        refuse_credentials(response, principal)
        if not assumes_role:
            refuse_action(response, principal)
    if assumes_role:
        refuse_role_unless_trusted(response, principal)


def is_checked(principal):
    if principal.session is not None:
        return principal.session.is_checked
    return organization_of(principal.account) is not None


def is_sandboxs_own(response):
    """No one gave out such a key."""
    scope = response.headers.get("Authorization", "").partition("Credential=")[2]
    key = scope.partition("/")[0]
    return len(key) != KEY_LENGTH or key.startswith(OWN_KEYS)


def refuse_credentials(response, principal):
    session = principal.session
    if session is None:
        if principal_key(response).status != "Active":
            raise invalid_credentials(response)
    elif response.headers.get("X-Amz-Security-Token") != session.session_token or principal.entity is None:
        raise invalid_credentials(response)
    elif is_over(session):
        raise expired_credentials(response)
    if not is_open(principal.account):
        raise invalid_credentials(response)
    # STS says by itself what is wrong.
    elsewhere = response.service_name in GLOBAL_SERVICES
    if not elsewhere and response.service_name != "sts" and not is_enabled(principal.account, response.region):
        raise invalid_credentials(response)


def principal_key(response):
    from moto.iam.models import iam_backends

    return iam_backends[response.current_account][response.partition].access_keys[response.access_key]


def is_over(session):
    from moto.core.utils import utcnow

    return session.expiration <= utcnow()


def refuse_action(response, principal):
    context = context_of(principal, response)
    for right in rights_asked(response, principal):
        if right.action == EVERYONES:
            return
        request = Request(right.action, right.resource, {**context, **right.context}, principal.caller)
        reason = reason_against(principal, request)
        if reason is not None:
            raise unauthorized(response, principal, right, reason)
    if response.service_name == "ec2" and str(response._get_param("DryRun")).lower() == "true":
        raise Refusal("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)
