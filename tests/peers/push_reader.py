"""Reads pushes as a browser does, with the library of the people who wrote the RFCs.

stdin: {"private", "public", "auth", "pushes": [{"authorization", "audience", "body"}]}, bytes
in base64url. stdout: one JSON line a push: {"text", "claims", "key"}. Ends with an error
where one does not open or is not signed for its audience.
"""

import base64
import json
import sys

import http_ece
import jwt
from cryptography.hazmat.primitives.asymmetric import ec


def unpack(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def receiver(private, public):
    numbers = ec.EllipticCurvePublicNumbers.from_encoded_point(ec.SECP256R1(), unpack(public)) \
        if hasattr(ec.EllipticCurvePublicNumbers, "from_encoded_point") \
        else ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unpack(public)).public_numbers()
    return ec.EllipticCurvePrivateNumbers(int.from_bytes(unpack(private), "big"), numbers).private_key()


def main():
    asked = json.load(sys.stdin)
    key, auth = receiver(asked["private"], asked["public"]), unpack(asked["auth"])
    for push in asked["pushes"]:
        scheme, _, parameters = push["authorization"].partition(" ")
        assert scheme == "vapid", scheme
        given = dict(part.strip().split("=", 1) for part in parameters.split(","))
        signer = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unpack(given["k"]))
        # The clock of the test stands still: the test looks at `exp` itself.
        claims = jwt.decode(given["t"], signer, algorithms=["ES256"], audience=push["audience"],
                            options={"verify_exp": False, "require": ["aud", "exp", "sub"]})
        text = http_ece.decrypt(unpack(push["body"]), private_key=key, auth_secret=auth, version="aes128gcm")
        print(json.dumps({"text": json.loads(text.rstrip(b"\0")), "claims": claims, "key": given["k"]}))


main()
