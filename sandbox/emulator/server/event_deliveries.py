"""Events on their way, and those that do not arrive: they go to the target's dead-letter queue with AWS's codes, and if it has none, they
are lost, as in AWS. Here, tests can list those."""

import json

# Of the two ways from bus to bus, each is open once.
SAME_REGION = "same Region"
OTHER_REGION = "other Region"
# AWS has no code for it: there, a suspended account does nothing that could be refused.
SUSPENDED = "ACCOUNT_SUSPENDED"


class BusEvent(dict):
    """An event as a bus has it, and which ways from bus to bus it came."""

    def __init__(self, content, hops=frozenset()):
        super().__init__(content)
        self.hops = hops


class Undelivered(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def outgoing(event):
    """As targets get it."""
    from moto.core.utils import iso_8601_datetime_without_milliseconds, utcfromtimestamp

    content = {key: value for key, value in event.items() if key != "ingestion-time"}
    content["time"] = iso_8601_datetime_without_milliseconds(utcfromtimestamp(float(event["time"])))
    return content


def put_aside(rule, target, event, reason):
    dead_letters = target.get("DeadLetterConfig", {}).get("Arn")
    if dead_letters is None or not was_sent(dead_letters, rule, target, event, reason):
        lose(rule, target["Arn"], event, reason)


def was_sent(queue_arn, rule, target, event, reason):
    from moto.sqs.exceptions import QueueDoesNotExist
    from moto.sqs.models import sqs_backends

    _, _, _, region, account, name = queue_arn.split(":")
    told = {"ERROR_CODE": reason.code, "ERROR_MESSAGE": str(reason), "RULE_ARN": rule.arn, "TARGET_ARN": target["Arn"]}
    attributes = {name: {"DataType": "String", "StringValue": value} for name, value in told.items()}
    try:
        sqs_backends[account][region].send_message(name, json.dumps(outgoing(event)), message_attributes=attributes)
    except QueueDoesNotExist:
        return False
    return True


def lose(rule, target_arn, event, reason):
    from moto.events.models import events_backends

    backend = events_backends[rule.account_id][rule.region_name]
    # A reset makes a new backend of it, without what was lost before.
    backend.__dict__.setdefault("lost_events", []).append(
        {
            "ruleArn": rule.arn,
            "targetArn": target_arn,
            "errorCode": reason.code,
            "errorMessage": str(reason),
            "event": outgoing(event),
        }
    )


def list_lost_events(_):
    from moto.events.models import events_backends

    backends = [backend for account in list(events_backends.values()) for backend in list(account.values())]
    return {"lost": [lost for backend in backends for lost in backend.__dict__.get("lost_events", [])]}
