/**
 * Arrival processes: when the next operation comes.
 *
 * Open-loop processes are drawn from their own stream and never look at the system, so a slow system meets the
 * same arrivals as a fast one (no coordinated omission) and two designs can be compared on common random numbers.
 */
import type { RandomStream } from "../core/random.ts";
import type { ArrivalSpec } from "../core/system.ts";

/** Gives the time from one arrival to the next. */
export interface ArrivalProcess {
  gap(): number;
}

class Poisson implements ArrivalProcess {
  private readonly mean: number;
  private readonly random: RandomStream;
  constructor(rate: number, random: RandomStream) {
    this.mean = 1 / rate;
    this.random = random;
  }
  gap(): number {
    return this.mean * this.random.exponential();
  }
}

class Paced implements ArrivalProcess {
  private readonly interval: number;
  constructor(rate: number) {
    this.interval = 1 / rate;
  }
  gap(): number {
    return this.interval;
  }
}

/** Interrupted Poisson process: exponential on and off periods, Poisson arrivals while on. */
class OnOff implements ArrivalProcess {
  private left: number;
  private readonly meanGap: number;
  private readonly onMean: number;
  private readonly offMean: number;
  private readonly random: RandomStream;
  constructor(rate: number, onMean: number, offMean: number, random: RandomStream) {
    this.meanGap = onMean / (onMean + offMean) / rate;
    this.onMean = onMean;
    this.offMean = offMean;
    this.random = random;
    this.left = onMean * random.exponential();
  }
  gap(): number {
    let passed = 0;
    for (;;) {
      const gap = this.meanGap * this.random.exponential();
      if (gap <= this.left) {
        this.left -= gap;
        return passed + gap;
      }
      // Without memory, the rest of the gap can be drawn afresh in the next on period.
      passed += this.left + this.offMean * this.random.exponential();
      this.left = this.onMean * this.random.exponential();
    }
  }
}

/** The arrival process of a workload; closed-loop load has none of its own and gives null. */
export function arrivalProcess(spec: ArrivalSpec, random: RandomStream): ArrivalProcess | null {
  switch (spec.process) {
    case "poisson":
      return new Poisson(spec.rate, random);
    case "deterministic":
      return new Paced(spec.rate);
    case "on-off":
      return new OnOff(spec.rate, spec.onMean, spec.offMean, random);
    case "closed":
      return null;
  }
}
