"""Security groups put where moto keeps them, with what EC2 does not let anyone choose: their ids, and those of their rules."""

from users import ACCOUNT_ID, REGION, duplicates


def add_groups(request):
    """All of them, or none where an id is there already. Their VPCs need not be there."""
    from moto.ec2.models import ec2_backends

    backend = ec2_backends[ACCOUNT_ID][REGION]
    groups = request["groups"]
    existing = [group_id for groups_of_vpc in backend.groups.values() for group_id in groups_of_vpc]
    taken = duplicates([group["id"] for group in groups], existing)
    if taken:
        raise ValueError(f"named twice, or there already: {', '.join(taken)}")
    for group in [made_group(backend, group) for group in groups]:
        backend.groups[group.vpc_id][group.id] = group
    return {}


def made_group(backend, request):
    from moto.ec2.models.security_groups import SecurityGroup

    group = SecurityGroup(backend, request["id"], request["name"], request["name"], request["vpcId"])
    group.ingress_rules = [made_rule(backend, group, rule) for rule in request["rules"] if not rule["IsEgress"]]
    group.egress_rules = [made_rule(backend, group, rule) for rule in request["rules"] if rule["IsEgress"]]
    return group


def made_rule(backend, group, request):
    from moto.ec2.models.security_groups import SecurityGroupRule

    described = {"Description": request["Description"]} if "Description" in request else {}
    rule = SecurityGroupRule(
        backend, request["IpProtocol"], group.id, request["FromPort"], request["ToPort"],
        {"CidrIp": request["CidrIpv4"], **described}, is_egress=request["IsEgress"],
    )  # fmt: skip
    rule.id = request["SecurityGroupRuleId"]
    rule.add_tags({tag["Key"]: tag["Value"] for tag in request.get("Tags", [])})
    return rule
