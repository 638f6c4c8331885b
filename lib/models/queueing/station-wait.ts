/**
 * Mean wait at one station by the method of one's choice: M/M/1, M/D/1, M/G/1 or G/G/1.
 *
 * The four methods which Ailijiang, Charapko and Demirbas compare in "Dissecting the Performance of Strongly-
 * Consistent Replication Protocols" (SIGMOD 2019, §3.3). G/G/1 is Marchal's approximation (1985), as in their code;
 * it is exact for M/G/1. Several cores enter by Allen and Cunneen (Allen 1990, §5.3.4): the M/M/c wait scaled by the
 * variability, which is exact for one server.
 */
import { DomainError } from "../../core/errors.ts";

/** How waiting is reckoned. */
export const WAITING = ["mm1", "md1", "mg1", "gg1"] as const;
export type Waiting = (typeof WAITING)[number];

/** Erlang's C by the stable recursion for his B: the chance that all of c servers are busy at load a < c. */
export function erlangC(servers: number, load: number): number {
  let blocked = 1;
  for (let n = 1; n <= servers; n++) blocked = (load * blocked) / (n + load * blocked);
  const rho = load / servers;
  return blocked / (1 - rho * (1 - blocked));
}

/**
 * Mean wait of a job.
 *
 * @param waiting `mm1` and `md1` take jobs as exponential or constant whatever the second moment says
 * @param rate jobs per second
 * @param mean mean service time of a job, s
 * @param secondMoment its second moment, s²
 * @param arrivalScv squared coefficient of variation of the times between arrivals; only `gg1` reads it
 * @param peak for arrivals that are Poisson while they come at all (on-off): their rate then, over the mean rate; else 1.
 *   An arrival never waits longer than if the burst had gone on for ever, so that is a bound, where it is stable
 * @throws DomainError when the station is not stable
 */
export function stationWait(
  waiting: Waiting,
  rate: number,
  mean: number,
  secondMoment: number,
  arrivalScv: number,
  servers: number,
  peak = 1,
): number {
  if (rate === 0 || mean === 0) return 0;
  const load = rate * mean;
  const rho = load / servers;
  if (!(rho < 1)) throw new DomainError(`stationWait: utilisation must be < 1, got ${rho}`);
  const exponential = (erlangC(servers, load) * mean) / (servers * (1 - rho));
  // The square of a very small mean may vanish.
  const scv = mean * mean > 0 ? Math.max(0, secondMoment / (mean * mean) - 1) : 0;
  switch (waiting) {
    case "mm1":
      return exponential;
    case "md1":
      return exponential / 2;
    case "mg1":
      return (exponential * (1 + scv)) / 2;
    case "gg1": {
      const marchal =
        (exponential * (1 + scv) * (arrivalScv + scv * rho * rho)) / (2 * (1 + scv * rho * rho));
      if (peak <= 1 || peak * rho >= 1) return marchal;
      return Math.min(marchal, stationWait("mg1", rate * peak, mean, secondMoment, 1, servers));
    }
  }
}
