"""From bus to bus by a rule's target: with the role of the target, past the policy of the other bus, once within a Region and once from
Region to Region. Whose event it is stays as it is; from Region to Region it gets another id and time.
"""

import functools
import json

from callers import reason_against
from event_deliveries import OTHER_REGION, SAME_REGION, BusEvent, Undelivered
from event_senders import keys_of_session, session_for_rule, sources_of
from policies import Decision, Policy, Request, decide

PUT_EVENTS = "events:PutEvents"

_settings = {"told": False}


def tell_sources_of_forwarded_events(request):
    """Whether AWS names the sending rule to the receiving bus where the rule's target has a role is not documented."""
    _settings["told"] = bool(request["told"])
    return {}


def check_bus_target(backend, target):
    from moto.core.exceptions import JsonRESTError
    from moto.events.exceptions import ValidationException
    from moto.utilities.utils import get_partition

    arn, role = target["Arn"], target.get("RoleArn")
    if role is None:
        raise ValidationException(f"RoleArn is required for target {arn}.")
    if role.split(":")[4] != backend.account_id:
        raise JsonRESTError("AccessDeniedException", f"Cross-account pass role is not allowed: {role}.")
    if any(name in target for name in ("Input", "InputPath", "InputTransformer")):
        raise ValidationException(f"Modifying the input for target {target['Id']} is not supported.")
    if arn.split(":")[1] != get_partition(backend.region_name):
        raise ValidationException(f"Parameter {arn} is not valid. Reason: Provided Arn is in another partition.")


def forward(rule, target, event):
    from moto.core.utils import unix_time
    from moto.moto_api._internal import mock_random

    _, _, _, region, account, _ = target["Arn"].split(":", 5)
    hop = SAME_REGION if region == rule.region_name else OTHER_REGION
    hops = getattr(event, "hops", frozenset())
    if hop in hops:
        raise second_hop(hop, event)
    authorize(rule, target, event, is_foreign=account != rule.account_id)
    bus = bus_of(target["Arn"])
    if bus is None:
        return
    forwarded = BusEvent(event, hops | {hop})
    forwarded["ingestion-time"] = unix_time()
    if hop == OTHER_REGION:
        forwarded["id"] = str(mock_random.uuid4())
        forwarded["time"] = unix_time()
    hand_to_rules(bus, forwarded)


def second_hop(hop, event):
    """AWS says of accounts what is true of buses: three in one account are one too many as well."""
    if hop == SAME_REGION:
        return Undelivered(
            "THIRD_ACCOUNT_HOP_DETECTED",
            f"Event ingestion rejected for event {event['id']} because an event can be sent to an event bus target only once.",
        )
    return Undelivered(
        "THIRD_REGION_HOP_DETECTED",
        f"Event ingestion rejected for event {event['id']} because an event can be sent to another Region only once.",
    )


def authorize(rule, target, event, is_foreign):
    """Within an account either the role or the bus allows it, between accounts it takes both."""
    arn, sender = target["Arn"], session_for_rule(rule, target["RoleArn"])
    sources = sources_of(rule) if _settings["told"] else {}
    request = Request(PUT_EVENTS, arn, {**keys_of_session(sender), **sources, **keys_of([event], from_bus=True)}, sender.caller)
    by_bus = decision_of_bus(bus_of(arn), request)
    reason = reason_against(sender, request, needs_identity=is_foreign or by_bus is not Decision.ALLOWED)
    if reason is None and (by_bus is Decision.DENIED or is_foreign):
        reason = reason_of_bus(by_bus)
    if reason is not None:
        raise Undelivered("NO_PERMISSIONS", f"User: {sender.arn} is not authorized to perform: {PUT_EVENTS} on resource: {arn} {reason}")


def reason_of_bus(decision):
    """In AWS's words; nothing where its policy allows it."""
    if decision is Decision.ALLOWED:
        return None
    if decision is Decision.DENIED:
        return "with an explicit deny in a resource-based policy"
    return f"because no resource-based policy allows the {PUT_EVENTS} action"


def keys_of(events, from_bus):
    return {
        "events:source": sorted({event["source"] for event in events}),
        "events:detail-type": sorted({event["detail-type"] for event in events}),
        "events:eventBusInvocation": from_bus,
    }


def bus_of(arn):
    from moto.events.models import events_backends

    _, _, _, region, account, resource = arn.split(":", 5)
    return events_backends[account][region].event_buses.get(resource.partition("/")[2])


def decision_of_bus(bus, request):
    if bus is None or bus.policy is None:
        return Decision.NOT_ALLOWED
    return decide([read_policy(bus.policy)], request)


@functools.lru_cache(maxsize=256)
def read_policy(text):
    return Policy(json.loads(text))


def hand_to_rules(bus, event):
    for rule in list(bus.rules.values()):
        rule.send_to_targets(event)
