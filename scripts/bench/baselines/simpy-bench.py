"""W1, W2 and W3 in SimPy 3 and 4 (module simpy): generators that yield timeouts and resource requests.

Usage: simpy-bench.py hold|mmc|multi-paxos SIZE OPERATIONS SEED
The workloads are those of hold.cpp, mmc.cpp and multi-paxos.cpp, where they are defined.
"""
import json
import random
import sys
import time

import simpy


def run_hold(pending, operations, exponential):
    env = simpy.Environment()

    def clock():
        while True:
            yield env.timeout(exponential(1.0))

    for _ in range(pending):
        env.process(clock())
    step = env.step
    for _ in range(pending):  # a process begins by an event at time 0, which is not one of the workload's
        step()
    begun = time.perf_counter()
    for _ in range(operations):
        step()
    seconds = time.perf_counter() - begun
    return seconds, pending * env.now / operations


def run_mmc(servers, operations, exponential):
    env = simpy.Environment()
    station = simpy.Resource(env, capacity=servers)
    waited = [0.0]

    def customer():
        arrived = env.now
        with station.request() as turn:
            yield turn
            waited[0] += env.now - arrived
            yield env.timeout(exponential(1.0))

    def source():
        for _ in range(operations):
            yield env.timeout(exponential(0.8 * servers))
            env.process(customer())

    env.process(source())
    begun = time.perf_counter()
    env.run()
    seconds = time.perf_counter() - begun
    return seconds, waited[0] / operations


def run_multi_paxos(nodes, operations, exponential):
    service, link, jitter, rate = 10e-6, 250e-6, 1 / 50e-6, 10000.0
    env = simpy.Environment()
    inboxes = [simpy.Store(env) for _ in range(nodes)]
    came = {}
    acks = {}
    latency = [0.0]
    needed = (nodes - 1) // 2

    def send(kind, sender, receiver, operation):
        message = (kind, sender, operation)
        arrival = env.timeout(link + exponential(jitter))
        arrival.callbacks.append(lambda _: inboxes[receiver].put(message))

    def node(name):
        while True:
            kind, sender, operation = yield inboxes[name].get()
            yield env.timeout(service)
            if kind == "request":
                acks[operation] = 0
                for follower in range(1, nodes):
                    send("accept", 0, follower, operation)
            elif kind == "accept":
                send("ack", name, 0, operation)
            else:
                acks[operation] += 1
                if acks[operation] == needed:
                    latency[0] += env.now - came[operation]
                if acks[operation] == nodes - 1:
                    del acks[operation], came[operation]

    def source():
        for operation in range(operations):
            yield env.timeout(exponential(rate))
            came[operation] = env.now
            inboxes[0].put(("request", 0, operation))

    for name in range(nodes):
        env.process(node(name))
    env.process(source())
    begun = time.perf_counter()
    env.run()
    seconds = time.perf_counter() - begun
    return seconds, latency[0] / operations


def main():
    workload, size, operations, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    run = {"hold": run_hold, "mmc": run_mmc, "multi-paxos": run_multi_paxos}[workload]
    seconds, mean = run(size, operations, random.Random(seed).expovariate)
    print(json.dumps({
        "workload": workload,
        "engine": "SimPy " + simpy.__version__,
        "rate": operations / seconds,
        "mean": mean,
        "operations": operations,
        "seconds": seconds,
    }))


main()
