// W2-balancing: SERVERS queues, each M/1 first come first served; a dispatcher sends each arrival to the shorter of two
// different queues drawn at random (Mitzenmacher 2001). Service rate 1, arrival rate 0.8 a server; arrivals and
// departures both go through the event queue, two events a customer. Reported: customers per second. Mean: time in system.
#include <deque>

#include "bench.hpp"

// An event's payload: a server's number for a departure, ARRIVAL for an arrival.
constexpr std::uint32_t ARRIVAL = 0xffffffffu;

template <class Queue>
void run(const bench::Arguments& given) {
  Queue queue;
  bench::Random random(given.seed);
  const std::size_t servers = given.size;
  const double gap = 1 / (0.8 * static_cast<double>(servers));
  std::vector<std::deque<double>> present(servers);  // when each customer came, the one in service first
  std::size_t arrived = 0, departed = 0;
  double spent = 0;
  const bench::Stopwatch watch;
  queue.push(gap * random.exponential(), ARRIVAL);
  while (departed < given.operations) {
    const auto event = queue.pop();
    const double now = event.time;
    if (event.payload == ARRIVAL) {
      const std::size_t one = random.below(servers);
      std::size_t other = random.below(servers);
      while (other == one) other = random.below(servers);
      const std::size_t server = present[other].size() < present[one].size() ? other : one;
      present[server].push_back(now);
      if (present[server].size() == 1)
        queue.push(now + random.exponential(), static_cast<std::uint32_t>(server));
      if (++arrived < given.operations) queue.push(now + gap * random.exponential(), ARRIVAL);
    } else {
      std::deque<double>& here = present[event.payload];
      spent += now - here.front();
      here.pop_front();
      departed++;
      if (!here.empty()) queue.push(now + random.exponential(), event.payload);
    }
  }
  const double seconds = watch.seconds();
  bench::report("balancing", Queue::name, departed, seconds, spent / static_cast<double>(departed));
}

int main(int count, char** words) {
  const auto given = bench::read(count, words, "SERVERS");
  if (given.queue == "four-ary") run<bench::FourAryQueue<std::uint32_t>>(given);
  else run<bench::StandardQueue<std::uint32_t>>(given);
}
