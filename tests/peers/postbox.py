"""A server that takes mails (aiosmtpd), fails on demand, and reads back what it took.

Prints {"port": N}, then one JSON object a line: each mail as Python's own email
library understands it, and each fault as it was met. A line on standard input
names the fault that the next mail meets, once, or as often as a number after it says;
it is answered with {"armed": …}, after every connection that is still open has been
closed. A server that hangs (`…_hang`) says nothing from there on, and lives.
"""

import asyncio
import email
import email.policy
import json
import sys

from aiosmtpd.smtp import SMTP

# What the server says where a fault only says something.
SAID = {
    "banner_421": b"421 come back later",
    "banner_554": b"554 no mail is taken here",
    "banner_garbage": b"hello?",
    "ehlo_421": "421 come back later",
    "ehlo_502": "502 not known",
    "mail_421": "421 come back later",
    "mail_451": "451 try again",
    "mail_550": "550 not from you",
    "rcpt_450": "450 mailbox busy",
    "rcpt_452": "452 no room",
    "rcpt_550": "550 no such mailbox",
    "data_421": "421 come back later",
    "data_451": "451 try again",
    "data_554": "554 not that",
    "dot_451": "451 try again",
    "dot_552": "552 too large",
}

armed = None
times = 0
connections = set()


def tell(**words):
    print(json.dumps(words, ensure_ascii=False), flush=True)


def met(stage):
    """The armed fault, if it is one of this stage."""
    global times
    if times == 0 or armed.split("_")[0] != stage:
        return None
    times -= 1
    tell(met=armed)
    return armed


async def hang():
    await asyncio.Event().wait()


def part(message, kind):
    body = message.get_body(preferencelist=(kind,))
    return body.get_content() if body else None


def taken(envelope):
    message = email.message_from_bytes(envelope.content, policy=email.policy.default)
    to = message["To"].addresses[0] if message["To"] else None
    tell(
        mail=message["Message-ID"],
        recipients=envelope.rcpt_tos,
        subject=message["Subject"],
        name=to and to.display_name,
        address=to and to.addr_spec,
        headers={name: message.get_all(name) for name in message},
        plain=part(message, "plain"),
        html=part(message, "html"),
        defects=[str(defect) for defect in message.defects],
    )


class Handler:
    async def handle_DATA(self, server, session, envelope):
        fault = met("dot")
        if fault in SAID:
            return SAID[fault]
        if fault == "dot_hang":
            await hang()
        if fault != "dot_close":
            taken(envelope)
        if fault in ("dot_close", "dot_taken"):
            server.transport.abort()
        return "250 taken"


class Postbox(SMTP):
    def connection_made(self, transport):
        fault = met("banner")
        if fault is None:
            connections.add(transport)
            return super().connection_made(transport)
        self.refused = True
        if fault == "banner_hang":
            connections.add(transport)
        elif fault in SAID:
            transport.write(SAID[fault] + b"\r\n")
            transport.close()
        else:
            transport.abort()

    def connection_lost(self, error):
        if not getattr(self, "refused", False):
            connections.discard(self.transport)
            super().connection_lost(error)

    def data_received(self, data):
        if not getattr(self, "refused", False):
            super().data_received(data)

    def eof_received(self):
        return False if getattr(self, "refused", False) else super().eof_received()

    async def faulty(self, stage, go_on, arg):
        fault = met(stage)
        if fault is None:
            await go_on(arg)
        elif fault.endswith("_hang"):
            await hang()
        elif fault in SAID:
            await self.push(SAID[fault])
            if SAID[fault].startswith("421"):
                self.transport.close()
        else:
            self.transport.abort()

    async def smtp_EHLO(self, arg):
        await self.faulty("ehlo", super().smtp_EHLO, arg)

    async def smtp_MAIL(self, arg):
        await self.faulty("mail", super().smtp_MAIL, arg)

    async def smtp_RCPT(self, arg):
        await self.faulty("rcpt", super().smtp_RCPT, arg)

    async def smtp_DATA(self, arg):
        if fault := met("body"):
            await self.push("354 go on")
            await self._reader.readline()
            if fault == "body_hang":
                await hang()
            self.transport.abort()
            return
        await self.faulty("data", super().smtp_DATA, arg)


async def listen():
    global armed, times
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Postbox(Handler(), hostname="postbox"), "127.0.0.1", 0)
    tell(port=server.sockets[0].getsockname()[1])
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := (await lines.readline()).decode().strip():
        for transport in list(connections):
            transport.abort()
        armed, _, often = line.partition(" ")
        times = 0 if armed == "none" else int(often or 1)
        tell(armed=line)


asyncio.run(listen())
