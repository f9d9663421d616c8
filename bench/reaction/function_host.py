"""Stands for Lambda's Python runtime: an event on each line, and its end on one of the answer.

The first argument says which handler: the module, a dot, and the function.
"""

import importlib
import json
import sys


class Context:
    aws_request_id = "bench"
    function_name = "bench"
    function_version = "$LATEST"
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:bench"
    memory_limit_in_mb = 512

    def get_remaining_time_in_millis(self):
        return 60_000


def main():
    # What handlers print is not an answer.
    answers, sys.stdout = sys.stdout, sys.stderr
    module, _, name = sys.argv[1].rpartition(".")
    handler = getattr(importlib.import_module(module), name)
    answers.write("ready\n")
    answers.flush()
    for line in sys.stdin:
        handler(json.loads(line), Context())
        answers.write("done\n")
        answers.flush()


main()
