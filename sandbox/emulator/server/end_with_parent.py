"""Ends this process when its standard input ends, which happens however the parent goes, SIGKILL included.

As a program: runs the given script that way.
"""

import os
import runpy
import sys
import threading


def exit_with_parent():
    def wait_for_end_of_input():
        while os.read(0, 4096):
            pass
        os._exit(1)

    threading.Thread(target=wait_for_end_of_input, daemon=True).start()


if __name__ == "__main__":
    exit_with_parent()
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
