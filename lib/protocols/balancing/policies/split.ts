/**
 * The best fixed shares of a Poisson stream over servers of unequal speed.
 *
 * Tantawi and Towsley, "Optimal static load balancing in distributed computer systems", J. ACM 32(2), 1985, §4: at the
 * optimum the marginal delay μ/(μ − λ)² is equal on all servers used. Found here by bisection on it; the models have a
 * closed form of their own, so that the two are held against one another.
 */

/** Arrivals a server takes at a marginal delay of `price`: μ − √(μ/price), none where an empty one is dearer. */
const taken = (rate: number, price: number): number => Math.max(0, rate - Math.sqrt(rate / price));

const HALVINGS = 100;

/**
 * Shares of the servers, adding up to 1.
 *
 * @param rates service rates; where they do not suffice for the arrivals, shares are in proportion to them
 */
export function bestShares(rates: ArrayLike<number>, arrivals: number): Float64Array {
  const list = Array.from(rates);
  const capacity = list.reduce((sum, rate) => sum + rate, 0);
  if (!(arrivals < capacity * 0.999)) return Float64Array.from(list, (rate) => rate / capacity);
  const total = (price: number): number => list.reduce((sum, rate) => sum + taken(rate, price), 0);
  let low = 1 / Math.max(...list); // the fastest begins to be used here
  let high = 2 * low;
  while (total(high) < arrivals) high *= 2;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (total(middle) < arrivals) low = middle;
    else high = middle;
  }
  const sum = total(high);
  return Float64Array.from(list, (rate) => taken(rate, high) / sum);
}
