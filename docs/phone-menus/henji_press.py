#!/usr/bin/env python3
"""Tells henji that a caller pressed a key, and says what the voice should say.

    henji_press.py FLOW DIGIT CALLER CALL_ID [typed]

prints lines such as `result=accepted`. Python 3 alone is needed. The file that
HENJI_PRESS_CONF names, else /etc/henji-press.conf, holds two lines:

    url = https://henji.example.co.jp
    token = (what `henji token add pbx --scope handoffs:write` printed)
"""

import http.client
import json
import os
import sys
import urllib.error
import urllib.request

# Somebody is on the line: henji answers within 0.3 s, or something is wrong.
SECONDS = 2
# The same question is answered the same, so that asking again never sends twice.
TRIES = 2
# What to go on with when henji cannot be reached.
AWAY = {"result": "unavailable", "speech": "try_later", "say": "", "suggest": "operator"}


def settings():
    with open(os.environ.get("HENJI_PRESS_CONF", "/etc/henji-press.conf"), encoding="utf-8") as file:
        pairs = (line.split("=", 1) for line in file if "=" in line)
        return {name.strip(): value.strip() for name, value in pairs}


def press(url, token, flow, digit, caller, call_id, typed=False):
    """What henji answers: result, speech, say, and perhaps reason, suggest."""
    body = {"call_id": call_id, "caller": caller, "flow": flow, "digit": digit}
    if typed:
        body["caller_entered"] = True
    request = urllib.request.Request(
        url.rstrip("/") + "/api/v1/handoffs",
        json.dumps(body).encode(),
        {"Authorization": "Bearer " + token, "Content-Type": "application/json"},
    )
    for _ in range(TRIES):
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            # A key or a menu that is not there will not be there a moment later.
            if error.code < 500:
                print(error.read().decode(errors="replace"), file=sys.stderr)
                return dict(AWAY)
        except (OSError, ValueError, http.client.HTTPException) as error:
            print(error, file=sys.stderr)
    return dict(AWAY)


def main():
    if len(sys.argv) not in (5, 6):
        sys.exit(__doc__)
    known = settings()
    flow, digit, caller, call_id = sys.argv[1:5]
    typed = sys.argv[5:] == ["typed"]
    answer = press(known["url"], known["token"], flow, digit, caller, call_id, typed)
    for name in ("result", "reason", "speech", "say", "suggest", "handoff_id"):
        print(f"{name}={' '.join(str(answer.get(name, '')).split())}")


if __name__ == "__main__":
    main()
