// W1, W2 and W3 on ns-3's own simulator core: Simulator::Schedule with function pointers and plain arguments.
// Usage: ns3 SCHEDULER hold|mmc|multi-paxos SIZE OPERATIONS SEED, with SCHEDULER one of Map, PriorityQueue, Calendar …
// The workloads are those of hold.cpp, mmc.cpp and multi-paxos.cpp, where they are defined. ns-3 keeps time as an
// integer of nanoseconds (its default), so W1 and W2 take a second as their unit.
#include <ns3/core-module.h>

#include <algorithm>
#include <deque>

#include "bench.hpp"

#ifndef NS3_VERSION
#define NS3_VERSION "3"
#endif

namespace {

// ns-3's events are plain functions, so the model's state stands at file level.
bench::Random* random_ = nullptr;
std::size_t size_ = 0, operations_ = 0, done_ = 0, arrived_ = 0;
double sum_ = 0;

ns3::Time span(double seconds) { return ns3::NanoSeconds(static_cast<std::uint64_t>(seconds * 1e9 + 0.5)); }
double now() { return static_cast<double>(ns3::Simulator::Now().GetNanoSeconds()) * 1e-9; }

namespace hold {
void fire(std::uint32_t clock) {
  if (++done_ == operations_) {
    ns3::Simulator::Stop();
    return;
  }
  ns3::Simulator::Schedule(span(random_->exponential()), &fire, clock);
}

void prepare() {
  for (std::size_t i = 0; i < size_; i++) {
    ns3::Simulator::Schedule(span(random_->exponential()), &fire, static_cast<std::uint32_t>(i));
  }
}

double mean() { return static_cast<double>(size_) * now() / static_cast<double>(done_); }
}  // namespace hold

namespace mmc {
std::deque<double> waiting;
std::size_t busy = 0;

void depart() {
  done_++;
  if (waiting.empty()) {
    busy--;
    return;
  }
  sum_ += now() - waiting.front();
  waiting.pop_front();
  ns3::Simulator::Schedule(span(random_->exponential()), &depart);
}

void arrive() {
  if (busy < size_) {
    busy++;
    ns3::Simulator::Schedule(span(random_->exponential()), &depart);
  } else {
    waiting.push_back(now());
  }
  if (++arrived_ < operations_) {
    ns3::Simulator::Schedule(span(random_->exponential() / (0.8 * static_cast<double>(size_))), &arrive);
  }
}

void prepare() { ns3::Simulator::Schedule(span(random_->exponential() / (0.8 * static_cast<double>(size_))), &arrive); }
double mean() { return sum_ / static_cast<double>(done_); }
}  // namespace mmc

namespace multi_paxos {
enum class Message : std::uint8_t { request, accept, ack };
constexpr double gap = 1.0 / 10000, service = 10e-6, link = 250e-6, jitter = 50e-6;
std::vector<double> came, busyUntil;
std::vector<std::uint8_t> acks;

void reach(std::uint8_t node, Message message, std::uint8_t from, std::uint32_t operation);

void send(std::uint8_t to, Message message, std::uint8_t from, std::uint32_t operation) {
  ns3::Simulator::Schedule(span(link + jitter * random_->exponential()), &reach, to, message, from, operation);
}

void handle(std::uint8_t node, Message message, std::uint8_t, std::uint32_t operation) {
  if (message == Message::request) {
    for (std::size_t to = 1; to < size_; to++) send(static_cast<std::uint8_t>(to), Message::accept, 0, operation);
  } else if (message == Message::accept) {
    send(0, Message::ack, node, operation);
  } else if (++acks[operation] == (size_ - 1) / 2) {
    done_++;
    sum_ += now() - came[operation];
  }
}

void reach(std::uint8_t node, Message message, std::uint8_t from, std::uint32_t operation) {
  const double time = now();
  const double done = std::max(busyUntil[node], time) + service;
  busyUntil[node] = done;
  ns3::Simulator::Schedule(span(done - time), &handle, node, message, from, operation);
}

void arrive() {
  const auto operation = static_cast<std::uint32_t>(arrived_++);
  came[operation] = now();
  reach(0, Message::request, 0, operation);
  if (arrived_ < operations_) ns3::Simulator::Schedule(span(gap * random_->exponential()), &arrive);
}

void prepare() {
  came.resize(operations_);
  acks.resize(operations_);
  busyUntil.resize(size_);
  ns3::Simulator::Schedule(span(gap * random_->exponential()), &arrive);
}

double mean() { return sum_ / static_cast<double>(done_); }
}  // namespace multi_paxos

}  // namespace

int main(int count, char** words) {
  if (count != 6) {
    std::fprintf(stderr, "usage: %s SCHEDULER hold|mmc|multi-paxos SIZE OPERATIONS SEED\n", words[0]);
    return 2;
  }
  const std::string scheduler = words[1], workload = words[2];
  size_ = std::strtoull(words[3], nullptr, 10);
  operations_ = std::strtoull(words[4], nullptr, 10);
  bench::Random random(std::strtoull(words[5], nullptr, 10));
  random_ = &random;
  ns3::ObjectFactory factory;
  factory.SetTypeId("ns3::" + scheduler + "Scheduler");
  ns3::Simulator::SetScheduler(factory);
  if (workload == "hold") hold::prepare();
  else if (workload == "mmc") mmc::prepare();
  else multi_paxos::prepare();
  const bench::Stopwatch watch;
  ns3::Simulator::Run();
  const double seconds = watch.seconds();
  const double mean = workload == "hold" ? hold::mean() : workload == "mmc" ? mmc::mean() : multi_paxos::mean();
  const std::string engine = "ns-3 " NS3_VERSION " " + scheduler;
  bench::report(workload.c_str(), engine.c_str(), done_, seconds, mean);
  ns3::Simulator::Destroy();
}
