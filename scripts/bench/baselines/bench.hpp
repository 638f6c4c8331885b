// What the C++ baselines share: random numbers, two event queues, a stopwatch, the report line.
//
// The baselines are plain event-driven programs as a careful author writes them: value events in a standard heap, no
// virtual calls, no allocation per event. They set the pace the project's engine is measured against.
#pragma once
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <queue>
#include <string>
#include <vector>

namespace bench {

// xoshiro256++ 1.0 (Blackman & Vigna, ACM TOMS 47(4), 2021), its state filled by SplitMix64.
class Random {
 public:
  explicit Random(std::uint64_t seed) {
    for (auto& word : state_) {
      seed += 0x9e3779b97f4a7c15u;
      std::uint64_t z = seed;
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
      z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
      word = z ^ (z >> 31);
    }
  }

  // Exponential with mean 1, by inversion; 1 - u lies in (0, 1], so the logarithm is finite.
  double exponential() {
    const double u = static_cast<double>(next() >> 11) * 0x1p-53;
    return -std::log(1.0 - u);
  }

  // Uniform on 0 ... n - 1 by the upper bits of a product (Lemire, ACM TOMACS 29(1), 2019); n below 2^32.
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(((next() >> 32) * n) >> 32); }

 private:
  static std::uint64_t rotate(std::uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

  std::uint64_t next() {
    const std::uint64_t result = rotate(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = rotate(state_[3], 45);
    return result;
  }

  std::uint64_t state_[4];
};

// An event: earliest first, equal times in the order in which they were pushed.
template <class Payload>
struct Event {
  double time;
  std::uint32_t sequence;
  Payload payload;
};

template <class Payload>
inline bool before(const Event<Payload>& a, const Event<Payload>& b) {
  return a.time < b.time || (a.time == b.time && a.sequence < b.sequence);
}

// The baseline's queue: the standard library's binary heap.
template <class Payload>
class StandardQueue {
 public:
  static constexpr const char* name = "C++ std::priority_queue";
  void push(double time, const Payload& payload) { heap_.push({time, sequence_++, payload}); }
  bool empty() const { return heap_.empty(); }
  Event<Payload> pop() {
    Event<Payload> first = heap_.top();
    heap_.pop();
    return first;
  }

 private:
  struct Later {
    bool operator()(const Event<Payload>& a, const Event<Payload>& b) const { return before(b, a); }
  };
  std::priority_queue<Event<Payload>, std::vector<Event<Payload>>, Later> heap_;
  std::uint32_t sequence_ = 0;
};

// For comparison: a heap of four children a node, which has half the levels.
template <class Payload>
class FourAryQueue {
 public:
  static constexpr const char* name = "C++ 4-ary heap";
  bool empty() const { return heap_.empty(); }

  void push(double time, const Payload& payload) {
    const Event<Payload> event{time, sequence_++, payload};
    std::size_t hole = heap_.size();
    heap_.push_back(event);
    while (hole > 0) {
      const std::size_t parent = (hole - 1) / 4;
      if (!before(event, heap_[parent])) break;
      heap_[hole] = heap_[parent];
      hole = parent;
    }
    heap_[hole] = event;
  }

  Event<Payload> pop() {
    const Event<Payload> first = heap_.front();
    const Event<Payload> moved = heap_.back();
    heap_.pop_back();
    const std::size_t size = heap_.size();
    if (size == 0) return first;
    std::size_t hole = 0;
    for (std::size_t child = 1; child < size; child = 4 * hole + 1) {
      const std::size_t end = child + 4 < size ? child + 4 : size;
      std::size_t least = child;
      for (std::size_t k = child + 1; k < end; k++) {
        if (before(heap_[k], heap_[least])) least = k;
      }
      if (!before(heap_[least], moved)) break;
      heap_[hole] = heap_[least];
      hole = least;
    }
    heap_[hole] = moved;
    return first;
  }

 private:
  std::vector<Event<Payload>> heap_;
  std::uint32_t sequence_ = 0;
};

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

// The command line of every baseline: QUEUE SIZE OPERATIONS SEED.
struct Arguments {
  std::string queue;
  std::size_t size;
  std::size_t operations;
  std::uint64_t seed;
};

inline Arguments read(int count, char** words, const char* sizeName) {
  if (count != 5) {
    std::fprintf(stderr, "usage: %s standard|four-ary %s OPERATIONS SEED\n", words[0], sizeName);
    std::exit(2);
  }
  const auto number = [](const char* word) { return std::strtoull(word, nullptr, 10); };
  return {words[1], number(words[2]), number(words[3]), number(words[4])};
}

inline void report(const char* workload, const char* engine, std::size_t operations, double seconds, double mean) {
  std::printf(
      "{\"workload\":\"%s\",\"engine\":\"%s\",\"rate\":%.1f,\"mean\":%.12g,\"operations\":%zu,\"seconds\":%.9f}\n",
      workload, engine, static_cast<double>(operations) / seconds, mean, operations, seconds);
}

}  // namespace bench
