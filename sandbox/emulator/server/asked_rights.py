"""Which actions on which resources a call asks for, after AWS's service authorization reference. What is not known here is an action of the
call's name on all resources: a policy that names resources does not allow it, until it is taught here.
"""

import re
from dataclasses import dataclass, field

from callers import context_of_resource

# Where IAM knows a service by another name than its API's.
PREFIXES = {
    "apigatewayv2": "apigateway",
    "elb": "elasticloadbalancing",
    "elbv2": "elasticloadbalancing",
    "resourcegroupstaggingapi": "tag",
    "stepfunctions": "states",
}
ACTIONS = {"lambda:Invoke": "lambda:InvokeFunction"}
BATCH = re.compile(r"((?:sqs|sns):\w+)Batch")
EC2_TYPES = {
    "eni": "network-interface",
    "i": "instance",
    "igw": "internet-gateway",
    "pl": "prefix-list",
    "rtb": "route-table",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "subnet": "subnet",
    "vol": "volume",
    "vpc": "vpc",
}
GROUP_ACTION = re.compile(r"ec2:(Authorize|Revoke|Modify|Update|Delete)SecurityGroup\w*")
TAG_ON_CREATION = re.compile(r"TagSpecification\.(\d+)\.ResourceType")
# Without one of these, an action is on the caller's own user.
OWN_USER = re.compile(r"iam:(\w*AccessKeys?|GetUser|ListMFADevices|\w*LoginProfile)")
ROLE_ACTION = re.compile(r"iam:\w*Role\w*")
# Of other services: by which parameter they name what they are about, and its ARN.
NAMED = {
    "sns": ("TopicArn", "{0}"),
    "dynamodb": ("TableName", "arn:{partition}:dynamodb:{region}:{account}:table/{0}"),
    "lambda": ("FunctionName", "arn:{partition}:lambda:{region}:{account}:function:{0}"),
    "cloudtrail": ("Name", "arn:{partition}:cloudtrail:{region}:{account}:trail/{0}"),
    "cloudformation": ("StackName", "arn:{partition}:cloudformation:{region}:{account}:stack/{0}/*"),
    "kms": ("KeyId", "arn:{partition}:kms:{region}:{account}:key/{0}"),
    "secretsmanager": ("SecretId", "arn:{partition}:secretsmanager:{region}:{account}:secret:{0}"),
    "ssm": ("Name", "arn:{partition}:ssm:{region}:{account}:parameter/{0}"),
}


@dataclass(frozen=True)
class Right:
    action: str
    resource: str = "*"
    # The condition keys that come with it.
    context: dict = field(default_factory=dict)


def rights_asked(response, principal):
    service = PREFIXES.get(response.boto3_service_name, response.boto3_service_name)
    action = BATCH.sub(r"\1", f"{service}:{response._get_action()}")
    action = ACTIONS.get(action, action)
    return ASKED.get(service, rights_by_name)(response, action, principal)


def place(response):
    return {"partition": response.partition, "region": response.region, "account": response.current_account}


def sent(response, pattern):
    """Of a query's parameters, in their order."""
    return [values[0] for name, values in response.querystring.items() if re.fullmatch(pattern, name)]


# EC2


def rights_of_ec2(response, action, _):
    asked = [Right(action, resource, context) for resource, context in ec2_resources(response, action)]
    return (asked or [Right(action)]) + [
        Right("ec2:CreateTags", arn_of(response, f"{kind}/*"), {**context, "ec2:CreateAction": action.partition(":")[2]})
        for kind, context in tagged_on_creation(response)
    ]


def ec2_resources(response, action):
    if GROUP_ACTION.fullmatch(action):
        names = [*group_ids(response), *sent(response, r"SecurityGroupRule\.\d+\.SecurityGroupRuleId")]
        tagged = [(arn_of(response, f"{kind}/*"), context) for kind, context in tagged_on_creation(response)]
        return [*(ec2_resource(response, name) for name in names), *tagged]
    if action == "ec2:CreateSecurityGroup":
        tags = dict(tagged_on_creation(response)).get("security-group", {})
        return [(arn_of(response, "security-group/*"), tags), *(ec2_resource(response, name) for name in sent(response, "VpcId"))]
    if action in ("ec2:CreateTags", "ec2:DeleteTags"):
        tags = request_tags(response, r"Tag\.")
        return [(arn, {**context, **tags}) for arn, context in (ec2_resource(response, name) for name in sent(response, r"ResourceId\.\d+"))]
    if action == "ec2:CreateVpc":
        return [(arn_of(response, "vpc/*"), dict(tagged_on_creation(response)).get("vpc", {}))]
    if action.startswith("ec2:Describe"):
        return []
    return [ec2_resource(response, name) for name in sent(response, "(VpcId|PrefixListId)")]


def group_ids(response):
    from moto.ec2.models import ec2_backends

    backend = ec2_backends[response.current_account][response.region]
    named = (backend.get_security_group_from_name(name) for name in sent(response, "GroupName"))
    return [*sent(response, "GroupId"), *(group.id for group in named if group is not None)]


def arn_of(response, name):
    return "arn:{partition}:ec2:{region}:{account}:".format(**place(response)) + name


def ec2_resource(response, name):
    """Its ARN, and what conditions may say of it."""
    from moto.ec2.models import ec2_backends

    backend = ec2_backends[response.current_account][response.region]
    kind = EC2_TYPES.get(name.rpartition("-")[0], "*")
    tags = dict(backend.tags[name]) if name in backend.tags else {}
    context = {
        **context_of_resource(response.current_account),
        **{f"aws:ResourceTag/{key}": value for key, value in tags.items()},
        **{f"ec2:ResourceTag/{key}": value for key, value in tags.items()},
    }
    group = backend.get_security_group_from_id(name) if kind == "security-group" else None
    if group is not None:
        context |= {"ec2:SecurityGroupID": group.id, "ec2:Vpc": arn_of(response, f"vpc/{group.vpc_id}")}
    return arn_of(response, f"{kind}/{name}"), context


def tagged_on_creation(response):
    for name, (kind, *_) in list(response.querystring.items()):
        match = TAG_ON_CREATION.fullmatch(name)
        if match is not None:
            yield kind, request_tags(response, rf"TagSpecification\.{match.group(1)}\.Tag\.")


def request_tags(response, prefix):
    keys, values = sent(response, prefix + r"\d+\.Key"), sent(response, prefix + r"\d+\.Value")
    tags = dict(zip(keys, [*values, *[""] * len(keys)], strict=False))
    return {"aws:TagKeys": keys, **{f"aws:RequestTag/{key}": value for key, value in tags.items()}} if keys else {}


# IAM


def rights_of_iam(response, action, principal):
    from moto.iam.models import iam_backends

    backend = iam_backends[response.current_account][response.partition]
    users, roles = sent(response, "UserName"), sent(response, "RoleName")
    if action == "iam:GetAccessKeyLastUsed":
        users = [key.user_name for key in (backend.access_keys.get(key_id) for key_id in sent(response, "AccessKeyId")) if key]
    elif not users and principal.user is not None and OWN_USER.fullmatch(action):
        users = [principal.user.name]
    start = f"arn:{response.partition}:iam::{response.current_account}:"
    if users:
        return [Right(action, *iam_resource(backend, backend.users.get(name), f"{start}user/{name}")) for name in users]
    if roles and ROLE_ACTION.fullmatch(action):
        found = {role.name: role for role in backend.roles.values()}
        return [Right(action, *iam_resource(backend, found.get(name), f"{start}role/{name}")) for name in roles]
    return [Right(action)]


def iam_resource(backend, found, arn):
    """ARNs have a path, which calls do not name."""
    context = context_of_resource(backend.account_id)
    if found is None:
        return arn, context
    tags = backend.tagger.list_tags_for_resource(found.arn)["Tags"] if found.arn.split(":")[5].startswith("user") else found.tags or []
    return found.arn, {**context, **{f"{key}:ResourceTag/{tag['Key']}": tag["Value"] for tag in tags for key in ("aws", "iam")}}


# Others


def rights_of_sts(response, action, _):
    return [Right(action, *sent(response, "RoleArn")[:1])]


def rights_of_account(response, action, _):
    from organizations import organization_of

    asked = response._get_param("AccountId")
    start = f"arn:{response.partition}:account::{response.current_account}:account"
    if asked is None:
        return [Right(action, start)]
    organization = organization_of(response.current_account)
    return [Right(action, f"{start}/{organization.org.id if organization else '*'}/{asked}")]


def rights_of_events(response, action, _):
    start = "arn:{partition}:events:{region}:{account}:".format(**place(response))
    bus = (response._get_param("EventBusName") or "default").rpartition("/")[2]
    rule = response._get_param("Rule") or (response._get_param("Name") if action.endswith("Rule") else None)
    if rule is not None:
        return [Right(action, start + (f"rule/{rule}" if bus == "default" else f"rule/{bus}/{rule}"))]
    entries = response._get_param("Entries") or []
    return [Right(action, bus_arn(start, entry), {"events:source": [entry.get("Source")]}) for entry in entries] or [Right(action)]


def bus_arn(start, entry):
    name = entry.get("EventBusName") or "default"
    return name if name.startswith("arn:") else f"{start}event-bus/{name}"


def rights_of_sqs(response, action, _):
    url = response._get_param("QueueUrl")
    if url is None:
        return [Right(action)]
    *_, account, name = url.split("/")
    return [Right(action, f"arn:{response.partition}:sqs:{response.region}:{account}:{name}")]


def rights_by_name(response, action, _):
    parameter, arn = NAMED.get(action.partition(":")[0], (None, None))
    name = parameter and response._get_param(parameter)
    if not name:
        return [Right(action)]
    return [Right(action, name if name.startswith("arn:") else arn.format(name.removeprefix("/"), **place(response)))]


ASKED = {
    "account": rights_of_account,
    "ec2": rights_of_ec2,
    "events": rights_of_events,
    "iam": rights_of_iam,
    "sqs": rights_of_sqs,
    "sts": rights_of_sts,
}
