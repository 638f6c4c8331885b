// W2, M/M/c: first come first served, c servers, service rate 1, arrival rate 0.8 c; arrivals and departures both go
// through the event queue, two events a customer. Reported: customers per second. Mean: wait in queue.
#include <deque>

#include "bench.hpp"

enum Kind : std::uint32_t { arrival, departure };

template <class Queue>
void run(const bench::Arguments& given) {
  Queue queue;
  bench::Random random(given.seed);
  const double gap = 1 / (0.8 * static_cast<double>(given.size));
  std::deque<double> waiting;  // when each waiting customer came
  std::size_t busy = 0, arrived = 0, departed = 0;
  double waited = 0;
  const bench::Stopwatch watch;
  queue.push(gap * random.exponential(), arrival);
  while (departed < given.operations) {
    const auto event = queue.pop();
    const double now = event.time;
    if (event.payload == arrival) {
      if (busy < given.size) {
        busy++;
        queue.push(now + random.exponential(), departure);
      } else {
        waiting.push_back(now);
      }
      if (++arrived < given.operations) queue.push(now + gap * random.exponential(), arrival);
    } else {
      departed++;
      if (waiting.empty()) {
        busy--;
      } else {
        waited += now - waiting.front();
        waiting.pop_front();
        queue.push(now + random.exponential(), departure);
      }
    }
  }
  const double seconds = watch.seconds();
  bench::report("mmc", Queue::name, departed, seconds, waited / static_cast<double>(departed));
}

int main(int count, char** words) {
  const auto given = bench::read(count, words, "SERVERS");
  if (given.queue == "four-ary") run<bench::FourAryQueue<Kind>>(given);
  else run<bench::StandardQueue<Kind>>(given);
}
