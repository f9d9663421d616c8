"""DynamoDB's transactions, without a copy of whole tables. moto makes one before each, in case that it is cancelled: the more a table
holds, the longer every transaction takes."""

import copy
import types


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
