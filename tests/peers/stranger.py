"""Kills henji again and again and looks whether it kept its word.

usage: stranger.py HENJI [--minutes M] [--control lost|doubled] [--seed S]

HENJI is the program. Nothing is used but what README.md and the public
interface say: `henji init`, `provider add twilio`, `token add`, `serve`, the
webhook addresses they print, and the JSON API. Texts come in as Twilio brings
them, signed by Twilio's own library and offered again when nobody answered;
meanwhile the process is killed (SIGKILL) at random moments and started again.

At the end what was acknowledged is held against what the API returns, both
ways. Exit 0: no difference. Exit 1: the difference, text by text. A control
tells the books a lie, which must be found out: `lost` counts one text as
acknowledged that was never offered, `doubled` offers one that was acknowledged
once more under another id.
"""

import argparse
import collections
import http.client
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from urllib.parse import urlencode, urlsplit

from twilio.request_validator import RequestValidator

AUTH_TOKEN = "0123456789abcdef0123456789abcdef"
ACCOUNT = "AC0123456789abcdef0123456789abcdef"
OURS = "+815012345678"
CUSTOMERS = 40
THREADS = 6
# Twilio's `#rc=5`: so often a request without an answer is tried again.
RETRIES = 5
PAUSE = 0.25
TIMEOUT = 15


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class House:
    """One installation, set up as the README says."""

    def __init__(self, program, folder):
        self.program = str(pathlib.Path(program).resolve())
        self.folder, self.port, self.process = folder, free_port(), None
        self.url = "http://127.0.0.1:%d" % self.port
        init = self.run(
            "init", "--organization", "A stranger's", "--admin-email", "a@example.jp",
            "--admin-name", "A", "--admin-password-stdin", "--inbox", "I",
            "--provider", "simulator", "--json", said="correct horse battery")
        self.inbox = json.loads(init)["inbox_id"]
        added = json.loads(self.run(
            "provider", "add", "twilio", "--inbox", self.inbox, "--sender", OURS,
            "--set", "account_sid=" + ACCOUNT, "--secret-stdin", "--json", said=AUTH_TOKEN))
        # Twilio does not send what stands behind the #: it is for Twilio.
        self.inbound_url = added["inbound_url"].split("#")[0]
        self.token = self.run("token", "add", "stranger", "--scope", "messages:read").strip()

    def run(self, *arguments, said=""):
        done = subprocess.run(
            [self.program, *arguments], input=said, env=self.environment(), cwd=self.folder,
            capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit("henji %s: %s" % (" ".join(arguments), done.stderr))
        return done.stdout

    def environment(self):
        return {
            "HENJI_DATA_DIR": os.path.join(self.folder, "data"), "HENJI_PUBLIC_URL": self.url,
            "HENJI_LISTEN": "127.0.0.1:%d" % self.port, "HENJI_LOG": "error",
        }

    def start(self):
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen(
                [self.program, "serve"], env=self.environment(), cwd=self.folder,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def wait_until_ready(self):
        for _ in range(600):
            try:
                if self.get("/readyz")[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        sys.exit("henji does not start: " + pathlib.Path(self.folder, "log").read_text()[-2000:])

    def get(self, path):
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        try:
            line.request("GET", path, headers={"authorization": "Bearer " + self.token})
            answer = line.getresponse()
            return answer.status, answer.read()
        finally:
            line.close()

    def listed(self, path, cursor):
        """Every item of a list, page by page."""
        following = ""
        while True:
            status, body = self.get("/api/v1" + path + following)
            if status != 200:
                sys.exit("%s: %d: %r" % (path, status, body))
            page = json.loads(body)
            yield from page["items"]
            if page["next"] is None:
                return
            following = "&%s=%s" % (cursor, page["next"])

    def received(self):
        """Every text that came in: the provider's id and its words, as often as it is there."""
        found = collections.Counter()
        for conversation in self.listed("/conversations?limit=200", "cursor"):
            path = "/conversations/%s/messages?limit=200" % conversation["id"]
            for message in self.listed(path, "before"):
                if message["direction"] == "inbound":
                    found[(message["provider_ref"], message["body"])] += 1
        return found


class Twilio:
    """Posts texts as Twilio does, and notes in its books what became of each."""

    def __init__(self, house, rng):
        self.house, self.rng, self.lock = house, rng, threading.Lock()
        self.offered, self.acknowledged, self.wrong = set(), collections.Counter(), []
        self.requests, self.over = 0, threading.Event()
        self.pen = RequestValidator(AUTH_TOKEN)
        self.next = 0

    def text(self):
        with self.lock:
            self.next += 1
            sid = "SM%032x" % self.rng.getrandbits(128)
            return sid, "text %d はい、14時で" % self.next, self.next % CUSTOMERS

    def work(self):
        while not self.over.is_set():
            sid, body, customer = self.text()
            self.bring(sid, body, customer)

    def bring(self, sid, body, customer):
        with self.lock:
            self.offered.add((sid, body))
        for attempt in range(1 + RETRIES):
            if attempt:
                time.sleep(PAUSE)
            if self.offer(sid, body, customer):
                with self.lock:
                    self.acknowledged[(sid, body)] += 1
                return

    def offer(self, sid, body, customer):
        """Whether it was answered with a 2xx."""
        fields = {
            "ToCountry": "JP", "SmsMessageSid": sid, "NumMedia": "0", "SmsSid": sid,
            "SmsStatus": "received", "Body": body, "FromCountry": "JP", "To": OURS,
            "NumSegments": "1", "MessageSid": sid, "AccountSid": ACCOUNT,
            "From": "+81901234%04d" % customer, "ApiVersion": "2010-04-01",
        }
        url = self.house.inbound_url
        headers = {
            "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
            "x-twilio-signature": self.pen.compute_signature(url, fields),
        }
        with self.lock:
            self.requests += 1
        line = http.client.HTTPConnection("127.0.0.1", self.house.port, timeout=TIMEOUT)
        try:
            line.request("POST", urlsplit(url).path, urlencode(fields), headers)
            answer = line.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()
        if answer.status not in (200, 503):
            with self.lock:
                self.wrong.append("%s: %d" % (sid, answer.status))
        return 200 <= answer.status < 300


def torment(house, rng, minutes):
    """Kills it at random moments for so long; how often."""
    end, kills = time.monotonic() + minutes * 60, 0
    while time.monotonic() < end:
        if rng.random() < 0.8:
            house.wait_until_ready()
        # Some die in the middle of their start.
        time.sleep(rng.random() * rng.choice([0.1, 1.0, 3.0]))
        house.kill()
        kills += 1
        house.start()
    return kills


def differences(twilio, received):
    """What the books and the API do not agree on."""
    found = list(twilio.wrong)
    for text in twilio.acknowledged:
        if received[text] != 1:
            found.append("acknowledged once, there %d times: %s %s" % (received[text], *text))
    for text, times in received.items():
        if text not in twilio.offered:
            found.append("there, and never offered: %s %s" % text)
        elif text not in twilio.acknowledged and times > 1:
            found.append("never acknowledged, there %d times: %s %s" % (times, *text))
    bodies = collections.Counter()
    for (_, body), times in received.items():
        bodies[body] += times
    found += ["shown %d times: %s" % (n, body) for body, n in bodies.items() if n > 1]
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("henji")
    parser.add_argument("--minutes", type=float, default=2)
    parser.add_argument("--control", choices=["lost", "doubled"])
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    asked = parser.parse_args()
    rng = random.Random(asked.seed)
    with tempfile.TemporaryDirectory(prefix="henji-stranger.") as folder:
        house = House(asked.henji, folder)
        twilio = Twilio(house, rng)
        try:
            house.start()
            threads = [threading.Thread(target=twilio.work) for _ in range(THREADS)]
            for thread in threads:
                thread.start()
            kills = torment(house, rng, asked.minutes)
            house.wait_until_ready()
            twilio.over.set()
            for thread in threads:
                thread.join()
            if asked.control == "lost":
                twilio.acknowledged[twilio.text()[:2]] += 1
            if asked.control == "doubled":
                sid, body = next(iter(twilio.acknowledged))
                twilio.bring("SM" + "0" * 32, body, 0)
            found = differences(twilio, house.received())
        finally:
            twilio.over.set()
            house.kill()
    print("%d kills in %.1f minutes (seed %d): %d texts offered in %d requests, %d acknowledged; "
          "%d differences" % (kills, asked.minutes, asked.seed, len(twilio.offered),
                              twilio.requests, len(twilio.acknowledged), len(found)))
    print("\n".join(found[:50]))
    sys.exit(1 if found else 0)


main()
