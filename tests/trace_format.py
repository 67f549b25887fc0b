"""Is it a trace by the rules of the Trace Event Format? The JSON object form: "Trace Event Format", Google, sections "JSON Object
Format", "Duration Events", "Complete Events", "Counter Events", "Metadata Events"."""
from harness import expect

KEYS = {"M": {"ph", "name", "pid", "args"}, "B": {"ph", "name", "pid", "tid", "ts", "cat"}, "E": {"ph", "name", "pid", "tid", "ts"},
        "X": {"ph", "name", "pid", "tid", "ts", "dur", "cat", "args"}, "C": {"ph", "name", "pid", "ts", "args"}}


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


class Thread:
    """The slices of one thread, in the order of its events."""

    def __init__(self):
        self.now, self.open = 0.0, []

    def take(self, event):
        expect(f"time goes on: {event}", event["ts"] >= self.now, True)
        self.now = event["ts"]
        if event["ph"] == "B":
            self.open.append(event)
        elif event["ph"] == "E":
            expect(f"ends what is open: {event}", self.open and self.open.pop()["name"], event["name"])


def check(trace):
    """The events of a whole trace, after a look at each of them."""
    expect("keys", trace.keys() >= {"traceEvents"}, True)
    expect("displayTimeUnit", trace.get("displayTimeUnit", "ms") in ("ms", "ns"), True)
    threads, counters = {}, {}
    for event in trace["traceEvents"]:
        phase = event["ph"]
        expect(f"a known event with all it needs: {event}", event.keys() >= KEYS.get(phase, {"?"}), True)
        expect(f"types: {event}", isinstance(event["name"], str) and isinstance(event["pid"], int), True)
        if phase == "M":
            expect(f"metadata: {event}", event["name"] in ("process_name", "thread_name"), True)
            expect(f"a name: {event}", isinstance(event["args"]["name"], str), True)
            continue
        expect(f"time: {event}", is_number(event["ts"]) and event["ts"] >= 0, True)
        if phase == "C":
            expect(f"a counter's values are numbers: {event}", event["args"] and all(map(is_number, event["args"].values())), True)
            before = counters.get((event["pid"], event["name"]), 0)
            expect(f"a counter goes on: {event}", event["ts"] >= before, True)
            counters[event["pid"], event["name"]] = event["ts"]
            continue
        if phase == "X":
            expect(f"duration: {event}", is_number(event["dur"]) and event["dur"] >= 0, True)
        threads.setdefault((event["pid"], event["tid"]), Thread()).take(event)
    for key, thread in threads.items():
        expect(f"{key}: all slices end", thread.open, [])
    return trace["traceEvents"]


def slices(events):
    """[(names of the slices it is in, event)] of the calls."""
    found, open_ = [], {}
    for event in events:
        stack = open_.setdefault((event["pid"], event.get("tid")), [])
        if event["ph"] == "B":
            stack.append(event["name"])
        elif event["ph"] == "E":
            stack.pop()
        elif event["ph"] == "X":
            found.append((tuple(stack), event))
    return found
