"""Answers mails as other programs do, and hands the answers over (smtplib).

Reads one JSON object a line from standard input and prints one for each:

{"port", "protocol": "lmtp"|"smtp", "from", "sender", "to", "subject", "text",
 "style": how the text is written, "head": fields above it, as our server puts them,
 "more": fields below, "id": the Message-ID, "times": how often it is handed over}

answers {"codes": [what the other side said each time]}.
"""

import email.policy
import json
import smtplib
import sys
from email.header import Header
from email.message import EmailMessage
from email.mime.text import MIMEText

QUOTE = """
2026年11月22日(日) 14:13 返事 <henji@example.jp>:

> ##- この行より上に返信を書いてください / Write your reply above this line -##
>
> 受付で山田様が2分返信を待っています。
> 会話を開く: https://henji.example.jp/conversations/0192
"""


def written(order):
    """The mail as bytes, in the way the named kind of program writes it."""
    text, style = order["text"], order.get("style", "utf-8")
    quoted = text + "\n" + QUOTE
    if style == "iso-2022-jp":
        message = MIMEText(quoted, "plain", "iso-2022-jp")
    elif style == "base64":
        message = MIMEText(quoted, "plain", "utf-8")
    elif style == "alternative":
        message = EmailMessage()
        message.set_content(quoted, cte="quoted-printable")
        html = f"<div>{text}</div><div class='gmail_quote'><blockquote>x</blockquote></div>"
        message.add_alternative(html, subtype="html")
    elif style == "html":
        message = EmailMessage()
        html = f"<div>{text}</div><div class='gmail_quote'><blockquote>x</blockquote></div>"
        message.set_content(html, subtype="html")
    elif style == "attachment":
        message = EmailMessage()
        message.set_content(quoted)
        message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a.pdf")
    elif style == "below":
        message = MIMEText(QUOTE + "\n" + text, "plain", "utf-8")
    elif style == "bare":
        message = MIMEText(text, "plain", "utf-8")
    else:
        message = EmailMessage()
        message.set_content(quoted, cte="8bit")
    message["Subject"] = Header(order.get("subject", "Re: 返信待ち"), "utf-8").encode()
    message["Date"] = "Sun, 22 Nov 2026 08:00:00 +0900"
    message["To"] = order["to"]
    if order["id"]:
        message["Message-ID"] = order["id"]
    raw = message.as_bytes(policy=email.policy.SMTP)
    top = list(order["head"]) + [f"From: {order['from']}"] + list(order.get("more", []))
    return "".join(line + "\r\n" for line in top).encode() + raw


def hand_over(order):
    client = smtplib.LMTP if order.get("protocol", "lmtp") == "lmtp" else smtplib.SMTP
    with client("127.0.0.1", order["port"], local_hostname="mx.example.jp") as server:
        server.ehlo_or_helo_if_needed()
        codes = [server.mail(order.get("sender", ""))[0], server.rcpt(order["to"])[0]]
        if codes[-1] == 250:
            codes.append(server.data(written(order))[0])
        return codes[-1]


for line in sys.stdin:
    order = json.loads(line)
    codes = [hand_over(order) for _ in range(order.get("times", 1))]
    print(json.dumps({"codes": codes}), flush=True)
