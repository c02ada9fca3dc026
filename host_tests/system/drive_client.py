# Runs in MicroPython: a client on its own thread against the broker at a port, while the main
# thread ticks. Prints one JSON line: what each operation took and gave, what was delivered, the
# longest gap between two ticks, and of each time how much the thread only waited for a processor.
#
#   micropython drive_client.py FIRMWARE UMQTT PORT PLAN
#
# PLAN: JSON {"tls": bool, "limit_ms": n, "keepalive_s": n, "runs": n,
#             "each": bool (tell every step of every run),
#             "steps": [["open"], ["follow", topic or its length], ["send", topic, text, qos],
#                       ["count from", packet identifier], ["serve", ms]]}

import json
import sys

firmware, umqtt, port, plan = sys.argv[1:5]
sys.path[:0] = [firmware, umqtt]

import _thread  # noqa: E402
import gc  # noqa: E402
import os  # noqa: E402
import socket  # noqa: E402
import time  # noqa: E402

from heater.link import client, wire  # noqa: E402

plan = json.loads(plan)
limit_ms = plan.get("limit_ms", 1000)
done = []
delivered = []
state = {"alive": True, "strays": 0}
context = None
if plan.get("tls"):
    import tls

    context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
    context.verify_mode = tls.CERT_NONE

client.Client.operation_ms = limit_ms
client.Client.packet_ms = limit_ms


def dial():
    return wire.dial(socket, "127.0.0.1", int(port), context, limit_ms)


def deliver(topic, payload):
    if len(delivered) < 1000:
        delivered.append([str(topic, "utf-8"), str(payload, "utf-8")])
    state["count"] = state.get("count", 0) + 1


def serve(session, ms):
    start = time.ticks_ms()
    while time.ticks_diff(time.ticks_ms(), start) < ms:
        session.serve(50)


def step(session, what):
    if what[0] == "open":
        session.open()
    elif what[0] == "follow":
        session.follow("t" * what[1] if type(what[1]) is int else what[1])
    elif what[0] == "send":
        session.send(what[1], what[2].encode(), False, what[3])
    elif what[0] == "count from":
        session.pid = what[1]
    elif what[0] == "serve":
        serve(session, what[1])


def waited_ms():
    # How long this thread has been ready to run while the machine ran others, since it began;
    # nothing where the kernel does not keep count. The second number is nanoseconds.
    try:
        with open("/proc/thread-self/schedstat") as file:
            return int(file.read().split()[1]) // 1_000_000
    except OSError:
        return 0


def one_run():
    session = client.Client("dev", dial, deliver, None, None, plan.get("keepalive_s", 60))
    for what in plan["steps"]:
        waited = waited_ms()
        start = time.ticks_ms()
        try:
            step(session, what)
            result = "ok"
        except Exception as error:
            result = type(error).__name__
            if type(error) is OSError:
                result += " " + str(error.args[0])
        took = time.ticks_diff(time.ticks_ms(), start)
        done.append([what[0], took, result, waited_ms() - waited])
        if result != "ok":
            break
    state["strays"] += session.strays
    session.drop()


def body():
    heap = None
    for number in range(plan.get("runs", 1)):
        one_run()
        if plan.get("runs", 1) > 1 and not plan.get("each"):
            last = done.pop()
            done.clear()
            done.append(last)
            if number == 50:
                heap = measure()
    if heap is not None:
        state["growth"] = [measure()[i] - heap[i] for i in (0, 1)]
    state["alive"] = False


def measure():
    gc.collect()
    return gc.mem_alloc(), len(list(os.ilistdir("/proc/self/fd")))


_thread.start_new_thread(body, ())
gap = own_gap = 0
last = time.ticks_ms()
waited = waited_ms()
while state["alive"]:
    time.sleep_ms(20)
    now = time.ticks_ms()
    waited_now = waited_ms()
    took = time.ticks_diff(now, last)
    gap = max(gap, took)
    own_gap = max(own_gap, took - (waited_now - waited))
    last = now
    waited = waited_now
state.update({"done": done, "delivered": delivered, "gap_ms": gap, "own_gap_ms": own_gap})
print(json.dumps(state))
