"""Calendars as the libraries of others read and write them: icalendar and dateutil.

`read`: stdin {"texts": [iCalendar…]}; stdout one JSON line a text, with what was understood
of it. Zones are read by the descriptions that the text brings, never by their names.

`write SEED COUNT`: stdout one JSON line a calendar, {"ics", "zone", "from", "to", "spans"}:
what its owner, who is in `zone`, should be found to be busy with.
"""

import json
import random
import sys
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from dateutil import rrule
from icalendar import Calendar, Event, Timezone, vDDDLists, vPeriod, vRecur

UTC = timezone.utc
ZONES = ["Asia/Tokyo", "Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Kolkata"]
WINDOWS = {"Asia/Tokyo": "Tokyo Standard Time", "Europe/Berlin": "W. Europe Standard Time",
           "America/New_York": "Eastern Standard Time", "Australia/Sydney": "AUS Eastern Standard Time",
           "Asia/Kolkata": "India Standard Time"}
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


def stamp(moment):
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# --- read ---------------------------------------------------------------------

def understood(text):
    # Its name is taken from each zone, so that only its rules can tell.
    text = text.replace("TZID=", "TZID=As-told/").replace("TZID:", "TZID:As-told/")
    calendar = Calendar.from_ical(text)
    events = []
    for event in calendar.walk("VEVENT"):
        people = event.get("ATTENDEE", [])
        people = people if isinstance(people, list) else [people]
        organizer = event.get("ORGANIZER")
        start, end = event["DTSTART"], event["DTEND"]
        events.append({
            "uid": str(event["UID"]),
            "sequence": int(event["SEQUENCE"]),
            "stamp": stamp(event["DTSTAMP"].dt),
            "start": stamp(start.dt),
            "end": stamp(end.dt),
            "local": start.dt.strftime("%Y-%m-%d %H:%M"),
            "zone": start.params.get("TZID", "").removeprefix("As-told/"),
            "summary": str(event.get("SUMMARY", "")),
            "location": str(event.get("LOCATION", "")),
            "description": str(event.get("DESCRIPTION", "")),
            "status": str(event.get("STATUS", "")),
            "organizer": organizer and [str(organizer), organizer.params.get("CN", "")],
            "attendees": [[str(one), one.params.get("CN", "")] for one in people],
        })
    wrong = [str(error) for part in calendar.walk() for error in getattr(part, "errors", [])]
    return {"method": str(calendar.get("METHOD", "")), "name": str(calendar.get("X-WR-CALNAME", "")),
            "events": events, "wrong": wrong}


# --- write --------------------------------------------------------------------

class Owner:
    """Somebody with a calendar of a few events, and when these keep them busy."""

    def __init__(self, dice, number):
        self.dice = dice
        self.zone = dice.choice(ZONES)
        self.begin = datetime(2026, dice.randint(1, 12), dice.randint(1, 28), tzinfo=UTC)
        self.end = self.begin + timedelta(days=dice.randint(1, 120))
        self.calendar = Calendar()
        self.calendar.add("prodid", "-//peer//EN")
        self.calendar.add("version", "2.0")
        self.spans = []
        self.told = {}
        for at in range(dice.randint(1, 4)):
            self.event(f"{number}-{at}@peer.example")

    def json(self):
        for name, zone in self.told.items():
            self.calendar.subcomponents.insert(0, Timezone.from_tzinfo(
                ZoneInfo(zone), name, date(2019, 1, 1), date(2029, 1, 1)))
        return {"ics": self.calendar.to_ical().decode(), "zone": self.zone, "from": stamp(self.begin),
                "to": stamp(self.end), "spans": [[stamp(a), stamp(b)] for a, b in merged(self.spans, self.begin, self.end)]}

    def event(self, uid):
        make = self.whole_days if self.dice.random() < 0.25 else self.times
        make(uid)

    def times(self, uid):
        dice = self.dice
        zone = dice.choice(ZONES)
        name = dice.choice([zone, zone, WINDOWS[zone], f"Kaisha {zone}", None, "UTC"])
        zone = {None: self.zone, "UTC": "UTC"}.get(name, zone)
        if name and name.startswith("Kaisha"):
            self.told[name] = zone
        first = self.begin + timedelta(days=dice.randint(-900, 100))
        start = datetime.combine(first.date(), time(dice.randint(0, 23), dice.choice([0, 15, 30])))
        length = timedelta(minutes=dice.choice([15, 30, 60, 90, 600, 1500]))
        rule = rule_for(dice, start) if dice.random() < 0.75 else None

        def put(component, key, local):
            moment = local.replace(tzinfo=ZoneInfo(zone))
            if name == "UTC":
                component.add(key, moment)
            else:
                component.add(key, local, parameters={"TZID": name} if name else {})

        event = Event()
        event.add("uid", uid)
        put(event, "dtstart", start)
        if dice.random() < 0.5:
            event.add("duration", length)
        else:
            end = moment_of(start, zone) + length
            put(event, "dtend", end.astimezone(ZoneInfo(zone)).replace(tzinfo=None))
        locals_ = {start}
        if rule:
            text, listed = written(dice, rule, start, zone, self.end.astimezone(ZoneInfo(zone)).replace(tzinfo=None) + timedelta(days=2))
            event.add("rrule", vRecur.from_ical(text))
            locals_.update(listed)
        gone, moved = set(), {}
        near = sorted(at for at in locals_ if abs((at - self.begin.replace(tzinfo=None)).days) < 150)
        if near and rule:
            for at in dice.sample(near, min(len(near), dice.randint(0, 3))):
                gone.add(at)
                put(event, "exdate", at)
            for at in dice.sample(near, min(len(near), dice.randint(0, 2))):
                if at not in gone:
                    moved[at] = at + timedelta(minutes=dice.choice([-180, 45, 1440]))
        if dice.random() < 0.2:
            extra = self.begin.replace(tzinfo=None) + timedelta(days=dice.randint(0, 60), hours=dice.randint(0, 23))
            put(event, "rdate", extra)
            locals_.add(extra)
        free = free_somehow(dice, event)
        self.calendar.add_component(event)
        if not free:
            for at in locals_ - gone - set(moved):
                self.busy(moment_of(at, zone), length)
        for at, to in moved.items():
            other = Event()
            other.add("uid", uid)
            put(other, "recurrence-id", at)
            put(other, "dtstart", to)
            other.add("duration", timedelta(minutes=20))
            other.add("sequence", 3)
            if not free_somehow(dice, other):
                self.busy(moment_of(to, zone), timedelta(minutes=20))
            self.calendar.add_component(other)

    def whole_days(self, uid):
        dice = self.dice
        start = (self.begin + timedelta(days=dice.randint(-400, 100))).date()
        count = dice.choice([1, 1, 2, 9])
        event = Event()
        event.add("uid", uid)
        event.add("dtstart", start)
        if count > 1 or dice.random() < 0.5:
            event.add("dtend", start + timedelta(days=count))
        days = {start}
        if dice.random() < 0.5:
            kind = dice.choice(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
            interval = dice.randint(2, 20) if kind == "DAILY" else dice.randint(1, 3)
            event.add("rrule", {"freq": kind, "interval": interval})
            midnight = datetime.combine(start, time())
            listed = rrule.rrule(getattr(rrule, kind), interval=interval, dtstart=midnight,
                                 until=self.end.replace(tzinfo=None) + timedelta(days=2))
            days.update(at.date() for at in listed)
            if dice.random() < 0.5:
                gone = dice.choice(sorted(days))
                event.add("exdate", vDDDLists([gone]), parameters={"VALUE": "DATE"})
                days.discard(gone)
        free = free_somehow(dice, event)
        self.calendar.add_component(event)
        if not free:
            for day in days:
                begin = datetime.combine(day, time())
                self.spans.append((moment_of(begin, self.zone), moment_of(begin + timedelta(days=count), self.zone)))

    def busy(self, begin, length):
        self.spans.append((begin, begin + length))


def moment_of(local, zone):
    return local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def free_somehow(dice, event):
    roll = dice.random()
    if roll < 0.05:
        event.add("status", "CANCELLED")
    elif roll < 0.1:
        event.add("transp", "TRANSPARENT")
    elif roll < 0.2:
        event.add("transp", "OPAQUE")
        event.add("status", "TENTATIVE")
    return roll < 0.1


def rule_for(dice, start):
    kind = dice.choice(["HOURLY", "DAILY", "DAILY", "WEEKLY", "WEEKLY", "WEEKLY", "MONTHLY", "MONTHLY", "YEARLY"])
    rule = {"FREQ": kind, "INTERVAL": dice.choice([1, 1, 1, 2, 3, 5])}
    if kind == "HOURLY":
        rule["INTERVAL"] = dice.choice([5, 6, 7, 36, 100])
    maybe = lambda chance: dice.random() < chance
    some = lambda of, most: sorted(dice.sample(of, dice.randint(1, most)))
    if maybe(0.5):
        # All with a place or none: of FR,2SU dateutil wants what is both, and RFC 5545 either.
        has_place = kind in ("MONTHLY", "YEARLY") and maybe(0.6)
        rule["BYDAY"] = [(dice.choice(["1", "2", "-1", "3", "-4"]) if has_place else "") + day
                         for day in some(DAYS, 3)]
    if kind in ("DAILY", "MONTHLY", "YEARLY") and maybe(0.3):
        rule["BYMONTHDAY"] = some([1, 2, 5, 13, 15, 28, 29, 30, 31, -1, -2, -10], 4)
    if maybe(0.25):
        rule["BYMONTH"] = some(range(1, 13), 6)
    if kind == "YEARLY" and maybe(0.2):
        rule["BYYEARDAY"] = some([1, 60, 100, 200, 366, -1, -100], 3)
    if kind == "YEARLY" and maybe(0.2):
        rule["BYWEEKNO"] = some(range(1, 53), 4)
        rule["BYDAY"] = some(DAYS, 2)
    if kind in ("DAILY", "WEEKLY") and maybe(0.2):
        rule["BYHOUR"] = some(range(0, 24), 3)
        rule["BYMINUTE"] = some([0, 10, 45], 2)
    if kind in ("MONTHLY", "YEARLY") and "BYDAY" in rule and maybe(0.4):
        rule["BYSETPOS"] = some([1, 2, -1, -3], 2)
    if kind == "WEEKLY" and maybe(0.4):
        rule["WKST"] = dice.choice(["SU", "MO", "TH"])
    ends = dice.random()
    if ends < 0.3:
        rule["COUNT"] = dice.randint(1, 60)
    elif ends < 0.6:
        rule["UNTIL"] = start + timedelta(days=dice.randint(0, 900))
    return rule


def written(dice, rule, start, zone, horizon):
    """The rule as a calendar has it, and its times up to the horizon as dateutil has them."""
    own = {key: value for key, value in rule.items() if key != "UNTIL"}
    text = ";".join(f"{key}={','.join(map(str, value)) if isinstance(value, list) else value}" for key, value in own.items())
    listed = rrule.rrulestr(text, dtstart=start)
    until = rule.get("UNTIL")
    if until:
        text += f";UNTIL={moment_of(until, zone).strftime('%Y%m%dT%H%M%SZ')}"
    times = []
    for at in listed:
        if at > horizon or (until and moment_of(at, zone) > moment_of(until, zone)):
            break
        times.append(at)
    return text, times


def merged(spans, begin, end):
    whole = []
    for a, b in sorted((max(a, begin), min(b, end)) for a, b in spans):
        if a >= b:
            continue
        if whole and a <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(b, whole[-1][1]))
        else:
            whole.append((a, b))
    return whole


def main():
    if sys.argv[1] == "read":
        for text in json.load(sys.stdin)["texts"]:
            print(json.dumps(understood(text)))
        return
    seed, count = int(sys.argv[2]), int(sys.argv[3])
    for number in range(count):
        print(json.dumps(Owner(random.Random(f"{seed}-{number}"), number).json()))


main()
