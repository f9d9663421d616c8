"""Policies of buses, kept whole: one statement an id, or a new policy in place of the old. moto keeps the elements that it knows, adds one
policy to the other, and makes an ARN of everyone."""

import json

from policies import MalformedPolicy, Policy

LONGEST_POLICY = 10_240


class KeptStatement:
    """Whole: moto keeps the elements that it knows."""

    def __init__(self, content):
        self._content = content

    def describe(self):
        return self._content


def keep_policies_of_buses():
    from moto.events.models import EventBus, EventsBackend

    put_permission = EventsBackend.put_permission

    def put_policy_or_permission(self, event_bus_name, action, principal, statement_id, condition, policy):
        bus = self.describe_event_bus(event_bus_name or "default")
        if policy:
            replace_policy(bus, policy)
            return
        before = dict(bus._statements)
        put_permission(self, event_bus_name, action, principal, statement_id, condition, None)
        check_length(bus, before)

    def add_permission(self, statement_id, action, principal, condition):
        """One statement an id. moto makes an ARN of everyone, too, and removes other statements about the same principal."""
        everyone = principal["AWS"].split(":")[4] == "*"
        content = {
            "Sid": statement_id,
            "Effect": "Allow",
            "Principal": "*" if everyone else principal,
            "Action": action,
            "Resource": self.arn,
        }
        self._statements[statement_id] = KeptStatement({**content, "Condition": condition} if condition else content)

    EventBus.add_permission = add_permission
    EventsBackend.put_permission = put_policy_or_permission


def replace_policy(bus, text):
    from moto.core.exceptions import JsonRESTError

    try:
        content = json.loads(text) if isinstance(text, str) else text
        Policy(content)
    except ValueError as error:
        reason = str(error) if isinstance(error, MalformedPolicy) else "This policy contains invalid Json"
        raise JsonRESTError("ValidationException", reason) from error
    statements = content["Statement"] if isinstance(content["Statement"], list) else [content["Statement"]]
    before = bus._statements
    bus._statements = {statement.get("Sid", f"#{index}"): KeptStatement(statement) for index, statement in enumerate(statements)}
    check_length(bus, before)


def put_statement(bus, statement):
    others = [kept.describe() for sid, kept in bus._statements.items() if sid != statement["Sid"]]
    replace_policy(bus, {"Version": "2012-10-17", "Statement": [*others, statement]})


def check_length(bus, before):
    from moto.core.exceptions import JsonRESTError

    if len(bus.policy) > LONGEST_POLICY:
        bus._statements = before
        raise JsonRESTError("PolicyLengthExceededException", f"A bus policy has at most {LONGEST_POLICY} characters.")
