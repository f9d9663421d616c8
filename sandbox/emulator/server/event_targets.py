"""Targets of EventBridge's rules, as AWS documents them: queues, topics and buses, with input transformers and dead-letter queues. moto
fails at topics and at what is gone, sends from disabled rules, and makes new events of those that it forwards. What a transformer makes of
a value that the event does not have is believed, not checked: nothing, and null outside of quotes.
"""

import copy
import json
import re

from event_deliveries import SUSPENDED, Undelivered, lose, outgoing, put_aside
from event_forwarding import check_bus_target, forward
from sessions import is_open

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|<[^<>"\s]+>', re.DOTALL)
PLACEHOLDER = re.compile(r"<([^<>\s]+)>")


def deliver_to_targets():
    from moto.events.models import EventPattern, EventsBackend, Rule

    send_to_others = Rule.send_to_targets
    put_targets = EventsBackend.put_targets

    def send(self, original_event, transform_input=True):
        if self.state != "ENABLED" or is_for_default_bus_only(self, original_event):
            return
        give_own_id(original_event)
        if not self.event_pattern.matches_event(original_event):
            return
        if not is_open(self.account_id):
            lose(self, None, original_event, Undelivered(SUSPENDED, f"The account {self.account_id} is suspended."))
            return
        for target in self.targets:
            deliver = DELIVERIES.get(kind_of(target["Arn"]))
            if deliver is None:
                other = copy.copy(self)
                other.targets = [target]
                send_to_others(other, original_event, transform_input)
                continue
            try:
                deliver(self, target, original_event)
            except Undelivered as reason:
                put_aside(self, target, original_event, reason)

    def matches(self, event):
        """moto first makes JSON of the event and an event of that, for each rule: but it was read from JSON just now."""
        return not self._pattern or self._does_event_match(self._flatten_dict(event), self._pattern)

    def put_checked_targets(self, name, event_bus_arn, targets):
        for target in targets:
            check_target(self, target)
        put_targets(self, name, event_bus_arn, targets)

    EventPattern.matches_event = matches
    Rule.send_to_targets = send
    EventsBackend.put_targets = put_checked_targets


def kind_of(arn):
    """Nothing where it is no ARN: moto refuses it."""
    if arn.count(":") < 5:
        return None
    _, _, service, _, _, resource = arn.split(":", 5)
    return "bus" if service == "events" and resource.startswith("event-bus/") else service


def is_for_default_bus_only(rule, event):
    """moto hands what S3 tells to the rules of every bus."""
    return rule.event_bus_name != "default" and event["source"] == "aws.s3" and not hasattr(event, "hops") and "replay-name" not in event


def give_own_id(event):
    """moto gives one and the same to all that S3 tells."""
    from moto.events.utils import _BASE_EVENT_MESSAGE
    from moto.moto_api._internal import mock_random

    if event["id"] == _BASE_EVENT_MESSAGE["id"]:
        event["id"] = str(mock_random.uuid4())


def check_target(backend, target):
    from moto.events.exceptions import ValidationException

    kind = kind_of(target["Arn"])
    if kind == "bus":
        check_bus_target(backend, target)
    elif kind in ("sqs", "sns") and target["Arn"].split(":")[3:5] != [backend.region_name, backend.account_id]:
        raise ValidationException("The sandbox delivers to queues and topics of the rule's own account and Region only.")
    dead_letters = target.get("DeadLetterConfig", {}).get("Arn")
    if dead_letters is not None and not is_standard_queue_in(backend.region_name, dead_letters):
        raise ValidationException(f"Parameter {dead_letters} is not valid. Reason: A dead-letter queue is a standard queue in the rule's Region.")


def is_standard_queue_in(region, arn):
    return kind_of(arn) == "sqs" and not arn.endswith(".fifo") and arn.split(":")[3] == region


def send_to_queue(rule, target, event):
    from moto.sqs.exceptions import QueueDoesNotExist, SQSException
    from moto.sqs.models import sqs_backends

    queues = sqs_backends[rule.account_id][rule.region_name]
    name = target["Arn"].split(":")[-1]
    group = target.get("SqsParameters", {}).get("MessageGroupId")
    try:
        if name.endswith(".fifo"):
            check_deduplication(queues.get_queue(name))
        else:
            group = resolved(group, event)
        queues.send_message(queue_name=name, message_body=message_for(target, outgoing(event)), group_id=group)
    except QueueDoesNotExist as error:
        raise Undelivered("NO_RESOURCE", "The specified queue does not exist or you do not have access to it.") from error
    except SQSException as error:
        raise Undelivered("INVALID_PARAMETER", str(error)) from error


def resolved(group, event):
    """A path names the value in the event; whatever is not there makes no group."""
    if group is None or not group.startswith("$"):
        return group
    value = values_of({"group": group}, event)["group"]
    return None if value is None else str(value)


def check_deduplication(queue):
    if not queue.content_based_deduplication:
        raise Undelivered("INVALID_PARAMETER", "The queue should have ContentBasedDeduplication enabled.")


def send_to_topic(rule, target, event):
    from moto.sns.exceptions import TopicNotFound
    from moto.sns.models import sns_backends

    try:
        sns_backends[rule.account_id][rule.region_name].publish(message_for(target, outgoing(event)), arn=target["Arn"])
    except TopicNotFound as error:
        raise Undelivered("NO_RESOURCE", "Topic does not exist") from error


DELIVERIES = {"sqs": send_to_queue, "sns": send_to_topic, "bus": forward}


def message_for(target, event):
    if "Input" in target:
        return target["Input"]
    if "InputPath" in target:
        return json.dumps(values_of({"path": target["InputPath"]}, event)["path"])
    transformer = target.get("InputTransformer")
    if transformer is None:
        return json.dumps(event)
    return filled(transformer["InputTemplate"], values_of(transformer.get("InputPathsMap", {}), event))


def values_of(paths, event):
    from jsonpath_ng.ext import parse

    found = {name: parse(path).find(event) for name, path in paths.items()}
    return {name: matches[0].value if matches else None for name, matches in found.items()}


def filled(template, values):
    """In quotes, a placeholder gives the value's text; outside of them, the value. A template that is but a text in quotes gives
    the text, several of them give lines."""
    lines = TOKEN.sub(lambda match: filled_token(match.group(), values), template).splitlines()
    if all(line.strip().startswith('"') and TOKEN.fullmatch(line.strip()) for line in lines):
        return "\n".join(json.loads(line) for line in lines)
    return "\n".join(lines)


def filled_token(token, values):
    if token.startswith("<"):
        name = token[1:-1]
        return json.dumps(values[name]) if name in values else token
    return PLACEHOLDER.sub(lambda match: text_in_quotes(values.get(match.group(1), match.group())), token)


def text_in_quotes(value):
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value)
    return json.dumps(text)[1:-1]
