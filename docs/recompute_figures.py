#!/usr/bin/env python3
"""Computes the figures of `sigap report` again, out of nothing but an exported log, with the Python standard library.

Usage: python3 recompute_figures.py EXPORT RULES FROM TO [ZONE_MINUTES]
       python3 recompute_figures.py EXPORT RULES --periods FILE [ZONE_MINUTES]

EXPORT is written by `sigap export`, RULES is the JSON of the rules with the objectives, FROM and TO are times
(RFC 3339) or days (YYYY-MM-DD, TO included); a FILE has a line `FROM TO` for each period. Prints one line of JSON for
each: `total` and `rhythm` of what `sigap report --export EXPORT --from FROM --to TO` prints. It was written from docs/metrics.md and
docs/log-format.md and shares no code with the program. It does not verify the log: `verify_export.py` and `sigap verify`
do.
"""
import json
import sys
from datetime import datetime, timedelta, timezone

STATES = ["sent", "delivered", "acknowledged", "en_route", "on_scene", "working", "under_control", "completed",
          "declined", "cancelled"]
STAMPED = {"en_route": "en_route_at", "on_scene": "on_scene_at", "working": "working_at",
           "under_control": "under_control_at", "completed": "completed_at"}
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def micros(text):
    """Microseconds since 1970 of an RFC 3339 time in UTC."""
    if text is None:
        return None
    at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (at - EPOCH) // timedelta(microseconds=1)


# ---- replaying the events -------------------------------------------------------------------------------------------

class Log:
    def __init__(self):
        self.calls, self.incidents = {}, {}

    def read(self, path):
        with open(path, encoding="utf-8") as lines:
            next(lines)
            for line in lines:
                entry = json.loads(line)
                if entry["type"] != "entry" or "body" not in entry:
                    continue
                kind, _, name = entry["stream"].partition(":")
                if kind == "call":
                    self.call(name, entry["body"])
                elif kind == "incident":
                    self.incident(name, entry["body"], micros(entry["at"]))

    def call(self, name, body):
        what = body.get("fact") or body["kind"]
        if what == "arrived" and name not in self.calls:
            self.calls[name] = {
                "id": name, "arrived": micros(body["at"]), "counts": not body["test"] and "direction" not in body,
                "has_number": body["caller"] is not None, "answered": None, "by": None, "ended": None, "reason": None,
                "disposition": None, "incident": None, "duty": None}
            return
        call = self.calls.get(name)
        if call is None:
            return
        if what == "answered" and call["answered"] is None and call["ended"] is None:
            call["answered"], call["by"] = micros(body["at"]), body["by"]
        elif what == "ended" and call["ended"] is None:
            call["ended"], call["reason"] = micros(body["at"]), body["reason"]
        elif what == "disposed":
            call["disposition"], call["incident"] = body["disposition"]["kind"], body["incident"]
        elif what == "disposition_withdrawn":
            call["disposition"] = call["incident"] = None
        elif what == "call_back_due":
            call["duty"] = {"tried": [], "settled": False, "open": True}
        elif call["duty"] is not None and what == "call_back_attempted":
            call["duty"]["tried"].append((micros(body["attempt"]["at"]), body["attempt"]["outcome"]))
            call["duty"]["open"] = call["duty"]["open"] and body["due_at"] is not None
        elif call["duty"] is not None and what == "call_back_settled":
            call["duty"]["settled"], call["duty"]["open"] = True, False

    def incident(self, name, body, at):
        what = body["kind"]
        if what == "opened":
            if name not in self.incidents:
                report = body["report"]
                self.incidents[name] = {
                    "id": name, "opened": at, "by": body["by"], "category": report["category"],
                    "priority": report["priority"], "area": report["location"]["area_code"],
                    "located": at if enough(report["location"]) else None,
                    "calls": [report["call"]] if report["call"] else [], "assignments": [], "ending": None,
                    "absorbed": [], "paper": None}
            return
        one = self.incidents.get(name)
        if one is None:
            return
        if what == "edited":
            edit = body["edit"]
            one["category"] = edit["category"] or one["category"]
            one["priority"] = edit["priority"] or one["priority"]
            if edit["location"] is not None:
                one["area"] = edit["location"]["area_code"]
                if enough(edit["location"]) and one["located"] is None:
                    one["located"] = at
        elif what == "priority_raised":
            one["priority"] = body["to"]
        elif what == "origin_hastened":
            one["priority"] = body.get("priority") or one["priority"]
        elif what == "paper_entered":
            one["paper"] = body["paper"]
        elif what in ("assigned", "taken_over"):
            one["assignments"].append(assignment(body["assignment"]))
        elif what in ("closed", "cancelled", "merged"):
            one["ending"] = (what, at)
        elif what == "reopened":
            one["ending"] = None
        elif what == "call_attached":
            attach(one, [body["call"]])
            keep(one, body["call"])
        elif what == "call_detached":
            one["calls"] = [call for call in one["calls"] if call != body["call"]]
            keep(one, body["call"])
        elif what == "absorbed":
            attach(one, body["calls"])
            if body.get("number"):
                one["absorbed"].append([body["from"], list(body["calls"])])
        elif what == "released":
            for place, (source, calls) in enumerate(one["absorbed"]):
                if source == body["incident"]:
                    one["calls"] = [call for call in one["calls"] if call not in calls]
                    del one["absorbed"][place]
                    break
        elif what == "unmerged":
            one["ending"], one["calls"] = None, list(body["calls"])
            back = {given["id"]: given for given in body["assignments"]}
            one["assignments"] = [assignment(back[own["id"]]) if own["id"] in back else own
                                  for own in one["assignments"]]
        elif what == "escalated":
            if body["cause"]["cause"] == "not_acknowledged":
                for own in of(one, body["cause"]["assignment"]):
                    own["raised"] += 1
        elif "assignment" in body:
            for own in of(one, body["assignment"]):
                step(own, what, body, at)


def of(incident, name):
    return [own for own in incident["assignments"] if own["id"] == name][:1]


def enough(location):
    return location["area_code"] is not None or location["outside"]


def attach(one, calls):
    for call in calls:
        if call not in one["calls"] and len(one["calls"]) < 2000:
            one["calls"].append(call)


def keep(one, call):
    for absorbed in one["absorbed"]:
        absorbed[1] = [other for other in absorbed[1] if other != call]


def assignment(given):
    """An assignment as an event carries it: new, or as far as it has come elsewhere."""
    acknowledged = given["acknowledged"]
    own = {"id": given["id"], "agency": given["agency"], "code": given["code"], "role": given["role"],
           "state": given["progress"]["state"], "raised": len(given["raised"]), "sent_at": micros(given["sent_at"]),
           "delivered_at": micros(given["delivered_at"]),
           "acknowledged_at": micros(acknowledged[0]) if acknowledged else None,
           "relayed": [(one["state"], one["source"], micros(one["at"]), micros(one.get("pressed_at")))
                       for one in given.get("relayed", [])]}
    for name in STAMPED.values():
        own[name] = micros(given[name])
    return own


def step(own, what, body, at):
    source = body.get("source", "console")
    heard = source != "console"
    if what == "delivered":
        deliver(own, at)
    elif what == "channel_tried" and body["delivered"]:
        deliver(own, at)
    elif what == "acknowledged":
        own["state"], own["acknowledged_at"] = "acknowledged", at
        own["delivered_at"] = at if own["delivered_at"] is None else own["delivered_at"]
    elif what == "declined":
        own["state"] = "declined"
    elif what == "progressed" and body["to"] in STAMPED:
        own["state"], own[STAMPED[body["to"]]] = body["to"], at
    elif what == "assignment_cancelled":
        own["state"] = "cancelled"
    elif what == "step_taken_back":
        to = body["to"]
        if STATES.index("acknowledged") <= STATES.index(to) <= STATES.index("under_control"):
            for state, name in STAMPED.items():
                if STATES.index(state) > STATES.index(to):
                    own[name] = None
            own["relayed"] = [one for one in own["relayed"] if STATES.index(one[0]) <= STATES.index(to)]
            own["state"] = to
    if heard and what in ("acknowledged", "declined", "progressed"):
        own["relayed"].append((own["state"], source, at, micros(body.get("pressed_at"))))


def deliver(own, at):
    if own["delivered_at"] is None:
        own["delivered_at"] = at
    if own["state"] == "sent":
        own["state"] = "delivered"


# ---- time stamps: (when, whether a person wrote it down later) ------------------------------------------------------

def measured(at):
    return None if at is None else (at, False)


def stamp(own, state):
    for one_state, source, _, pressed in own["relayed"]:
        if one_state == state and source == "paper":
            return None if pressed is None else (pressed, True)
    if state == "delivered":
        first = [source for one_state, source, _, _ in own["relayed"] if one_state == "acknowledged"][:1]
        return None if first == ["paper"] else measured(own["delivered_at"])
    return measured(own[state + "_at"])


def received(one):
    if one["paper"] is not None:
        return micros(one["paper"]["received_at"]), True
    return one["opened"], False


def ended(one):
    if one["ending"] is None:
        return None
    at, paper = one["ending"][1], one["paper"]
    if paper is None or paper["end"] is None or at != one["opened"]:
        return at, False
    written = micros(paper["end"]["at"])
    if written is None:
        written = max([micros(paper["received_at"])] + [
            micros(at) for task in paper["tasks"] for name, at in task.items() if name.endswith("_at") and at])
    return written, True


# ---- figures ---------------------------------------------------------------------------------------------------------

INTERVALS = [("answer", "T0", "T1"), ("locate", "T1", "T2"), ("classify", "T1", "T3"), ("processing", "T1", "T4"),
             ("deliver", "T4", "T4d"), ("acknowledge", "T4", "T5"), ("turnout", "T5", "T6"), ("travel", "T6", "T7"),
             ("set_up", "T7", "T7a"), ("on_scene", "T0", "T7"), ("response", "T0", "T7a"), ("close", "T0", "T10"),
             ("call_back", "T0x", "call_back")]


def seconds(value):
    return None if value is None else value / 1e6


def share(part, whole):
    return part / whole if whole else None


def nearest_rank(values, percent):
    return values[max(-(-len(values) * percent // 100), 1) - 1] if values else None


def mean(values):
    n = len(values)
    return (2 * sum(values) + n) // (2 * n) if n else None


def outcome(call):
    if call["answered"] is not None:
        return "answered"
    if call["ended"] is None:
        return "waiting"
    if call["reason"] in ("overloaded", "unreadable"):
        return "unreached"
    if call["reason"] == "diverted" or call["disposition"] == "diverted":
        return "diverted"
    return "abandoned"


def waited(call):
    return call["ended"] - call["arrived"]


def is_owed(call):
    return outcome(call) == "abandoned" and call["has_number"] and waited(call) > 5_000_000


def needs_agencies(one):
    over = one["ending"] is not None and one["ending"][0] in ("cancelled", "merged")
    return not over and one["priority"] != "P0"


class Period:
    def __init__(self, log, begin, end):
        within = lambda at: begin <= at < end
        self.log = log
        self.calls = [call for call in log.calls.values() if call["counts"] and within(call["arrived"])]
        self.incidents = [one for one in log.incidents.values() if within(received(one)[0])]

    def priority_of(self, call):
        one = self.log.incidents.get(call["incident"])
        return one and one["priority"]

    def first(self, one):
        call = self.log.calls.get(one["calls"][0]) if one["calls"] else None
        if call is None:
            return received(one), None
        return (call["arrived"], False), measured(call["answered"])

    def spans(self, interval, priority=None, function=None):
        """Every case: its begin, its end, and whether the end is an earlier stage's."""
        if interval in ("answer", "call_back"):
            for call in self.calls:
                if priority and self.priority_of(call) != priority:
                    continue
                if interval == "answer" and outcome(call) == "answered":
                    yield (call["arrived"], False), (call["answered"], False), False
                if interval == "call_back" and is_owed(call) and not (call["duty"] and call["duty"]["settled"]):
                    tried = [at for at, result in (call["duty"] or {"tried": []})["tried"] if result != "not_needed"]
                    yield (call["ended"], False), measured(tried[0] if tried else None), False
            return
        for one in self.incidents:
            asked = [own for own in one["assignments"]
                     if own["role"] != "notify" and (function is None or own["code"] == function)]
            if not needs_agencies(one) or (priority and one["priority"] != priority) or (function and not asked):
                continue
            (t0, t1), on_paper = self.first(one), one["paper"] is not None
            first = lambda stamps: min((at for at in stamps if at), key=lambda at: at[0], default=None)
            if interval == "locate":
                yield t1, None if on_paper else measured(one["located"]), False
            elif interval == "classify":
                yield t1, None if on_paper else (one["opened"], False), False
            elif interval == "processing":
                yield t1, first(stamp(own, "sent") for own in asked), False
            elif interval == "on_scene":
                yield t0, first(stamp(own, "on_scene") for own in asked), False
            elif interval == "response":
                acted = [(stamp(own, "working") or stamp(own, "on_scene"), not stamp(own, "working")) for own in asked]
                acted = min((one for one in acted if one[0]), key=lambda one: one[0][0], default=(None, False))
                yield t0, acted[0], acted[1]
            elif interval == "close":
                if one["ending"] is not None and one["ending"][0] == "closed":
                    yield t0, ended(one), False
            else:
                begin, end = {"deliver": ("sent", "delivered"), "acknowledge": ("sent", "acknowledged"),
                              "turnout": ("acknowledged", "en_route"), "travel": ("en_route", "on_scene"),
                              "set_up": ("on_scene", "working")}[interval]
                for own in asked:
                    if own["state"] in ("declined", "cancelled"):
                        continue
                    if begin == "sent" or stamp(own, begin):
                        yield stamp(own, begin), stamp(own, end), False

    def measure(self, interval, priority=None, function=None):
        values, counts = [], {"of": 0, "manual": 0, "stood_in": 0, "out_of_order": 0}
        for begin, end, stood_in in self.spans(interval, priority, function):
            counts["of"] += 1
            if begin is None or end is None:
                continue
            if end[0] < begin[0]:
                counts["out_of_order"] += 1
                continue
            values.append(end[0] - begin[0])
            counts["manual"] += begin[1] or end[1]
            counts["stood_in"] += stood_in
        return sorted(values), counts

    def interval(self, name, begin, end, objectives):
        values, counts = self.measure(name)
        return {"interval": name, "from": begin, "to": end, "of": counts["of"], "n": len(values),
                "coverage": share(len(values), counts["of"]), "mean_s": seconds(mean(values)),
                **{f"p{percent}_s": seconds(nearest_rank(values, percent)) for percent in (50, 90, 95)},
                "max_s": seconds(values[-1] if values else None), "manual": counts["manual"],
                "stood_in": counts["stood_in"], "out_of_order": counts["out_of_order"],
                "targets": [self.target(one) for one in objectives if one["interval"] == name]}

    def target(self, one):
        priority, function = one.get("priority"), one.get("function")
        values, _ = self.measure(one["interval"], priority, function)
        percent = one["measure"]["percent_within"] if isinstance(one["measure"], dict) else None
        limit, n, average = one["within"] * 1_000_000, len(values), mean(values)
        within = sum(value <= limit for value in values)
        met = None if not n else average <= limit if percent is None else within * 100 >= percent * n
        return {"priority": priority, "function": function, "percent": percent, "within_s": one["within"],
                "source": one["source"], "n": n, "within": within, "share": share(within, n),
                "mean_s": seconds(average), "met": met}

    def service_level(self, limit_s):
        limit = limit_s * 1_000_000
        answered = [call["answered"] - call["arrived"] for call in self.calls if call["answered"] is not None]
        quick = sum(value <= limit for value in answered)
        gone = sum(outcome(call) == "abandoned" and waited(call) <= limit for call in self.calls)
        offered = len(self.calls) - gone
        return {"within_s": limit_s, "answered_within": quick, "of_answered": share(quick, len(answered)),
                "answered": len(answered), "of_offered": share(quick, offered), "offered": offered}

    def call_backs(self):
        found = {"owed": 0, "reached": 0, "called_again": 0, "given_up": 0, "open": 0}
        for call in filter(is_owed, self.calls):
            duty = call["duty"]
            found["owed"] += 1
            if duty and any(result == "reached" for _, result in duty["tried"]):
                found["reached"] += 1
            elif duty and duty["settled"]:
                found["called_again"] += 1
            else:
                found["open" if duty and duty["open"] else "given_up"] += 1
        return found

    def figures(self, objectives):
        count = lambda values: {name: values.count(name) for name in sorted(set(values))}
        outcomes = count([outcome(call) for call in self.calls])
        gone = [waited(call) for call in self.calls if outcome(call) == "abandoned"]
        band = lambda low, high: sum(low <= value < high for value in gone)
        needed = [one for one in self.incidents if needs_agencies(one)]
        asked = [[own for own in one["assignments"] if own["role"] != "notify"] for one in needed]
        any_of = lambda state: sum(any(stamp(own, state) for own in some) for some in asked)
        every = [own for some in asked for own in some]
        how = [one["ending"] and one["ending"][0] for one in self.incidents]
        limits = sorted({10, 15, 20} | {one["within"] for one in objectives if one["interval"] == "answer"})
        return {
            "calls": {
                "offered": len(self.calls), **{name: outcomes.get(name, 0) for name in (
                    "answered", "abandoned", "diverted", "unreached", "waiting")},
                "abandoned_after": {"under_5s": band(-10**18, 5_000_000), "from_5s": band(5_000_000, 10_000_000),
                                    "from_10s": band(10_000_000, 30_000_000), "from_30s": band(30_000_000, 10**18)},
                "dispositions": count([call["disposition"] for call in self.calls if call["disposition"]])},
            "service_levels": [self.service_level(limit) for limit in limits],
            "call_backs": self.call_backs(),
            "incidents": {
                "opened": len(self.incidents), "cancelled": how.count("cancelled"), "merged": how.count("merged"),
                "no_emergency": sum(one["priority"] == "P0" and end not in ("cancelled", "merged")
                                    for one, end in zip(self.incidents, how)),
                "by_priority": count([one["priority"] for one in needed]), "dispatched": any_of("sent"),
                "acknowledged": any_of("acknowledged"), "on_scene": any_of("on_scene"),
                "closed": sum(one["ending"] is not None for one in needed)},
            "assignments": {
                "sent": len(every), "acknowledged": sum(stamp(own, "acknowledged") is not None for own in every),
                "declined": sum(own["state"] == "declined" for own in every),
                "cancelled": sum(own["state"] == "cancelled" for own in every),
                "escalated": sum(own["raised"] > 0 for own in every)},
            "intervals": [self.interval(*interval, objectives) for interval in INTERVALS]}

    def rhythm(self, zone):
        week, days = [[0] * 24 for _ in range(7)], {}
        local = lambda at: EPOCH + timedelta(microseconds=at, minutes=zone)
        for call in self.calls:
            at = local(call["arrived"])
            week[at.weekday()][at.hour] += 1
            days.setdefault(at.date().isoformat(), [0, 0])[0] += 1
        for one in self.incidents:
            days.setdefault(local(received(one)[0]).date().isoformat(), [0, 0])[1] += 1
        return {"week": week, "days": [
            {"day": day, "calls": calls, "incidents": incidents}
            for day, (calls, incidents) in sorted(days.items())]}


def moment(text, zone, is_end):
    if len(text) > 10:
        return micros(text)
    day = datetime.fromisoformat(text).replace(tzinfo=timezone(timedelta(minutes=zone)))
    return (day + timedelta(days=1 if is_end else 0) - EPOCH) // timedelta(microseconds=1)


def main(arguments):
    export, rules, *rest = arguments
    if rest[0] == "--periods":
        with open(rest[1], encoding="utf-8") as lines:
            periods = [line.split() for line in lines if line.strip()]
    else:
        periods = [rest[:2]]
    zone = int(rest[2]) if len(rest) > 2 else 420
    with open(rules, encoding="utf-8") as text:
        objectives = json.load(text)["objectives"]
    log = Log()
    log.read(export)
    for begin, end in periods:
        period = Period(log, moment(begin, zone, False), moment(end, zone, True))
        print(json.dumps({**period.figures(objectives), "rhythm": period.rhythm(zone)}))


if __name__ == "__main__":
    main(sys.argv[1:])
