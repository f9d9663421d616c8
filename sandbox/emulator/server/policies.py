"""IAM's policy language, as AWS documents it: whether policies allow or deny what a caller asks for. It knows nothing of the emulator.

    policy = Policy(document)                       # a dictionary or JSON text; MalformedPolicy where AWS would not take it
    request = Request(action, resource, context, caller)
    decide([policy, other_policy], request)         # Decision.ALLOWED, DENIED or NOT_ALLOWED

Policies that are evaluated together are of one kind: of an identity, of a resource, or of a session. Who puts kinds together (a call from
another account must be allowed by its identity's policies *and* by the resource's) does that with the decision of each.

Not documented by AWS, and so decided here for refusal: a key with several values under an operator for one value meets no condition, and
neither does a value whose variable is not in the request.
"""

import base64
import binascii
import datetime
import enum
import functools
import ipaddress
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

VERSIONS = ("2008-10-17", "2012-10-17")
VERSION_WITH_VARIABLES = "2012-10-17"
ARN_PARTS = 6
FOR_ALL = "ForAllValues"
FOR_ANY = "ForAnyValue"
IF_EXISTS = "IfExists"
PRINCIPAL_TYPES = ("AWS", "Service", "Federated", "CanonicalUser")
ELEMENTS = ("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition")
TOKEN = re.compile(r"\$\{([^}]*)\}|\*|\?|[^$*?]+|\$", re.DOTALL)
# Not at those inside of variables.
COLON = re.compile(r":(?![^{}]*\})")
VARIABLE = re.compile(r"\s*([^,']+?)\s*(?:,\s*'([^']*)'\s*)?")


class MalformedPolicy(ValueError):
    """AWS would not take this policy."""


class Decision(enum.Enum):
    ALLOWED = "allowed"
    # Some statement denies it, so nothing can allow it.
    DENIED = "denied"
    # No statement says anything of it.
    NOT_ALLOWED = "not allowed"


class Kind(enum.Enum):
    """Which elements a policy's statements have."""

    IDENTITY = "identity"
    RESOURCE = "resource"
    # Of a role: on no resource but the role itself.
    TRUST = "trust"


@dataclass(frozen=True)
class Caller:
    """Who asks, by all names that a policy may know it by. `unique_id` (AROA…, AIDA…) is what AWS keeps in place of the ARN of a user or
    role: one that was deleted and made again has another."""

    account: str | None = None
    arn: str | None = None
    role_arn: str | None = None
    unique_id: str | None = None
    service: str | None = None
    federated: str | None = None

    @staticmethod
    def of_account(account, partition="aws"):
        """Its root user, or the account itself, as who sends without a role."""
        return Caller(account=account, arn=f"arn:{partition}:iam::{account}:root")

    @staticmethod
    def of_role(role_arn, session_name, unique_id=None):
        """A session of the role."""
        _, partition, _, _, account, resource = role_arn.split(":", ARN_PARTS - 1)
        session = f"arn:{partition}:sts::{account}:assumed-role/{resource.rsplit('/', 1)[-1]}/{session_name}"
        return Caller(account=account, arn=session, role_arn=role_arn, unique_id=unique_id)

    @staticmethod
    def of_user(user_arn, unique_id=None):
        return Caller(account=user_arn.split(":")[4], arn=user_arn, unique_id=unique_id)

    @staticmethod
    def of_service(service):
        return Caller(service=service)

    def context(self):
        """The condition keys that say who asks, but for those of the organization. The ARN of a session is that of its role."""
        keys = {
            "aws:PrincipalArn": self.role_arn or self.arn,
            "aws:PrincipalAccount": self.account,
            "aws:PrincipalIsAWSService": self.service is not None,
            "aws:PrincipalServiceName": self.service,
        }
        return {key: value for key, value in keys.items() if value is not None}


@dataclass(frozen=True)
class Request:
    """A key that the context lacks, or has as None, is absent; a key with a list is multi-valued. Without a resource, it is about whatever
    the policy belongs to."""

    action: str
    resource: str | None = None
    context: Mapping = field(default_factory=dict)
    caller: Caller | None = None

    @functools.cached_property
    def values(self):
        return {key.lower(): texts(value) for key, value in self.context.items() if value is not None}

    @functools.cached_property
    def multivalued(self):
        return {key.lower() for key, value in self.context.items() if isinstance(value, list | tuple | set | frozenset)}


class Policy:
    def __init__(self, document, kind=Kind.RESOURCE):
        content = parsed(document)
        version = content.get("Version", VERSIONS[0])
        if version not in VERSIONS:
            raise MalformedPolicy(f"there is no version {version!r} of the policy language")
        statements = listed(content.get("Statement"))
        if not statements:
            raise MalformedPolicy("a policy has statements")
        self.statements = [Statement(statement, kind, version == VERSION_WITH_VARIABLES) for statement in statements]


class Statement:
    def __init__(self, content, kind, with_variables):
        check_elements(content, kind)
        self.sid = content.get("Sid")
        self.effect = content["Effect"]
        self._content = content
        self._with_variables = with_variables
        self._conditions = [
            Condition(operator, key, values, with_variables)
            for operator, keys in content.get("Condition", {}).items()
            for key, values in keys.items()
        ]

    def applies_to(self, request):
        return (
            self._is_about_action(request)
            and self._is_about_resource(request)
            and self._is_about_caller(request)
            and all(condition.is_met(request) for condition in self._conditions)
        )

    def _is_about_action(self, request):
        patterns = listed(self._content.get("Action", self._content.get("NotAction")))
        found = any(like(pattern.lower()).fullmatch(request.action.lower()) for pattern in patterns)
        return found == ("Action" in self._content)

    def _is_about_resource(self, request):
        name = "Resource" if "Resource" in self._content else "NotResource"
        if name not in self._content or request.resource is None:
            return True
        found = any(self._names_resource(pattern, request) for pattern in listed(self._content[name]))
        return found == (name == "Resource")

    def _names_resource(self, pattern, request):
        if pattern == "*":
            return True
        # What an ARN lacks at its end, AWS adds as wildcards.
        parts = COLON.split(pattern, ARN_PARTS - 1)
        return arn_matches(parts + ["*"] * (ARN_PARTS - len(parts)), request.resource, Values(request, self._with_variables))

    def _is_about_caller(self, request):
        if "NotPrincipal" in self._content:
            return not is_excepted(request.caller, self._content["NotPrincipal"])
        if "Principal" in self._content:
            return is_named(request.caller, self._content["Principal"])
        return True


@dataclass(frozen=True)
class Values:
    """What stands for a policy's variables."""

    request: Request
    with_variables: bool

    def of(self, variable):
        match = VARIABLE.fullmatch(variable)
        key, default = match.groups() if match else (variable, None)
        found = self.request.values.get(key.lower())
        if not found or key.lower() in self.request.multivalued:
            return default
        return found[0]


def decide(policies, request):
    applying = [statement.effect for policy in policies for statement in policy.statements if statement.applies_to(request)]
    if "Deny" in applying:
        return Decision.DENIED
    return Decision.ALLOWED if applying else Decision.NOT_ALLOWED


# Callers


def is_named(caller, principals):
    if caller is None:
        return False
    if principals == "*":
        return True
    return any(names_caller(kind, name, caller) for kind, names in principals.items() for name in listed(names))


def names_caller(kind, name, caller):
    if kind == "AWS":
        return name == "*" or name_in_account(name, caller) or name in own_names(caller)
    if kind == "Service":
        return caller.service is not None and name == caller.service
    return kind == "Federated" and caller.federated is not None and name == caller.federated


def name_in_account(name, caller):
    """Anyone who belongs to an account is meant where the account is."""
    return caller.account is not None and (name == caller.account or re.fullmatch(rf"arn:[^:]+:iam::{caller.account}:root", name) is not None)


def own_names(caller):
    return {name for name in (caller.arn, caller.role_arn, caller.unique_id) if name is not None}


def is_excepted(caller, principals):
    """AWS wants the account named as well, and for a session the role too: each that is not named is hit by itself."""
    if caller is None:
        return False
    if principals == "*":
        return True
    named = [name for kind in PRINCIPAL_TYPES for name in listed(principals.get(kind, []))]
    if "*" in named:
        return True
    if caller.account is None:
        return any(names_caller(kind, name, caller) for kind, names in principals.items() for name in listed(names))
    return any(name_in_account(name, caller) for name in named) and all(
        name in named for name in (caller.arn, caller.role_arn) if name is not None and not name.endswith(":root")
    )


# Conditions


class Condition:
    """Met where the values of one key in the request match those in the policy."""

    def __init__(self, operator, key, values, with_variables):
        quantifier, _, rest = operator.rpartition(":")
        name = rest.removesuffix(IF_EXISTS)
        self._if_exists = name != rest
        is_null = rest == "Null" and not quantifier
        if not is_null and (name not in OPERATORS or quantifier not in ("", FOR_ALL, FOR_ANY)):
            raise MalformedPolicy(f"there is no condition operator {operator!r}")
        self._is_null = is_null
        self._quantifier = quantifier
        self._operator = None if is_null else OPERATORS[name]
        self._key = key.lower()
        self._expected = texts(values)
        self._with_variables = with_variables

    def is_met(self, request):
        values = request.values.get(self._key)
        if self._is_null:
            return any(expected.lower() == str(is_null_set(values)).lower() for expected in self._expected)
        if values is None and self._if_exists:
            return True
        if self._quantifier:
            return self._is_met_by_set(values, request)
        if values is None:
            return self._operator.is_negated
        return len(values) == 1 and self._is_met_by(values[0], request)

    def _is_met_by_set(self, values, request):
        if is_null_set(values):
            return self._quantifier == FOR_ALL
        quantified = all if self._quantifier == FOR_ALL else any
        return quantified(self._is_met_by(value, request) for value in values)

    def _is_met_by(self, value, request):
        variables = Values(request, self._with_variables)
        try:
            return any(self._operator.matches(expected, value, variables) for expected in self._expected) != self._operator.is_negated
        except Unresolved:
            return False


@dataclass(frozen=True)
class Operator:
    matches: object
    is_negated: bool = False


def is_null_set(values):
    """Absent, or without any value."""
    return values is None or all(value == "" for value in values)


def string_equals(expected, value, variables):
    return plain(expected, variables) == value


def string_equals_in_any_case(expected, value, variables):
    return plain(expected, variables).lower() == value.lower()


def string_like(expected, value, variables):
    return pattern_of(expected, variables).fullmatch(value) is not None


def arn_like(expected, value, variables):
    parts = COLON.split(expected, ARN_PARTS - 1)
    return len(parts) == ARN_PARTS and arn_matches(parts, value, variables)


def arn_matches(expected_parts, arn, variables):
    """Part by part: no wildcard reaches beyond its colons, but for those in the last."""
    parts = arn.split(":", ARN_PARTS - 1)
    if len(parts) != ARN_PARTS or parts[0] != "arn":
        return False
    try:
        return all(pattern_of(expected, variables).fullmatch(part) for expected, part in zip(expected_parts, parts, strict=True))
    except Unresolved:
        return False


def same_bool(expected, value, _):
    return expected.lower() == value.lower() and value.lower() in ("true", "false")


def same_bytes(expected, value, _):
    try:
        return base64.b64decode(expected, validate=True) == base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return False


def in_network(expected, value, _):
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(expected, strict=False)
    except ValueError:
        return False


def compared(read, holds):
    def matches(expected, value, _):
        try:
            return holds(read(value), read(expected))
        except (InvalidOperation, ValueError, OverflowError):
            return False

    return matches


def date_of(text):
    """ISO 8601, or seconds since 1970."""
    try:
        return datetime.datetime.fromtimestamp(float(text), datetime.timezone.utc)
    except ValueError:
        date = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
        return date if date.tzinfo else date.replace(tzinfo=datetime.timezone.utc)


COMPARISONS = {
    "Equals": lambda value, expected: value == expected,
    "LessThan": lambda value, expected: value < expected,
    "LessThanEquals": lambda value, expected: value <= expected,
    "GreaterThan": lambda value, expected: value > expected,
    "GreaterThanEquals": lambda value, expected: value >= expected,
}

OPERATORS = {
    "StringEquals": Operator(string_equals),
    "StringNotEquals": Operator(string_equals, is_negated=True),
    "StringEqualsIgnoreCase": Operator(string_equals_in_any_case),
    "StringNotEqualsIgnoreCase": Operator(string_equals_in_any_case, is_negated=True),
    "StringLike": Operator(string_like),
    "StringNotLike": Operator(string_like, is_negated=True),
    # AWS: both of these do the same.
    "ArnEquals": Operator(arn_like),
    "ArnLike": Operator(arn_like),
    "ArnNotEquals": Operator(arn_like, is_negated=True),
    "ArnNotLike": Operator(arn_like, is_negated=True),
    "Bool": Operator(same_bool),
    "BinaryEquals": Operator(same_bytes),
    "IpAddress": Operator(in_network),
    "NotIpAddress": Operator(in_network, is_negated=True),
    "NumericNotEquals": Operator(compared(Decimal, COMPARISONS["Equals"]), is_negated=True),
    "DateNotEquals": Operator(compared(date_of, COMPARISONS["Equals"]), is_negated=True),
    **{f"Numeric{name}": Operator(compared(Decimal, holds)) for name, holds in COMPARISONS.items()},
    **{f"Date{name}": Operator(compared(date_of, holds)) for name, holds in COMPARISONS.items()},
}


# Texts with wildcards and variables


class Unresolved(Exception):
    """The request has no value for a variable."""


def plain(text, variables):
    if "${" not in text or not variables.with_variables:
        return text
    return "".join(token if variable is None else resolved(variable, variables) for token, variable in tokens(text))


def pattern_of(text, variables):
    if "${" not in text or not variables.with_variables:
        return like(text)
    parts = [wild(token) if variable is None else re.escape(resolved(variable, variables)) for token, variable in tokens(text)]
    return re.compile("".join(parts), re.DOTALL)


def tokens(text):
    return [(match.group(), match.group(1)) for match in TOKEN.finditer(text)]


def resolved(variable, variables):
    if variable in ("*", "?", "$"):
        return variable
    value = variables.of(variable)
    if value is None:
        raise Unresolved(variable)
    return value


@functools.lru_cache(maxsize=4096)
def like(text):
    return re.compile("".join(wild(character) for character in text), re.DOTALL)


def wild(token):
    return {"*": ".*", "?": "."}.get(token) or re.escape(token)


# Documents


def parsed(document):
    try:
        content = json.loads(document) if isinstance(document, str) else document
    except ValueError as error:
        raise MalformedPolicy("a policy is JSON") from error
    if not isinstance(content, Mapping):
        raise MalformedPolicy("a policy is an object")
    return content


def check_elements(content, kind):
    if not isinstance(content, Mapping) or any(element not in ELEMENTS for element in content):
        raise MalformedPolicy(f"a statement has no elements but {', '.join(ELEMENTS)}")
    if content.get("Effect") not in ("Allow", "Deny"):
        raise MalformedPolicy("a statement's effect is Allow or Deny")
    check_one_of(content, "Action", True)
    check_one_of(content, "Resource", kind is not Kind.TRUST)
    check_one_of(content, "Principal", kind is not Kind.IDENTITY)
    for element in ("Principal", "NotPrincipal"):
        check_principals(content.get(element, {}))
    conditions = content.get("Condition", {})
    if not isinstance(conditions, Mapping) or not all(isinstance(keys, Mapping) for keys in conditions.values()):
        raise MalformedPolicy("a condition has keys under each of its operators")


def check_one_of(content, element, wanted):
    found = [name for name in (element, f"Not{element}") if name in content]
    if len(found) != int(wanted):
        raise MalformedPolicy(f"a statement of this policy has {'one of' if wanted else 'neither'} {element} and Not{element}")


def check_principals(principals):
    if principals == "*":
        return
    if not isinstance(principals, Mapping) or any(kind not in PRINCIPAL_TYPES for kind in principals):
        raise MalformedPolicy(f"a principal is * or one of {', '.join(PRINCIPAL_TYPES)}")
    for name in listed(principals.get("AWS", [])):
        if name != "*" and ("*" in name or "?" in name):
            raise MalformedPolicy("the name of a principal has no wildcards")


def listed(value):
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple | set | frozenset) else [value]


def texts(value):
    return [text_of(one) for one in listed(value)]


def text_of(value):
    return str(value).lower() if isinstance(value, bool) else str(value)
