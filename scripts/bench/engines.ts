/** How engines of the benchmark are stated: a baseline in C++, a program in TypeScript, one of ours. */
import type { Engine, Tool } from "./workloads.ts";

/** A baseline in C++. */
export const cpp = (source: string): Tool => ({ kind: "c++", source });
/** A program in TypeScript, with the npm package it needs. */
export const typescript = (script: string, npm?: string): Tool => ({
  kind: "typescript",
  script,
  ...(npm === undefined ? {} : { npm }),
});
/** Ours run longer: the run starts cold and includes what the compiler takes, as a study does, which lasts longer too. */
export function ours(engine: string, script: string, variant: string, pace: number, length = 3): Engine {
  return { engine, tool: typescript(`ours/${script}`), first: [variant], pace, length };
}
