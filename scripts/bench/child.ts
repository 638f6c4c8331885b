/** What the measured programs written in TypeScript share: their command line and the line they report. */

/** `node program.ts VARIANT SIZE OPERATIONS SEED` */
export interface ChildArguments {
  readonly variant: string;
  readonly size: number;
  readonly operations: number;
  readonly seed: number;
}

/** Reads the command line of a measured program. */
export function childArguments(): ChildArguments {
  const [variant, size, operations, seed] = process.argv.slice(2);
  const given = { variant, size: Number(size), operations: Number(operations), seed: Number(seed) };
  if (!Number.isInteger(given.size) || !Number.isInteger(given.operations) || !Number.isInteger(given.seed)) {
    console.error(`usage: ${process.argv[1]} VARIANT SIZE OPERATIONS SEED`);
    process.exit(2);
  }
  return given;
}

/** Prints the line that the runner reads. */
export function report(
  workload: string,
  engine: string,
  operations: number,
  seconds: number,
  mean: number,
): void {
  const rate = operations / seconds;
  // Resident memory at its largest, in MB, for the benchmark of memory.
  const peak = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ workload, engine, rate, mean, operations, seconds, peak }));
}
