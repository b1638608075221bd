"""Amazon Connect: a contact flow invokes this with the parameters flow and digit, and
caller where somebody typed a number; each comes back as an attribute of $.External.

Runtime Python 3.12, timeout 5 s, environment HENJI_URL and HENJI_TOKEN.
"""

import http.client
import json
import os
import urllib.error
import urllib.request

SECONDS = 2
TRIES = 2


def lambda_handler(event, context):
    contact = event["Details"]["ContactData"]
    given = event["Details"].get("Parameters") or {}
    # Without an endpoint the caller withholds their number.
    endpoint = contact.get("CustomerEndpoint") or {}
    body = {
        "call_id": contact.get("InitialContactId") or contact["ContactId"],
        "caller": given.get("caller") or endpoint.get("Address") or "anonymous",
        "flow": given["flow"],
        "digit": given["digit"],
    }
    if given.get("caller"):
        body["caller_entered"] = True
    answer = ask(body)
    # Connect takes one level of text and nothing else.
    names = ("result", "reason", "speech", "say", "suggest")
    return {name: str(answer.get(name) or "") for name in names}


def ask(body):
    request = urllib.request.Request(
        os.environ["HENJI_URL"].rstrip("/") + "/api/v1/handoffs",
        json.dumps(body).encode(),
        {
            "Authorization": "Bearer " + os.environ["HENJI_TOKEN"],
            "Content-Type": "application/json",
        },
    )
    for _ in range(TRIES):
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code < 500:
                # CloudWatch keeps it: the answer says which field is wrong, not who rang.
                print(error.read().decode(errors="replace"))
                break
        except (OSError, ValueError, http.client.HTTPException) as error:
            print(error)
    return {"result": "unavailable", "speech": "try_later", "suggest": "operator"}
