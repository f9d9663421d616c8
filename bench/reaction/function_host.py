"""Stands for Lambda's Python runtime: an event on each line, and its end on one of the answer,
with the milliseconds in which all garbage was collected meanwhile.

The first argument says which handler: the module, a dot, and the function.
"""

import gc
import importlib
import json
import sys
import time


class Context:
    aws_request_id = "bench"
    function_name = "bench"
    function_version = "$LATEST"
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:bench"
    memory_limit_in_mb = 512

    def get_remaining_time_in_millis(self):
        return 60_000


class FullCollections:
    """Those of the oldest generation, and with it of all others."""

    OLDEST = 2

    def __init__(self):
        self.began = 0.0
        self.seconds = 0.0
        gc.callbacks.append(self.heard)

    def heard(self, phase, info):
        if info["generation"] != self.OLDEST:
            return
        if phase == "start":
            self.began = time.perf_counter()
        else:
            self.seconds += time.perf_counter() - self.began

    def taken(self):
        milliseconds, self.seconds = self.seconds * 1_000, 0.0
        return milliseconds


def main():
    # What handlers print is not an answer.
    answers, sys.stdout = sys.stdout, sys.stderr
    module, _, name = sys.argv[1].rpartition(".")
    handler = getattr(importlib.import_module(module), name)
    collections = FullCollections()
    answers.write("ready\n")
    answers.flush()
    for line in sys.stdin:
        handler(json.loads(line), Context())
        answers.write(f"done {collections.taken():.3f}\n")
        answers.flush()


main()
