"""EventBridge's buses as AWS documents them, where a hub would believe what is not so. moto keeps the policies of buses and asks none,
looks for every bus in the caller's own account, and lets customers put events in the name of AWS's services.
"""

import json

from authorization import is_sandboxs_own
from event_bus_policies import keep_policies_of_buses
from event_deliveries import BusEvent, list_lost_events
from event_forwarding import PUT_EVENTS, bus_of, decision_of_bus, hand_to_rules, keys_of, reason_of_bus, tell_sources_of_forwarded_events
from event_senders import caller_and_keys
from policies import Request
from sessions import is_open

EVENT_ROUTES = {
    "/sandbox/lost-events": list_lost_events,
    "/sandbox/forwarded-sources": tell_sources_of_forwarded_events,
}

MOST_ENTRIES = 10
# Of all entries together, by AWS's own description.
TOO_LARGE_BYTES = 1024 * 1024
LONGEST_DETAIL_TYPE = 128
TIME_BYTES = 14


def improve_event_buses():
    put_events_as_eventbridge_does()
    keep_to_own_buses()
    keep_policies_of_buses()
    make_buses_and_policies_from_templates()


def put_events_as_eventbridge_does():
    from moto.events.responses import EventsHandler

    def put_events(self):
        answers = put(self, self._get_param("Entries") or [])
        return json.dumps({"FailedEntryCount": sum("ErrorCode" in answer for answer in answers), "Entries": answers})

    EventsHandler.put_events = put_events


def put(handler, entries):
    """All entries of a call are allowed, or none: the policies see them together."""
    check_size(entries)
    faults = [fault_in(entry, handler) for entry in entries]
    events = [None if fault else event_of(entry, handler) for entry, fault in zip(entries, faults, strict=True)]
    addressed = [(bus_arn_of(entry, handler), event) for entry, event in zip(entries, events, strict=True) if event is not None]
    authorize(handler, addressed)
    for arn, event in addressed:
        bus = bus_of(arn)
        # A bus that is not there swallows the event.
        if bus is not None:
            hand_to_rules(bus, event)
    return [fault or {"EventId": event["id"]} for fault, event in zip(faults, events, strict=True)]


def check_size(entries):
    from moto.events.exceptions import ValidationException

    if not 1 <= len(entries) <= MOST_ENTRIES:
        bound = f"less than or equal to {MOST_ENTRIES}" if entries else "greater than or equal to 1"
        raise ValidationException(
            f"1 validation error detected: Value '[PutEventsRequestEntry]' at 'entries' failed to satisfy constraint: Member must have length {bound}"
        )
    if sum(map(size_of, entries)) >= TOO_LARGE_BYTES:
        raise ValidationException("Total size of the entries in the request is over the limit.")


def size_of(entry):
    texts = [entry.get("Source"), entry.get("DetailType"), entry.get("Detail"), *(entry.get("Resources") or [])]
    return sum(len(text.encode()) for text in texts if text) + (TIME_BYTES if entry.get("Time") else 0)


def fault_in(entry, handler):
    for name in ("Source", "DetailType", "Detail"):
        if not entry.get(name):
            return invalid(name, f"{name} is a required argument.")
    if len(entry["DetailType"]) > LONGEST_DETAIL_TYPE:
        return invalid("DetailType", f"DetailType has at most {LONGEST_DETAIL_TYPE} characters.")
    if entry["Source"].startswith("aws.") and not is_sandboxs_own(handler):
        return {"ErrorCode": "NotAuthorizedForSourceException", "ErrorMessage": "Not authorized for the source."}
    if (entry.get("EventBusName") or "").startswith("arn:") and entry["EventBusName"].split(":")[3] != handler.region:
        return invalid("EventBusName", "the sandbox knows no way to put events on a bus of another Region.")
    try:
        return None if isinstance(json.loads(entry["Detail"]), dict) else malformed()
    except ValueError:
        return malformed()


def invalid(name, reason):
    return {"ErrorCode": "InvalidArgument", "ErrorMessage": f"Parameter {name} is not valid. Reason: {reason}"}


def malformed():
    return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}


def event_of(entry, handler):
    from moto.core.utils import unix_time
    from moto.moto_api._internal import mock_random

    now = unix_time()
    return BusEvent(
        {
            "version": "0",
            "id": str(mock_random.uuid4()),
            "detail-type": entry["DetailType"],
            "source": entry["Source"],
            "account": handler.current_account,
            "time": entry.get("Time", now),
            "region": handler.region,
            "resources": entry.get("Resources", []),
            "detail": json.loads(entry["Detail"]),
            "ingestion-time": now,
        }
    )


def bus_arn_of(entry, handler):
    name = entry.get("EventBusName") or "default"
    if name.startswith("arn:"):
        return name
    return f"arn:{handler.partition}:events:{handler.region}:{handler.current_account}:event-bus/{name}"


def authorize(handler, addressed):
    """By the policies of foreign buses. The caller's own policies were asked before, where it has any."""
    from moto.core.exceptions import JsonRESTError

    for arn in sorted({arn for arn, _ in addressed if arn.split(":")[4] != handler.current_account}):
        caller, keys = caller_and_keys(handler)
        events = [event for to, event in addressed if to == arn]
        request = Request(PUT_EVENTS, arn, {**keys, **keys_of(events, from_bus=False)}, caller)
        reason = reason_of_bus(decision_of_bus(bus_of(arn), request))
        if not is_open(caller.account):
            reason = "because its account is suspended"
        if reason is not None:
            raise JsonRESTError("AccessDeniedException", f"User: {caller.arn} is not authorized to perform: {PUT_EVENTS} on resource: {arn} {reason}")


def keep_to_own_buses():
    """moto takes the bus of that name in the caller's own account for one of another account or Region."""
    from moto.core.exceptions import JsonRESTError
    from moto.events.models import EventsBackend

    name_of = EventsBackend._normalize_event_bus_arn
    find = EventsBackend._get_event_bus

    def check(backend, name):
        if name and name.startswith("arn:") and name.split(":")[3:5] != [backend.region_name, backend.account_id]:
            raise JsonRESTError("AccessDeniedException", f"The sandbox lets no one change or read a bus of another account or Region: {name}.")

    def own_name_of(self, event_bus_arn):
        check(self, event_bus_arn)
        return name_of(self, event_bus_arn)

    def find_own(self, name):
        check(self, name)
        return find(self, name)

    EventsBackend._normalize_event_bus_arn = own_name_of
    EventsBackend._get_event_bus = find_own


def make_buses_and_policies_from_templates():
    from event_bus_resources import make_bus_with_policy
    from moto.events.models import EventBus

    EventBus.physical_resource_id = property(lambda self: self.name)
    EventBus.create_from_cloudformation_json = classmethod(make_bus_with_policy)
