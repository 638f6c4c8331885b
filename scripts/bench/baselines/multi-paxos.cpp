// W3, Multi-Paxos in steady state: node 0 leads; Poisson arrivals at the leader, 10,000/s. Every node has one FIFO
// processor that takes 10 us a message (request, accept, ack); every link adds 250 us + Exp(50 us). On a request the
// leader sends an accept to each follower; followers acknowledge; with the leader's own vote a majority of n is
// reached at ack (n - 1) / 2, which commits. All acks are handled.
//
// Everything is an event: for n = 5 that is 18 an operation (1 arrival, 8 messages on their way, 9 handled).
// Reported: committed operations per second. Mean: commit latency in seconds.
#include <algorithm>

#include "bench.hpp"

enum class Step : std::uint8_t { arrival, message, handled };
enum class Message : std::uint8_t { request, accept, ack };

struct Payload {
  Step step;
  std::uint8_t node;
  Message message;
  std::uint8_t from;
  std::uint32_t operation;
};

template <class Queue>
class Cluster {
 public:
  explicit Cluster(const bench::Arguments& given)
      : nodes_(given.size),
        operations_(given.operations),
        random_(given.seed),
        came_(given.operations),
        acks_(given.operations),
        busyUntil_(given.size, 0.0) {}

  void run() {
    queue_.push(gap * random_.exponential(), {Step::arrival, 0, Message::request, 0, 0});
    while (!queue_.empty()) {
      const auto event = queue_.pop();
      now_ = event.time;
      switch (event.payload.step) {
        case Step::arrival: arrive(); break;
        case Step::message: reachProcessor(event.payload); break;
        case Step::handled: handle(event.payload); break;
      }
    }
  }

  double meanLatency() const { return latencySum_ / static_cast<double>(commits_); }
  std::size_t commits() const { return commits_; }

 private:
  static constexpr double gap = 1.0 / 10000, service = 10e-6, link = 250e-6, jitter = 50e-6;

  void arrive() {
    const auto operation = static_cast<std::uint32_t>(arrived_++);
    came_[operation] = now_;
    reachProcessor({Step::message, 0, Message::request, 0, operation});
    if (arrived_ < operations_) {
      queue_.push(now_ + gap * random_.exponential(), {Step::arrival, 0, Message::request, 0, 0});
    }
  }

  void reachProcessor(Payload job) {
    const double done = std::max(busyUntil_[job.node], now_) + service;
    busyUntil_[job.node] = done;
    job.step = Step::handled;
    queue_.push(done, job);
  }

  void handle(const Payload& job) {
    switch (job.message) {
      case Message::request:
        for (std::size_t to = 1; to < nodes_; to++) {
          send(static_cast<std::uint8_t>(to), Message::accept, 0, job.operation);
        }
        break;
      case Message::accept:
        send(0, Message::ack, job.node, job.operation);
        break;
      case Message::ack:
        if (++acks_[job.operation] == (nodes_ - 1) / 2) {
          commits_++;
          latencySum_ += now_ - came_[job.operation];
        }
        break;
    }
  }

  void send(std::uint8_t to, Message message, std::uint8_t from, std::uint32_t operation) {
    queue_.push(now_ + link + jitter * random_.exponential(), {Step::message, to, message, from, operation});
  }

  const std::size_t nodes_, operations_;
  Queue queue_;
  bench::Random random_;
  std::vector<double> came_;
  std::vector<std::uint8_t> acks_;
  std::vector<double> busyUntil_;
  double now_ = 0, latencySum_ = 0;
  std::size_t arrived_ = 0, commits_ = 0;
};

template <class Queue>
void run(const bench::Arguments& given) {
  Cluster<Queue> cluster(given);
  const bench::Stopwatch watch;
  cluster.run();
  bench::report("multi-paxos", Queue::name, cluster.commits(), watch.seconds(), cluster.meanLatency());
}

int main(int count, char** words) {
  const auto given = bench::read(count, words, "NODES");
  if (given.queue == "four-ary") run<bench::FourAryQueue<Payload>>(given);
  else run<bench::StandardQueue<Payload>>(given);
}
