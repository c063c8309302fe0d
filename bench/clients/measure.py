"""What every client here is measured with: the same prompts, wall time, time on processors, memory."""

import json
import resource
import sys
import time

WORDS = "the patient is between 50 and 60 years old and has chest pain, " * 24


def prompts(count):
    return [f"{number}: {WORDS}" for number in range(count)]


def arguments():
    address, requests, in_flight = sys.argv[1:4]
    return address, int(requests), int(in_flight)


class Measure:
    """Times a block, without the imports before it, and prints one line of JSON."""

    def __init__(self, tool, requests, in_flight):
        self.line = {"tool": tool, "requests": requests, "in_flight": in_flight}

    def __enter__(self):
        self.wall, self.cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            return
        self.line["wall_s"] = time.perf_counter() - self.wall
        self.line["cpu_s"] = time.process_time() - self.cpu
        self.line["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(self.line))


def check(replies, requests):
    replies = list(replies)
    assert len(replies) == requests and all(replies), "every request is answered"
