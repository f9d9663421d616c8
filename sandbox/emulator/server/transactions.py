"""DynamoDB's transactions, without a copy of whole tables. moto makes one before each, in case that it is cancelled: the more a table
holds, the longer every transaction takes. And one that comes again under its token is done once, as DynamoDB has it for ten minutes."""

import copy
import types

KEPT_TOKENS = 10_000


def do_each_token_once():
    from moto.dynamodb.responses import DynamoHandler

    handle = DynamoHandler.transact_write_items
    answers = {}

    def handle_once(self):
        token = self.body.get("ClientRequestToken")
        if token in answers:
            return answers[token]
        answer = handle(self)
        if token:
            answers[token] = answer
            if len(answers) > KEPT_TOKENS:
                del answers[next(iter(answers))]
        return answer

    DynamoHandler.transact_write_items = handle_once


def keep_only_what_transactions_touch():
    from moto.dynamodb import models
    from moto.dynamodb.models import DynamoDBBackend
    from moto.dynamodb.models.table import Table

    transact = DynamoDBBackend.transact_write_items

    def transact_or_restore(self, transact_items):
        operations = [operation for item in transact_items for operation in item.values()]
        before = [kept for kept in (item_before(self.tables, operation) for operation in operations) if kept]
        streams = [(table.stream_shard, len(table.stream_shard.items)) for table in self.tables.values() if table.stream_shard]
        try:
            transact(self, transact_items)
        except Exception:
            for items, key, item in before:
                restore(items, key, item)
            for stream, length in streams:
                del stream.items[length:]
            raise

    # What moto would go back to by itself: the tables as they are.
    models.copy = types.SimpleNamespace(deepcopy=lambda value: value if isinstance(value, Table) else copy.deepcopy(value))
    DynamoDBBackend.transact_write_items = transact_or_restore


def item_before(tables, operation):
    """Nothing where the operation names no item: moto refuses it."""
    from moto.dynamodb.models import DynamoType

    table = tables.get(operation.get("TableName"))
    key = operation.get("Key") or operation.get("Item") or {}
    if table is None or not all(key.get(name) for name in table.table_key_attrs):
        return None
    values = [DynamoType(key[name]) for name in table.table_key_attrs]
    items = table.items[values[0]] if table.range_key_attr else table.items
    return items, values[-1], copy.deepcopy(items.get(values[-1]))


def restore(items, key, item):
    if item is None:
        items.pop(key, None)
    else:
        items[key] = item
