"""The same replies through a parser of regular expressions in Python, for the ratio.

It reads less than the program does (no reasoning, no hedging, no levels of confidence).
"""

import json
import re
import sys
import time

TAGS = ["ANSWER", "EXPLANATION", "MOST_IMPORTANT_FACTORS", "OTHER_RELEVANT_INFO", "CONFIDENCE"]
NEXT = "|".join(TAGS)
PATTERNS = {
    tag: re.compile(rf"\[\s*{tag}\s*\]\**\s*(.*?)(?=^\W*\[\s*(?:{NEXT})\s*\]|\Z)", re.S | re.M | re.I)
    for tag in TAGS
}


def parse(reply, labels):
    sections = {}
    for tag, pattern in PATTERNS.items():
        match = pattern.search(reply)
        sections[tag] = match.group(1).strip() if match else None
    answer = (sections["ANSWER"] or "").strip(" *.,!?;:\n").upper()
    sections["ANSWER"] = answer if answer in labels else None
    for tag in ("MOST_IMPORTANT_FACTORS", "OTHER_RELEVANT_INFO"):
        sections[tag] = [entry.strip() for entry in (sections[tag] or "").split(",")]
    return sections


rows = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")][:5000]
start = time.perf_counter()
for row in rows:
    parse(row["reply"], row["labels"])
seconds = time.perf_counter() - start
print(f"  regular expressions in Python {len(rows) / seconds:10.0f} replies/s")
