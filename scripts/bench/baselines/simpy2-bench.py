"""W1, W2 and W3 in SimPy 2 (module SimPy, Debian's python3-simpy): processes that hold, request and release.

Usage: simpy2-bench.py hold|mmc|multi-paxos SIZE OPERATIONS SEED
The workloads are those of hold.cpp, mmc.cpp and multi-paxos.cpp, where they are defined.
"""
import json
import random
import sys
import time
from collections import defaultdict

import SimPy
from SimPy.Simulation import Process, Resource, Simulation, hold, release, request


def run_hold(pending, operations, exponential):
    sim = Simulation()

    class Clock(Process):
        def run(self):
            while True:
                yield hold, self, exponential(1.0)

    for _ in range(pending):
        clock = Clock(sim=sim)
        sim.activate(clock, clock.run(), delay=exponential(1.0))
    step = sim.step
    begun = time.perf_counter()
    for _ in range(operations):
        step()
    seconds = time.perf_counter() - begun
    return seconds, pending * sim.now() / operations


def run_mmc(servers, operations, exponential):
    sim = Simulation()
    station = Resource(capacity=servers, sim=sim)
    waited = [0.0]

    class Customer(Process):
        def run(self):
            arrived = sim.now()
            yield request, self, station
            waited[0] += sim.now() - arrived
            yield hold, self, exponential(1.0)
            yield release, self, station

    class Source(Process):
        def run(self):
            for _ in range(operations):
                yield hold, self, exponential(0.8 * servers)
                customer = Customer(sim=sim)
                sim.activate(customer, customer.run())

    source = Source(sim=sim)
    sim.activate(source, source.run())
    begun = time.perf_counter()
    sim.simulate(until=float("inf"))
    seconds = time.perf_counter() - begun
    return seconds, waited[0] / operations


def run_multi_paxos(nodes, operations, exponential):
    service, link, jitter, rate = 10e-6, 250e-6, 1 / 50e-6, 10000.0
    sim = Simulation()
    processors = [Resource(capacity=1, sim=sim) for _ in range(nodes)]
    came = {}
    acks = defaultdict(int)
    latency = [0.0]
    needed = (nodes - 1) // 2

    class Message(Process):
        """One message: on its way, at the receiver's processor, handled."""

        def run(self, kind, sender, receiver, operation):
            if kind != "request":
                yield hold, self, link + exponential(jitter)
            yield request, self, processors[receiver]
            yield hold, self, service
            yield release, self, processors[receiver]
            if kind == "request":
                for follower in range(1, nodes):
                    send("accept", 0, follower, operation)
            elif kind == "accept":
                send("ack", receiver, 0, operation)
            else:
                acks[operation] += 1
                if acks[operation] == needed:
                    latency[0] += sim.now() - came[operation]
                if acks[operation] == nodes - 1:
                    del acks[operation], came[operation]

    def send(kind, sender, receiver, operation):
        message = Message(sim=sim)
        sim.activate(message, message.run(kind, sender, receiver, operation))

    class Source(Process):
        def run(self):
            for operation in range(operations):
                yield hold, self, exponential(rate)
                came[operation] = sim.now()
                send("request", 0, 0, operation)

    source = Source(sim=sim)
    sim.activate(source, source.run())
    begun = time.perf_counter()
    sim.simulate(until=float("inf"))
    seconds = time.perf_counter() - begun
    return seconds, latency[0] / operations


def main():
    workload, size, operations, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    run = {"hold": run_hold, "mmc": run_mmc, "multi-paxos": run_multi_paxos}[workload]
    seconds, mean = run(size, operations, random.Random(seed).expovariate)
    print(json.dumps({
        "workload": workload,
        "engine": "SimPy " + SimPy.__version__,
        "rate": operations / seconds,
        "mean": mean,
        "operations": operations,
        "seconds": seconds,
    }))


main()
