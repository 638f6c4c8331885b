// W1, the hold model: a fixed number of pending events; each event that fires schedules one at now + Exp(1).
// Reported: events fired per second once the first events are queued. Mean: of the increments, 1 by definition; read
// from the end time, since N clocks of mean 1 fire N times a unit of time only if they fire in order of time.
#include "bench.hpp"

template <class Queue>
void run(const bench::Arguments& given) {
  Queue queue;
  bench::Random random(given.seed);
  for (std::size_t i = 0; i < given.size; i++) queue.push(random.exponential(), static_cast<std::uint32_t>(i));
  double now = 0;
  const bench::Stopwatch watch;
  for (std::size_t fired = 0; fired < given.operations; fired++) {
    const auto event = queue.pop();
    now = event.time;
    queue.push(now + random.exponential(), event.payload);
  }
  const double seconds = watch.seconds();
  const double mean = static_cast<double>(given.size) * now / static_cast<double>(given.operations);
  bench::report("hold", Queue::name, given.operations, seconds, mean);
}

int main(int count, char** words) {
  const auto given = bench::read(count, words, "PENDING");
  if (given.queue == "four-ary") run<bench::FourAryQueue<std::uint32_t>>(given);
  else run<bench::StandardQueue<std::uint32_t>>(given);
}
