"""EC2's security groups as AWS documents them, where moto's differ and a test would believe what is not so: values are kept in
canonical form, rules of every kind of peer have descriptions, a call does all that it says or nothing, Modify replaces a rule
whole, Revoke tells what it took away, default groups let their members in, other accounts' groups can be peers, lists come in pages.
"""

import copy
import ipaddress
from contextlib import contextmanager

PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", "all": "-1"}
PROTOCOLS_WITH_PORTS = ("tcp", "udp")
PROTOCOLS_WITH_TYPES = ("icmp", "icmpv6")
RULES = {"ingress": "ingress_rules", "egress": "egress_rules"}
VALUES = ("ip_protocol", "from_port", "to_port", "ip_range", "source_group", "prefix_list_id", "kept_description")
KINDS_OF_PEER = {
    "CidrIpv4": "IPv4 CIDR",
    "CidrIpv6": "IPv6 CIDR",
    "PrefixListId": "prefix list",
    "ReferencedGroupId": "referenced group id",
}


def improve_security_groups():
    keep_values_as_ec2_does()
    let_members_of_default_groups_in()
    add_filters_for_prefix_lists()
    accept_groups_of_other_accounts()
    do_all_or_nothing()
    replace_modified_rules()
    describe_rules_by_id()
    name_owners_of_groups()


def name_owners_of_groups():
    """Without its owner's account, a rule's own group looks like another account's."""
    from moto.ec2.models.security_groups import SecurityGroupRule

    SecurityGroupRule.group_owner_id = property(lambda self: self.owner_id)


def in_pages(answer, key):
    """As many as MaxResults says, where it says so."""

    def answer_page(self):
        from moto.core.responses import ActionResult

        items = answer(self).result[key]
        start = int(self._get_param("NextToken") or 0)
        end = start + int(self._get_param("MaxResults") or len(items))
        page = {key: items[start:end]}
        return ActionResult(page if end >= len(items) else {**page, "NextToken": str(end)})

    return answer_page


def kept_protocol(sent):
    name = str(sent).lower()
    return PROTOCOLS.get(name, name)


def kept_ports(protocol, from_port, to_port):
    from moto.ec2.exceptions import InvalidParameterValue

    if protocol in PROTOCOLS_WITH_TYPES:
        return (-1 if from_port is None else from_port, -1 if to_port is None else to_port)
    if protocol not in PROTOCOLS_WITH_PORTS:
        return (-1, -1)
    if from_port is None or to_port is None:
        raise InvalidParameterValue("Invalid value for portRange. Must specify both from and to ports with TCP/UDP.")
    return (from_port, to_port)


def kept_range(ip_range):
    """Without host bits, IPv6 in RFC 5952."""
    return {
        name: str(ipaddress.ip_network(value, strict=False)) if name in ("CidrIp", "CidrIpv6") else value
        for name, value in (ip_range or {}).items()
    }


def key_of(rule):
    group = rule.source_group
    return (
        rule.ip_protocol, rule.from_port, rule.to_port,
        rule.cidr_ipv4, rule.cidr_ipv6, rule.prefix_list_id, group.get("GroupId"), group.get("UserId"),
    )  # fmt: skip


def describe(rule, description):
    rule.kept_description = description or None
    for peer in (rule.ip_range, rule.source_group):
        if peer:
            peer["Description"] = rule.kept_description


def keep_values_as_ec2_does():
    from moto.ec2.models.security_groups import SecurityGroupBackend, SecurityGroupRule
    from moto.ec2.responses.security_groups import SecurityGroups

    make = SecurityGroupRule.__init__

    def make_canonical(
        self, ec2_backend, ip_protocol, group_id, from_port, to_port, ip_range,
        source_group=None, prefix_list_id=None, is_egress=True, tags=None,
    ):  # fmt: skip
        protocol = kept_protocol(ip_protocol)
        ports = kept_ports(protocol, from_port, to_port)
        make(
            self, ec2_backend, protocol, group_id, *ports, kept_range(ip_range),
            dict(source_group or {}), prefix_list_id, is_egress, tags,
        )  # fmt: skip
        describe(self, (ip_range or source_group or prefix_list_id or {}).get("Description"))

    SecurityGroupRule.__init__ = make_canonical
    SecurityGroupRule.__eq__ = lambda self, other: key_of(self) == key_of(other)
    SecurityGroupRule.description = property(lambda self: self.kept_description)
    SecurityGroupBackend._sg_update_description = lambda self, sent, rule: describe(rule, sent.kept_description)
    SecurityGroups.describe_security_groups = in_pages(SecurityGroups.describe_security_groups, "SecurityGroups")
    SecurityGroups.describe_security_group_rules = in_pages(SecurityGroups.describe_security_group_rules, "SecurityGroupRules")


def let_members_of_default_groups_in():
    from moto.ec2.models.security_groups import SecurityGroupBackend

    create = SecurityGroupBackend.create_security_group

    def create_with_rules(self, name, description, vpc_id=None, tags=None, force=False, is_default=None):
        group = create(self, name, description, vpc_id, tags, force, is_default)
        if is_default:
            self.authorize_security_group_ingress(group.id, "-1", None, None, [], source_groups=[{"GroupId": group.id}])
        return group

    SecurityGroupBackend.create_security_group = create_with_rules


def add_filters_for_prefix_lists():
    """moto answers that it has none."""
    from moto.ec2.models.security_groups import SecurityGroup

    SecurityGroup.filter_ip_permission__prefix_list_id = lambda self, ids: any(
        rule.prefix_list_id in ids for rule in self.ingress_rules
    )
    SecurityGroup.filter_egress__ip_permission__prefix_list_id = lambda self, ids: any(
        rule.prefix_list_id in ids for rule in self.egress_rules
    )


def accept_groups_of_other_accounts():
    """Whether they exist is not looked at: in AWS, that takes a connection between the VPCs."""
    from moto.ec2.models.security_groups import SecurityGroupBackend

    look_up = SecurityGroupBackend._add_source_group

    def look_up_own(self, source_groups, vpc_id):
        groups = source_groups or []
        others = [group for group in groups if group.get("UserId", self.account_id) != self.account_id]
        return [*look_up(self, [group for group in groups if group not in others], vpc_id), *others]

    SecurityGroupBackend._add_source_group = look_up_own


@contextmanager
def unchanged_on_failure(group, direction):
    before = list(getattr(group, RULES[direction]))
    try:
        yield before
    except Exception:
        setattr(group, RULES[direction], before)
        raise


def group_named_in(response):
    from moto.ec2.exceptions import InvalidSecurityGroupNotFoundError

    name_or_id = response._get_param("GroupName") or response._get_param("GroupId")
    group = response.ec2_backend.get_security_group_by_name_or_id(name_or_id)
    if group is None:
        raise InvalidSecurityGroupNotFoundError(name_or_id)
    return group


def shown(rule):
    """Answers say -1 where a rule has no ports."""
    view = copy.copy(rule)
    view.from_port = -1 if rule.from_port is None else rule.from_port
    view.to_port = -1 if rule.to_port is None else rule.to_port
    return view


def revoked(rule):
    view = shown(rule)
    values = {
        "SecurityGroupRuleId": view.id,
        "GroupId": view.group_id,
        "IsEgress": view.is_egress,
        "IpProtocol": view.ip_protocol,
        "FromPort": view.from_port,
        "ToPort": view.to_port,
        "CidrIpv4": view.cidr_ipv4,
        "CidrIpv6": view.cidr_ipv6,
        "PrefixListId": view.prefix_list_id,
        "ReferencedGroupId": view.source_group.get("GroupId"),
        "Description": view.description,
    }
    return {name: value for name, value in values.items() if value is not None}


def do_all_or_nothing():
    from moto.core.responses import ActionResult
    from moto.ec2.exceptions import InvalidSecurityGroupRuleIdNotFoundError
    from moto.ec2.responses.security_groups import SecurityGroups

    def authorizing(direction):
        def authorize(self):
            self.error_on_dryrun()
            authorize_permission = getattr(self.ec2_backend, f"authorize_security_group_{direction}")
            with unchanged_on_failure(group_named_in(self), direction):
                added = [rule for sent in self._process_rules_from_querystring() for rule in authorize_permission(**sent)[0]]
            return ActionResult({"Return": True, "SecurityGroupRules": [shown(rule) for rule in added]})

        return authorize

    def revoking(direction):
        def revoke(self):
            self.error_on_dryrun()
            group = group_named_in(self)
            revoke_permission = getattr(self.ec2_backend, f"revoke_security_group_{direction}")
            with unchanged_on_failure(group, direction) as before:
                refuse_unknown_ids(self._get_param("SecurityGroupRuleIds", []), before)
                for sent in self._process_rules_from_querystring():
                    del sent["sgrule_tags"]
                    revoke_permission(**sent)
            left = {rule.id for rule in getattr(group, RULES[direction])}
            return ActionResult({"Return": True, "RevokedSecurityGroupRules": [revoked(rule) for rule in before if rule.id not in left]})

        return revoke

    def refuse_unknown_ids(ids, rules):
        known = {rule.id for rule in rules}
        for rule_id in ids:
            if rule_id not in known:
                raise InvalidSecurityGroupRuleIdNotFoundError(rule_id)

    for direction in RULES:
        setattr(SecurityGroups, f"authorize_security_group_{direction}", authorizing(direction))
        setattr(SecurityGroups, f"revoke_security_group_{direction}", revoking(direction))


def kind_of_peer(rule):
    peers = {
        "CidrIpv4": rule.cidr_ipv4,
        "CidrIpv6": rule.cidr_ipv6,
        "PrefixListId": rule.prefix_list_id,
        "ReferencedGroupId": rule.source_group.get("GroupId"),
    }
    return next(kind for kind, value in peers.items() if value)


def replace_modified_rules():
    from moto.ec2.exceptions import (
        InvalidCIDRSubnetError,
        InvalidParameterCombination,
        InvalidParameterValue,
        InvalidPermissionDuplicateError,
        InvalidSecurityGroupNotFoundError,
        InvalidSecurityGroupRuleIdNotFoundError,
    )
    from moto.ec2.models.security_groups import SecurityGroupBackend, SecurityGroupRule

    def modify(self, group_id, rules):
        group = self.get_security_group_by_name_or_id(group_id)
        if group is None:
            raise InvalidSecurityGroupNotFoundError(group_id)
        replacements = [(rule_in(group, rule_id), sent) for rule_id, sent in rules.items()]
        replacements = [(rule, replacement_for(self, rule, sent)) for rule, sent in replacements]
        kept = [rule for rule in [*group.ingress_rules, *group.egress_rules] if rule.id not in rules]
        keys = [(rule.is_egress, key_of(rule)) for rule in [*kept, *(replacement for _, replacement in replacements)]]
        if len(set(keys)) < len(keys):
            raise InvalidPermissionDuplicateError()
        for rule, replacement in replacements:
            for value in VALUES:
                setattr(rule, value, getattr(replacement, value))

    def rule_in(group, rule_id):
        rule = group.get_rule(rule_id)
        if rule is None:
            raise InvalidSecurityGroupRuleIdNotFoundError(rule_id)
        return rule

    def replacement_for(backend, rule, sent):
        if sent.get("IpProtocol") is None:
            raise InvalidParameterValue(
                "Invalid value 'null' for protocol. VPC security group rules must specify protocols explicitly."
            )
        kinds = [kind for kind in KINDS_OF_PEER if sent.get(kind) is not None]
        if len(kinds) != 1:
            raise InvalidParameterCombination("Exactly one of cidrIp, cidrIpv6, prefixListId, or referencedGroupId must be specified")
        kept_kind = kind_of_peer(rule)
        if kinds != [kept_kind]:
            raise InvalidParameterValue(
                f"Invalid rule type for security group rule '{rule.id}'. "
                f"You may not specify a {KINDS_OF_PEER[kinds[0]]} for an existing {KINDS_OF_PEER[kept_kind]} rule."
            )
        ip_range, group, prefix_list = peer_of(backend, rule, kept_kind, sent)
        return SecurityGroupRule(
            backend, sent["IpProtocol"], rule.group_id, sent.get("FromPort"), sent.get("ToPort"), ip_range, group, prefix_list, rule.is_egress,
        )  # fmt: skip

    def peer_of(backend, rule, kind, sent):
        described = {"Description": sent.get("Description")}
        if kind in ("CidrIpv4", "CidrIpv6"):
            try:
                ipaddress.ip_network(sent[kind], strict=False)
            except ValueError as error:
                raise InvalidCIDRSubnetError(cidr=sent[kind]) from error
            return {"CidrIp" if kind == "CidrIpv4" else kind: sent[kind], **described}, None, None
        if kind == "PrefixListId":
            return None, None, {kind: sent[kind], **described}
        kept = rule.source_group
        # The call has no place for the account of a group: a rule that stays with its group stays with that group's account.
        owner = {"UserId": kept["UserId"]} if kept["GroupId"] == sent[kind] else {}
        [group] = backend._add_source_group([{"GroupId": sent[kind], **owner}], None)
        return None, {**group, **described}, None

    SecurityGroupBackend.modify_security_group_rules = modify


def describe_rules_by_id():
    from moto.core.responses import ActionResult
    from moto.ec2.exceptions import InvalidSecurityGroupRuleIdNotFoundError
    from moto.ec2.responses.security_groups import SecurityGroups

    def describing(direction):
        name = f"update_security_group_rule_descriptions_{direction}"
        describe_by_values = getattr(SecurityGroups, name)

        def describe_rules(self):
            by_id = self._get_param("SecurityGroupRuleDescriptions", [])
            if not by_id:
                describe_by_values(self)
            rules = {rule.id: rule for rule in getattr(group_named_in(self), RULES[direction])}
            for sent in by_id:
                if sent["SecurityGroupRuleId"] not in rules:
                    raise InvalidSecurityGroupRuleIdNotFoundError(sent["SecurityGroupRuleId"])
                describe(rules[sent["SecurityGroupRuleId"]], sent.get("Description"))
            return ActionResult({"Return": True})

        setattr(SecurityGroups, name, describe_rules)

    for direction in RULES:
        describing(direction)
