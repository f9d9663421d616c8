"""Queues that wake those who wait for them. moto's wake them for new messages only: what becomes visible again, or whose delay is
over, is seen when the next call looks. And who wants to know when queues are empty has to ask again and again.

Standard queues are fair to groups of messages: the one with the fewest in flight comes next. AWS counts more, and later.

And they keep what the sender is traced by, as SQS does: by it, Lambda knows a chain of invocations.
"""

import collections
import heapq
import threading
import time

ACCOUNT_ID = "123456789012"
REGION = "us-east-1"
LONGEST_ANSWER_SECONDS = 20
# A message is visible after its time, not at it.
AFTER_DUE_SECONDS = 0.001

# One for all queues: a message that moves from one to another is never seen in none.
_changing = threading.RLock()
_drained = threading.Condition(_changing)


def improve_queues():
    from connections import caller_is_gone
    from moto.sqs.models import Queue, SQSBackend

    make = Queue.__init__
    take = SQSBackend.receive_message
    delete = Queue.delete_message
    change_visibility = SQSBackend.change_message_visibility
    purge = SQSBackend.purge_queue
    put = SQSBackend.send_message
    visible_messages = Queue.messages.fget

    def put_traced(self, *args, system_attributes=None, **kwargs):
        return put(self, *args, system_attributes={**trace_of_sender(), **(system_attributes or {})}, **kwargs)

    def make_waking(self, *args, **kwargs):
        make(self, *args, **kwargs)
        self._messages_lock = threading.Condition(_changing)

    def receive(self, queue_name, count, wait_seconds_timeout, visibility_timeout, message_attribute_names=None):
        queue = self.get_queue(queue_name)
        end = passed_seconds() + wait_seconds_timeout
        with _changing:
            while not caller_is_gone():
                messages = take(self, queue_name, count, 0, visibility_timeout, message_attribute_names)
                left = end - passed_seconds()
                _drained.notify_all()
                if messages or left <= 0:
                    return messages
                queue._messages_lock.wait(min(left, seconds_until_due(queue)))
        return []

    def delete_and_tell(self, receipt_handle):
        with _changing:
            delete(self, receipt_handle)
            _drained.notify_all()

    def change_visibility_and_tell(self, queue_name, *args, **kwargs):
        with _changing:
            change_visibility(self, queue_name, *args, **kwargs)
            self.get_queue(queue_name)._messages_lock.notify_all()

    def purge_and_tell(self, queue_name):
        with _changing:
            purge(self, queue_name)
            _drained.notify_all()

    def messages_in_fair_order(self):
        messages = visible_messages(self)
        if self.fifo_queue or all(message.group_id is None for message in messages):
            return messages
        return fairly_ordered(messages, self._pending_messages)

    Queue.messages = property(messages_in_fair_order)
    Queue.__init__ = make_waking
    Queue.delete_message = delete_and_tell
    SQSBackend.receive_message = receive
    SQSBackend.change_message_visibility = change_visibility_and_tell
    SQSBackend.purge_queue = purge_and_tell
    SQSBackend.send_message = put_traced


def fairly_ordered(messages, pending):
    """A message without a group is one by itself. Groups with as many in flight take turns in the order of their oldest messages."""
    waiting = collections.defaultdict(collections.deque)
    for position, message in enumerate(messages):
        waiting[message.group_id or message.id].append((position, message))
    in_flight = collections.Counter(message.group_id for message in pending if not message.visible)
    turns = [(in_flight[group], queue[0][0], group) for group, queue in waiting.items()]
    heapq.heapify(turns)
    ordered = []
    while turns:
        count, _, group = heapq.heappop(turns)
        ordered.append(waiting[group].popleft()[1])
        if waiting[group]:
            heapq.heappush(turns, (count + 1, waiting[group][0][0], group))
    return ordered


def trace_of_sender():
    from flask import has_request_context, request

    header = request.headers.get("X-Amzn-Trace-Id") if has_request_context() else None
    return {"AWSTraceHeader": {"DataType": "String", "StringValue": header}} if header else {}


def passed_seconds():
    """By the one clock that is the machine's even when the sandbox's is set."""
    return time.clock_gettime(time.CLOCK_MONOTONIC)


def seconds_until_due(queue):
    """Until the first message that is kept back now can be had."""
    from moto.core.utils import unix_time_millis

    now = unix_time_millis()
    due = [max(message.visible_at, message.delayed_until) - now for message in queue._messages]
    return min((wait / 1000 + AFTER_DUE_SECONDS for wait in due if wait >= 0), default=LONGEST_ANSWER_SECONDS)


def look_again():
    """The clock was set: messages may be due."""
    from moto.sqs.models import sqs_backends

    with _changing:
        for account in sqs_backends.values():
            for backend in account.values():
                for queue in backend.queues.values():
                    queue._messages_lock.notify_all()


def wait_until_drained(request):
    """Answers when all of these queues are empty at the same time: no message is visible, in flight or delayed. Or, after a while,
    that they were not."""
    queues = [queue_named(name) for name in request["queues"]]
    with _changing:
        drained = _drained.wait_for(lambda: not any(queue._messages for queue in queues), LONGEST_ANSWER_SECONDS)
    return {"drained": drained}


def queue_named(name_or_arn):
    from moto.sqs.models import sqs_backends

    *_, region, account, name = ["", "", "", REGION, ACCOUNT_ID, *name_or_arn.split(":")][-6:]
    queues = sqs_backends[account][region].queues
    if name not in queues:
        raise ValueError(f"there is no queue {name}")
    return queues[name]
