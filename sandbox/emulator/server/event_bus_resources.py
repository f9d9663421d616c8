"""Buses with policies, and policies of buses, in templates. moto's CloudFormation knows neither; it finds types by their class."""

from event_bus_policies import put_statement, replace_policy
from moto.core.common_models import CloudFormationModel
from moto.events.models import EventBus, events_backends

make_bus = EventBus.create_from_cloudformation_json.__func__


def make_bus_with_policy(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
    bus = make_bus(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs)
    if "Policy" in cloudformation_json["Properties"]:
        replace_policy(bus, cloudformation_json["Properties"]["Policy"])
    return bus


class EventBusPolicy(CloudFormationModel):
    # moto reads the name of the service from it.
    __module__ = "moto.events.models"

    def __init__(self, bus, statement_id):
        self.bus = bus
        self.statement_id = statement_id

    @property
    def physical_resource_id(self):
        return f"{self.bus.name}|{self.statement_id}"

    @staticmethod
    def cloudformation_name_type():
        return ""

    @staticmethod
    def cloudformation_type():
        return "AWS::Events::EventBusPolicy"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **_):
        properties = cloudformation_json["Properties"]
        bus = events_backends[account_id][region_name].describe_event_bus(properties.get("EventBusName", "default"))
        put_statement(bus, statement_in(properties, bus))
        return cls(bus, properties["StatementId"])

    @classmethod
    def update_from_cloudformation_json(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
        original_resource.delete(account_id, region_name)
        return cls.create_from_cloudformation_json(new_resource_name, cloudformation_json, account_id, region_name)

    def delete(self, _account_id, _region_name):
        self.bus.remove_statement(self.statement_id)


def statement_in(properties, bus):
    sid = properties["StatementId"]
    if "Statement" in properties:
        return {**properties["Statement"], "Sid": sid}
    principal, condition = properties["Principal"], properties.get("Condition")
    statement = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": principal if principal == "*" else {"AWS": f"arn:{bus.arn.split(':')[1]}:iam::{principal}:root"},
        "Action": properties["Action"],
        "Resource": bus.arn,
    }
    return {**statement, "Condition": {condition["Type"]: {condition["Key"]: condition["Value"]}}} if condition else statement
