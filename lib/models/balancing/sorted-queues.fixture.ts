/**
 * Small systems of parallel queues as Markov chains, solved numerically: what the formulas of this folder are held
 * against. States are queue lengths in falling order; service rate 1, at most `longest` customers in a queue.
 */

interface Chain {
  readonly states: readonly (readonly number[])[];
  /** For each state the numbers and rates of those it goes to. */
  readonly moves: readonly (readonly (readonly [number, number])[])[];
}

const sorted = (lengths: readonly number[]): number[] => [...lengths].sort((a, b) => b - a);

/** Chance of each place (lengths in falling order) to be the shortest of d chosen. */
function chances(n: number, d: number, distinct: boolean): number[] {
  // Place i (from the longest, 0) and all after it: the d choices all lie before place i + 1, not all before i.
  const allAmong = (k: number): number => {
    let p = 1;
    for (let j = 0; j < d; j++) p *= distinct ? Math.max(0, k - j) / (n - j) : k / n;
    return p;
  };
  return Array.from({ length: n }, (_, i) => allAmong(i + 1) - allAmong(i));
}

function chainOf(n: number, lambda: number, d: number, distinct: boolean, longest: number): Chain {
  const index = new Map<string, number>();
  const states: number[][] = [];
  const build = (prefix: number[]): void => {
    if (prefix.length === n) {
      index.set(prefix.join(), states.length);
      states.push(prefix);
      return;
    }
    for (let length = 0; length <= (prefix.at(-1) ?? longest); length++) build([...prefix, length]);
  };
  build([]);
  const joins = chances(n, d, distinct);
  const moves = states.map((state) => {
    const list: [number, number][] = [];
    const go = (place: number, by: number, rate: number): void => {
      const next = sorted(state.map((length, i) => (i === place ? length + by : length)));
      const to = index.get(next.join());
      if (to !== undefined && rate > 0) list.push([to, rate]);
    };
    for (let i = 0; i < n; i++) {
      go(i, 1, n * lambda * joins[i]);
      if (state[i] > 0) go(i, -1, 1);
    }
    return list;
  });
  return { states, moves };
}

/** Mean time in system by Little's law: the chain's stationary law by sweeps of Gauss and Seidel. */
export function exactTime(n: number, lambda: number, d: number, distinct: boolean, longest: number): number {
  const { states, moves } = chainOf(n, lambda, d, distinct, longest);
  const from: [number, number][][] = states.map(() => []);
  moves.forEach((list, i) => {
    for (const [to, rate] of list) from[to].push([i, rate]);
  });
  const leaving = moves.map((list) => list.reduce((sum, [, rate]) => sum + rate, 0));
  const p = new Float64Array(states.length).fill(1 / states.length);
  for (let sweep = 0; sweep < 5000; sweep++) {
    let [change, total] = [0, 0];
    for (let i = 0; i < p.length; i++) {
      let flow = 0;
      for (const [source, rate] of from[i]) flow += p[source] * rate;
      const value = flow / leaving[i];
      change += Math.abs(value - p[i]);
      p[i] = value;
      total += value;
    }
    for (let i = 0; i < p.length; i++) p[i] /= total;
    if (change < 1e-11 * total) break;
  }
  const inSystem = states.reduce((sum, state, i) => sum + p[i] * state.reduce((a, b) => a + b, 0), 0);
  return inSystem / (n * lambda);
}
