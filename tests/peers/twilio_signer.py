"""Webhook requests signed by Twilio's own helper library, one JSON object a line.

usage: twilio_signer.py INBOUND_URL RECEIPTS_URL TOKEN [COUNT]

Each line holds a request as it would arrive (method, url, headers, body in
base64) and `valid`: what the library's own RequestValidator says of it. Every
fifth request is changed after it was signed.
"""

import base64
import hashlib
import json
import random
import sys
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from twilio.request_validator import RequestValidator

SHARED_KEY = "webhooks_sharedkey_0123456789"
ACCOUNT = "AC0123456789abcdef0123456789abcdef"
BODIES = [
    "はい、14時でお願いします",
    "２でお願いします🙏",
    "STOP",
    "",
    "  a space before and after  ",
    "1+1=2 & 100%",
    "𠮷野家の髙﨑です\n二行目です",
    "quote ' and \" and <b>",
    "a" * 1600,
]
POOL = ["+815012345678", "+815012345679", "000512345678", "HENJI"]


class Fields:
    """Repeated names, in the shape the validator knows from Django."""

    def __init__(self, pairs):
        self.pairs = pairs

    def __iter__(self):
        return iter([name for name, _ in self.pairs])

    def __len__(self):
        return len(self.pairs)

    def getlist(self, name):
        return [value for key, value in self.pairs if key == name]


def sid(rng, prefix):
    return prefix + "%032x" % rng.getrandbits(128)


def inbound(rng):
    ref = sid(rng, "SM")
    pairs = [
        ("ToCountry", "JP"), ("ToState", ""), ("SmsMessageSid", ref), ("NumMedia", "0"),
        ("FromZip", ""), ("SmsSid", ref), ("SmsStatus", "received"),
        ("Body", rng.choice(BODIES)), ("FromCountry", "JP"), ("To", rng.choice(POOL)),
        ("NumSegments", "1"), ("MessageSid", ref), ("AccountSid", ACCOUNT),
        ("From", "+8180%08d" % rng.randrange(10**8)), ("ApiVersion", "2010-04-01"),
    ]
    if rng.random() < 0.4:
        pairs.append(("MessagingServiceSid", sid(rng, "MG")))
    if rng.random() < 0.2:
        pairs.append(("OptOutType", rng.choice(["STOP", "START", "HELP"])))
    return pairs


def receipt(rng):
    ref = sid(rng, "SM")
    status = rng.choice(["sending", "sent", "delivered", "undelivered", "failed"])
    pairs = [
        ("AccountSid", ACCOUNT), ("From", rng.choice(POOL)), ("To", "+818012345678"),
        ("MessageSid", ref), ("MessageStatus", status), ("SmsSid", ref), ("SmsStatus", status),
        ("ApiVersion", "2010-04-01"),
    ]
    if status in ("undelivered", "failed"):
        pairs.append(("ErrorCode", rng.choice(["30003", "30005", "30006"])))
    if status in ("delivered", "undelivered"):
        pairs.append(("RawDlrDoneDate", "2611220750"))
    return pairs


def unknown_fields(rng, pairs):
    """Fields Twilio added without notice, some of them more than once."""
    for _ in range(rng.randrange(4)):
        name = rng.choice(["AddOns", "Zone", "Body2", "Digits", "名前", "A"])
        pairs.append((name, rng.choice(["", "1", "5678", "1234", "はい", '{"status":"ok"}'])))
    rng.shuffle(pairs)
    return pairs


def with_port(url, port):
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc="%s:%d" % (parts.hostname, port)))


def changed(rng, url, body):
    """The request with one thing altered."""
    if body and rng.random() < 0.7:
        at = rng.randrange(len(body))
        return url, body[:at] + bytes([body[at] ^ (1 << rng.randrange(7))]) + body[at + 1:]
    return url + ("&" if "?" in url else "?") + "x=1", body


def request(rng, inbound_url, receipts_url, token, spoil):
    is_receipt = rng.random() < 0.4
    pairs = unknown_fields(rng, receipt(rng) if is_receipt else inbound(rng))
    url = receipts_url if is_receipt else inbound_url
    if is_receipt:
        url += "?message=019a5b7a-0000-7000-8000-%012x" % rng.getrandbits(48)
    kind = rng.choice(["form", "form", "form", "form", "get", "json"])
    headers, body, signed = {}, b"", Fields(pairs)
    if kind == "form":
        headers["content-type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        body = urlencode(pairs).encode()
    elif kind == "get":
        url += ("&" if "?" in url else "?") + urlencode(pairs)
        signed = Fields([])
    else:
        headers["content-type"] = "application/json"
        body = json.dumps(dict(pairs), ensure_ascii=rng.random() < 0.5).encode()
        digest = hashlib.sha256(body).hexdigest()
        url += ("&" if "?" in url else "?") + "bodySHA256=" + digest
        signed = Fields([])

    # Twilio's back ends sign with or without the standard port, and a number
    # may be configured with either.
    https = urlsplit(url).scheme == "https"
    standard = with_port(url, 443 if https else 80)
    signed_url, received_url = rng.choice([(url, url), (standard, url), (url, standard)])

    algorithm = rng.choice(["HMAC_SHA1", "HMAC_SHA1", "HMAC_SHA256"])
    if algorithm == "HMAC_SHA256":
        settings = "key=%s,algorithm=%s" % (SHARED_KEY, algorithm)
        headers["x-twilio-webhooks-signature-settings"] = settings
    validator = RequestValidator(token)
    signature = validator.compute_signature(signed_url, signed, algorithm)
    headers["x-twilio-signature"] = signature
    if spoil:
        received_url, body = changed(rng, received_url, body)

    if kind == "form":
        # As a web framework would hand it over: decoded, blanks kept.
        text = body.decode("utf-8", "replace")
        seen = Fields(parse_qsl(text, keep_blank_values=True, errors="replace"))
    else:
        seen = body.decode("utf-8", "replace") if kind == "json" else Fields([])
    return {
        "kind": kind,
        "method": "GET" if kind == "get" else "POST",
        "url": received_url,
        "headers": headers,
        "body": base64.b64encode(body).decode(),
        "shared_key": SHARED_KEY if algorithm == "HMAC_SHA256" else None,
        "changed": spoil,
        "valid": validator.validate(received_url, seen, signature, algorithm),
    }


def main():
    inbound_url, receipts_url, token = sys.argv[1:4]
    count = int(sys.argv[4]) if len(sys.argv) > 4 else 1000
    rng = random.Random(20261122)
    for number in range(count):
        spoil = number % 5 == 4
        line = request(rng, inbound_url, receipts_url, token, spoil)
        print(json.dumps(line))


main()
