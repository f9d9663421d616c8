"""AWS Organizations as AWS documents it, where a hub would believe what is not so. moto answers members with nothing where AWS refuses
them, gives up to a hundred accounts in a page, knows neither paths nor all states of an account, and has a delegated administrator for six
services only. And an organization of any size, made at once.
"""

import base64
import binascii
import json
import threading
from contextlib import contextmanager

PAGE = 20
# Of members, only a delegated administrator may call these; whatever stands in no list here, only the management account may.
READS = {
    "DescribeAccount",
    "DescribeCreateAccountStatus",
    "DescribeOrganizationalUnit",
    "DescribePolicy",
    "ListAWSServiceAccessForOrganization",
    "ListAccounts",
    "ListAccountsForParent",
    "ListChildren",
    "ListCreateAccountStatus",
    "ListDelegatedAdministrators",
    "ListDelegatedServicesForAccount",
    "ListOrganizationalUnitsForParent",
    "ListParents",
    "ListPolicies",
    "ListPoliciesForTarget",
    "ListRoots",
    "ListTagsForResource",
    "ListTargetsForPolicy",
}
FOR_MEMBERS = {"DescribeOrganization", "LeaveOrganization"}
STATES = ("PENDING_ACTIVATION", "ACTIVE", "SUSPENDED", "PENDING_CLOSURE", "CLOSED")
# What older answers call a state.
STATUS = {"PENDING_ACTIVATION": "ACTIVE", "CLOSED": "SUSPENDED"}
SERVICE_CONTROL_POLICY = "SERVICE_CONTROL_POLICY"
ADMINISTRATOR = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
ACCESS_ROLE = "OrganizationAccountAccessRole"

_choosing = threading.Lock()


def improve_organizations():
    answer_whom_aws_answers()
    list_in_pages()
    describe_states_and_paths()
    move_from_where_accounts_are()
    let_accounts_leave()
    delegate_services_that_have_access()
    attach_enabled_types_of_policies()


# Who is in which organization


def organization_of(account_id):
    """moto's backend of the organization that the account belongs to, which is its management account's."""
    from moto.organizations.models import organizations_backends

    management = organizations_backends.master_accounts.get(account_id)
    if management is not None:
        backend = organizations_backends[management[0]][management[1]]
        if backend.org is not None and member_of(backend, account_id) is not None:
            return backend
        # moto forgets organizations when it is reset, but not who was in them.
        organizations_backends.master_accounts.pop(account_id, None)
    if account_id not in organizations_backends:
        return None
    return next((backend for backend in organizations_backends[account_id].values() if backend.org is not None), None)


def is_management(organization, account_id):
    return organization.org.master_account_id == account_id


def is_delegated_administrator(organization, account_id, service=None):
    return any(admin.account.id == account_id and (service is None or service in admin.services) for admin in organization.admins)


def member_of(organization, account_id):
    return next((account for account in organization.accounts if account.id == account_id), None)


def units_above(organization, account):
    """From the root downwards."""
    units = {unit.id: unit for unit in organization.ou}
    found = []
    unit = units.get(account.parent_id)
    while unit is not None:
        found.insert(0, unit)
        unit = units.get(unit.parent_id)
    return found


def unit_path(organization, account):
    """As `aws:PrincipalOrgPaths` has it."""
    return "/".join([organization.org.id, *(unit.id for unit in units_above(organization, account)), ""])


def policies_at_each_level(organization, account, policy_type):
    """Of root, units and account; none at all where the type is not enabled."""
    root = next(unit for unit in organization.ou if unit.id == organization.org.root_id)
    if all(enabled["Type"] != policy_type for enabled in root.policy_types):
        return []
    levels = [*units_above(organization, account), account]
    return [[policy.content for policy in level.attached_policies if policy.type == policy_type] for level in levels]


# What AWS answers


def refusal(code, message, reason=None):
    from moto.organizations.exceptions import OrganizationsClientError

    error = OrganizationsClientError(code, message)
    if reason is not None:
        error.Reason = reason
    return error


def answer_whom_aws_answers():
    from moto.organizations.models import organizations_backends
    from moto.organizations.responses import OrganizationsResponse

    def backend_for_caller(self):
        action = self._get_action()
        organization = organization_of(self.current_account)
        if action == "CreateOrganization":
            return organizations_backends[self.current_account][self.partition]
        if organization is None:
            raise refusal("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
        if is_management(organization, self.current_account) or action in FOR_MEMBERS:
            return organization
        if action in READS and is_delegated_administrator(organization, self.current_account):
            return organization
        raise refusal("AccessDeniedException", "You don't have permissions to access this resource.")

    OrganizationsResponse.organizations_backend = property(backend_for_caller)


def list_in_pages():
    from moto.organizations.responses import OrganizationsResponse
    from moto.organizations.utils import PAGINATION_MODEL

    for model in PAGINATION_MODEL.values():
        model["limit_default"] = 1_000_000
    for name in [name for name in dir(OrganizationsResponse) if name.startswith("list_")]:
        setattr(OrganizationsResponse, name, in_pages(getattr(OrganizationsResponse, name), name))


def in_pages(list_all, name):
    def list_page(self):
        request = self.request_params
        limit, start = limit_of(request), start_of(request, name)
        self.body = json.dumps({key: value for key, value in request.items() if key not in ("MaxResults", "NextToken")})
        answer = json.loads(list_all(self))
        key = next(key for key, value in answer.items() if isinstance(value, list))
        page = {key: answer[key][start : start + limit]}
        if start + limit < len(answer[key]):
            page["NextToken"] = base64.b64encode(f"{name} {start + limit}".encode()).decode()
        return json.dumps(page)

    return list_page


def limit_of(request):
    limit = request.get("MaxResults", PAGE)
    if limit < 1:
        raise refusal("InvalidInputException", "You provided a value that is below the minimum.", "MIN_VALUE_EXCEEDED")
    if limit > PAGE:
        raise refusal("InvalidInputException", "You provided a value that exceeds the maximum.", "MAX_VALUE_EXCEEDED")
    return limit


def start_of(request, name):
    if "NextToken" not in request:
        return 0
    try:
        of, _, start = base64.b64decode(request["NextToken"], validate=True).decode().partition(" ")
    except (binascii.Error, UnicodeDecodeError):
        of, start = "", ""
    if of != name or not start.isdigit():
        raise refusal("InvalidInputException", "You provided an invalid pagination token.", "INVALID_PAGINATION_TOKEN")
    return int(start)


def describe_states_and_paths():
    """The newest answers have a state and no status; the older ones the other way round, and no paths."""
    from moto.organizations.models import FakeAccount, organizations_backends
    from moto.utilities.utils import get_partition

    describe = FakeAccount.describe

    def describe_account(self):
        described = {key: value for key, value in describe(self).items() if key not in ("State", "Status")}
        organization = organizations_backends[self.master_account_id][get_partition(self.region)]
        if getattr(organization, "gives_older_answers", False):
            return {**described, "Status": STATUS.get(self.state, self.state)}
        return {**described, "State": self.state, "Paths": [f"{unit_path(organization, self)}{self.id}/"]}

    def close(self):
        from moto.organizations.exceptions import AccountAlreadyClosedException

        if self.state != "ACTIVE":
            raise AccountAlreadyClosedException
        self.state = "CLOSED"

    FakeAccount.describe = describe_account
    FakeAccount.close = close


def move_from_where_accounts_are():
    from moto.organizations.models import OrganizationsBackend

    move = OrganizationsBackend.move_account

    def move_from_parent(self, **kwargs):
        parent = self.get_account_by_id(kwargs["AccountId"]).parent_id
        if parent != kwargs["SourceParentId"]:
            raise refusal("SourceParentNotFoundException", "We can't find a source root or OU with the ParentId that you specified.")
        if parent == kwargs["DestinationParentId"]:
            raise refusal("DuplicateAccountException", "That account is already present in the specified destination.")
        move(self, **kwargs)

    OrganizationsBackend.move_account = move_from_parent


def let_accounts_leave():
    """By the management account, or by themselves. What they were delegated ends with it."""
    from moto.organizations.models import OrganizationsBackend, organizations_backends
    from moto.organizations.responses import OrganizationsResponse

    def remove(self, **kwargs):
        account = self.get_account_by_id(kwargs["AccountId"])
        if is_management(self, account.id):
            raise refusal(
                "MasterCannotLeaveOrganizationException",
                "You can't remove a management account from an organization.",
            )
        organizations_backends.master_accounts.pop(account.id, None)
        for policy in account.attached_policies:
            policy.attachments.remove(account)
        self.admins = [admin for admin in self.admins if admin.account is not account]
        self.accounts.remove(account)

    def leave(self):
        self.organizations_backend.remove_account_from_organization(AccountId=self.current_account)
        return "{}"

    OrganizationsBackend.remove_account_from_organization = remove
    OrganizationsResponse.leave_organization = leave


def delegate_services_that_have_access():
    """Of any service, once it has access to the organization."""
    from moto.organizations.models import FakeDelegatedAdministrator, FakeServiceAccess, OrganizationsBackend

    register = OrganizationsBackend.register_delegated_administrator

    def register_where_access_is(self, **kwargs):
        if all(service["ServicePrincipal"] != kwargs["ServicePrincipal"] for service in self.services):
            raise refusal(
                "ConstraintViolationException",
                "You must enable service access for the service principal first.",
                "SERVICE_ACCESS_NOT_ENABLED",
            )
        register(self, **kwargs)

    def is_service(name):
        return name.endswith(".amazonaws.com") and name != ".amazonaws.com"

    FakeServiceAccess.trusted_service = staticmethod(is_service)
    FakeDelegatedAdministrator.supported_service = staticmethod(is_service)
    OrganizationsBackend.register_delegated_administrator = register_where_access_is


def attach_enabled_types_of_policies():
    """moto itself attaches AWS's own policies wherever something is made."""
    from moto.organizations.models import OrganizationsBackend
    from moto.organizations.responses import OrganizationsResponse

    def attach(self):
        organization = self.organizations_backend
        policy = organization.get_policy_by_id(self.request_params["PolicyId"])
        root = next(unit for unit in organization.ou if unit.id == organization.org.root_id)
        if all(enabled["Type"] != policy.type for enabled in root.policy_types):
            raise refusal("PolicyTypeNotEnabledException", "The specified policy type isn't currently enabled in this root.")
        OrganizationsBackend.attach_policy(organization, **self.request_params)
        return "{}"

    OrganizationsResponse.attach_policy = attach


# The sandbox's own


@contextmanager
def next_ids(**chosen):
    """Of an account, org, root or ou. Where none is chosen, moto makes one up."""
    from moto.organizations import utils

    with _choosing:
        made_up = {f"make_random_{kind}_id": getattr(utils, f"make_random_{kind}_id") for kind in chosen}
        for kind, chosen_id in chosen.items():
            if chosen_id is not None:
                setattr(utils, f"make_random_{kind}_id", lambda *_, chosen_id=chosen_id: chosen_id)
        try:
            yield
        finally:
            for name, make in made_up.items():
                setattr(utils, name, make)


def make_organization(request):
    """With service control policies, and by default without default VPCs."""
    from moto.organizations.models import organizations_backends

    management = request["managementAccountId"]
    if organization_of(management) is not None:
        raise ValueError(f"{management} is in an organization already")
    backend = organizations_backends[management]["aws"]
    with next_ids(org=request.get("id"), root=request.get("rootId")):
        backend.create_organization(region="us-east-1", FeatureSet="ALL")
    backend.has_default_vpcs = request.get("defaultVpcs", False)
    backend.enable_policy_type(RootId=backend.org.root_id, PolicyType=SERVICE_CONTROL_POLICY)
    return {"organizationId": backend.org.id, "rootId": backend.org.root_id}


def add_unit(request):
    organization = organization_of(request["managementAccountId"])
    with next_ids(ou=request.get("id")):
        return organization.create_organizational_unit(Name=request["name"], ParentId=request["parentId"])


def add_accounts(request):
    """As many as wanted, with ids of one's choice, at once. An administrator of the management account may assume a role in each."""
    organization = organization_of(request["managementAccountId"])
    return {"accountIds": [add_account(organization, account) for account in request["accounts"]]}


def add_account(organization, request):
    if "id" in request and organization_of(request["id"]) is not None:
        raise ValueError(f"{request['id']} is in an organization already")
    with next_ids(account=request.get("id")):
        organization.create_account(AccountName=request["name"], Email=f"{request['name']}@example.com")
    account = organization.accounts[-1]
    account.parent_id = organization.validate_parent_id(request.get("parentId", organization.org.root_id))
    role = administered_by_management(account)
    role.policies.setdefault("AdministratorAccess", ADMINISTRATOR)
    return account.id


def administered_by_management(account):
    from moto.iam.models import iam_backends

    return iam_backends[account.id]["aws"].get_role(ACCESS_ROLE)


def set_account_state(request):
    if request["state"] not in STATES:
        raise ValueError(f"an account's state is one of {', '.join(STATES)}")
    organization = organization_of(request["accountId"])
    member_of(organization, request["accountId"]).state = request["state"]
    return {}


def give_older_answers(request):
    organization_of(request["managementAccountId"]).gives_older_answers = request["older"]
    return {}


def add_administrator(request):
    """A user of any account who may do all that the organization lets the account do."""
    from moto.iam.models import iam_backends

    backend = iam_backends[request["accountId"]]["aws"]
    backend.create_user("us-east-1", request["name"], "/", [])
    backend.put_user_policy(request["name"], "administrator", ADMINISTRATOR)
    key = backend.create_access_key(request["name"])
    return {"accessKeyId": key.access_key_id, "secretAccessKey": key.secret_access_key}


ORGANIZATION_ROUTES = {
    "/sandbox/organization": make_organization,
    "/sandbox/organization/unit": add_unit,
    "/sandbox/organization/accounts": add_accounts,
    "/sandbox/organization/account-state": set_account_state,
    "/sandbox/organization/older-answers": give_older_answers,
    "/sandbox/organization/administrator": add_administrator,
}
