"""Twilio's end of a phone call: signs as Twilio's own helper library does, and hears
what TwiML says as Twilio would: strictly.

One JSON object a line in, one out:
  {"sign": URL, "fields": {...}, "token": AUTH_TOKEN} -> {"signature": "..."}
  {"hear": TWIML} -> what is said, and what follows
"""

import json
import sys
import xml.etree.ElementTree as ElementTree

from twilio.request_validator import RequestValidator

# What stands where, and which attributes it may have.
VERBS = {
    "Gather": {"input", "numDigits", "finishOnKey", "timeout", "action", "method"},
    "Say": {"language"},
    "Redirect": {"method"},
    "Dial": {"timeout", "action", "method"},
    "Hangup": set(),
}
LANGUAGES = {"ja-JP", "en-US"}


def check(verb):
    unknown = set(verb.attrib) - VERBS[verb.tag]
    assert not unknown, "%s has %s" % (verb.tag, unknown)
    assert (verb.tail or "").strip() == "", verb.tail


def said(verb):
    check(verb)
    assert verb.attrib["language"] in LANGUAGES
    assert len(verb) == 0 and verb.text.strip()
    return [verb.attrib["language"], verb.text]


def hear(twiml):
    root = ElementTree.fromstring(twiml.encode())
    assert root.tag == "Response" and not root.attrib
    heard = {"said": [], "verbs": [verb.tag for verb in root]}
    for verb in root:
        check(verb)
        if verb.tag == "Say":
            heard["said"].append(said(verb))
        elif verb.tag == "Gather":
            assert verb.attrib["input"] == "dtmf" and verb.attrib["method"] == "POST"
            heard["said"] += [said(each) for each in verb]
            heard["action"] = verb.attrib["action"]
            heard["digits"] = int(verb.attrib["numDigits"])
            heard["finish"] = verb.attrib["finishOnKey"]
        elif verb.tag == "Redirect":
            assert verb.attrib["method"] == "POST"
            heard["redirect"] = verb.text
        elif verb.tag == "Dial":
            assert verb.attrib["method"] == "POST"
            heard["dial"] = verb.text
            heard["action"] = verb.attrib["action"]
    return heard


def main():
    for line in sys.stdin:
        asked = json.loads(line)
        if "hear" in asked:
            answer = hear(asked["hear"])
        else:
            validator = RequestValidator(asked["token"])
            answer = {"signature": validator.compute_signature(asked["sign"], asked["fields"])}
        print(json.dumps(answer), flush=True)


main()
