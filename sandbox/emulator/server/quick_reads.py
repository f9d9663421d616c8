"""What moto reads, read without going through all that it holds. Its answers stay the same."""

import gc


def read_quickly():
    query_what_may_match()
    order_by_plain_keys()
    describe_rules_of_named_groups()
    receive_without_counting()
    forget_what_is_gone()


def query_what_may_match():
    """For each query of DynamoDB, moto puts all items of the table in order, and then asks each for its key."""
    from moto.dynamodb.models.table import Table

    query = Table.query

    def query_few(self, hash_key, *args, hash_key_conditions=None, **kwargs):
        index_name = args[6] if len(args) > 6 else kwargs.get("index_name")
        items = items_with(self, hash_key_conditions) if index_name else items_under(self, hash_key)
        # What is left is put in order by moto.
        narrowed = seen_with(self, all_items=lambda: items)
        return query(narrowed, hash_key, *args, hash_key_conditions=hash_key_conditions, **kwargs)

    Table.query = query_few


def order_by_plain_keys():
    """For each scan of DynamoDB, moto reads the keys of both items at each comparison."""
    from moto.dynamodb.models.table import Table

    Table.all_items = lambda self: sorted(items_of(self), key=plain_key)


def plain_key(item):
    return item.hash_key.cast_value, item.range_key and item.range_key.cast_value


def items_under(table, hash_key):
    found = table.items.get(hash_key)
    if found is None:
        return []
    return list(found.values()) if table.range_key_attr else [found]


def items_with(table, hash_key_conditions):
    """Those that may have the texts that are asked for; moto looks at them again."""
    texts = {name: wanted.value for name, wanted in hash_key_conditions or [] if wanted.type == "S"}
    return [item for item in items_of(table) if all(name in item.attrs and item.attrs[name].value == text for name, text in texts.items())]


def items_of(table):
    every = table.items.values()
    return [item for items in every for item in items.values()] if table.range_key_attr else list(every)


def describe_rules_of_named_groups():
    """moto first copies the rules of all groups."""
    from moto.ec2.models.security_groups import SecurityGroupBackend

    describe = SecurityGroupBackend.describe_security_group_rules

    def describe_few(self, sg_rule_ids, filters):
        ids = filters.get("group-id", [])
        if sg_rule_ids or not ids or any(set(id) & set("*?") for id in ids):
            return describe(self, sg_rule_ids, filters)
        groups = {vpc: {id: groups[id] for id in groups if id in ids} for vpc, groups in self.groups.items()}
        return describe(seen_with(self, groups=groups), sg_rule_ids, filters)

    SecurityGroupBackend.describe_security_group_rules = describe_few


def receive_without_counting():
    """To learn how long a queue keeps its messages, moto counts the whole queue three times for each that it hands out."""
    from moto.core.utils import unix_time
    from moto.sqs.models import SQSBackend

    def is_kept(self, queue_name, message):
        return self.get_queue(queue_name).message_retention_period + message.sent_timestamp / 1000 > unix_time()

    SQSBackend.is_message_valid_based_on_retention_period = is_kept


def seen_with(instance, **other):
    """The same, with other values of these attributes."""
    view = object.__new__(type(instance))
    view.__dict__ = {**instance.__dict__, **other}
    return view


def forget_what_is_gone():
    """moto keeps a list of all that it ever made, copies for answers too. Its S3 alone reads it."""
    from moto.core.common_models import BaseModel

    make = BaseModel.__new__

    def make_untracked(cls, *args, **kwargs):
        return make(cls, *args, **kwargs) if cls.__module__.startswith("moto.s3.") else object.__new__(cls)

    BaseModel.__new__ = make_untracked


def look_for_garbage_seldom():
    """What is loaded by now stays. Python would go through it again and again, and through all that the emulator holds."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
