/** What the tests of every protocol ask of a campaign. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { protocolNamed } from "../protocols/index.ts";
import type { Mutant } from "../simulation/mutant.ts";
import type { AnyProtocol } from "../simulation/protocol.ts";
import { type CampaignOptions, type CampaignResult, campaign, reportWalk } from "./campaign.ts";
import { partCode } from "./campaign-code.ts";

// As campaigns run it, from one file of plain JavaScript: a tenth less of the tests' processor time.
const { runPart } = partCode();

/** Least share of runs, of either kind, in which each event of `sometimes` must happen. */
const LEAST = 0.01;

/** Of a protocol as it stands in the index, asked for its events or fewer, from one file; of others from their sources. */
function campaignOf(protocol: AnyProtocol, options: CampaignOptions): CampaignResult {
  const known = protocolNamed(protocol.name).sometimes;
  if (Object.keys(protocol.sometimes).some((event) => !(event in known))) return campaign(protocol, options);
  const { nodes = 3, settings = {}, walks, schedules } = options;
  return runPart({ protocol: protocol.name, mutant: null, nodes, settings, from: 0, walks, schedules });
}

/** No violation, nobody left unserved, and everything that should happen now and then does. */
export function assertSafe(protocol: AnyProtocol, options: CampaignOptions): void {
  const { walks, schedules } = campaignOf(protocol, options);
  if (walks.first !== null) {
    const { violation, actions } = reportWalk(protocol, walks.first, options);
    assert.fail(
      `${protocol.name}: walk ${walks.first}: ${violation.kind} ${violation.name}: ${violation.detail}\n${actions.join("\n")}`,
    );
  }
  const { violation } = schedules;
  assert.equal(
    schedules.first,
    null,
    `${protocol.name}: schedule ${schedules.first}: ${violation?.kind} ${violation?.name}: ${violation?.detail}`,
  );
  assert.equal(
    schedules.firstStuck,
    null,
    `${protocol.name}: nobody was served after schedule ${schedules.firstStuck} (${schedules.stuck} such)`,
  );
  for (const name of Object.keys(protocol.sometimes)) {
    const share = Math.max(
      walks.sometimes[name] / Math.max(1, walks.tried),
      schedules.sometimes[name] / Math.max(1, schedules.tried),
    );
    assert.ok(share >= LEAST, `${protocol.name}: ${name} happened in ${100 * share} % of the runs only`);
  }
}

/**
 * Seeds by which the committed table says that a bug was caught first, by protocol and id: tried before any other, for what
 * is caught once in 200,000 walks would else be searched for in every run of the tests. A catch is a catch; where a
 * protocol has changed since, the search begins anew.
 */
const seedsOf = new Map(
  readFileSync(fileURLToPath(new URL("../../data/golden/mutants.csv", import.meta.url)), "utf8")
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.split(","))
    .map((cells) => [`${cells[0]} ${cells[1]}`, { walks: cells[5], schedules: cells[9] }] as const),
);

/** Whether the run that the table names goes wrong. */
function caughtAsBefore({ id, nodes = 3, settings = {}, protocol }: Mutant): boolean {
  const seeds = seedsOf.get(`${protocol.name} ${id}`);
  return (["walks", "schedules"] as const).some((kind) => {
    const seed = seeds?.[kind] ?? "";
    if (seed === "") return false;
    const one = { walks: 0, schedules: 0, [kind]: 1, from: Number(seed) };
    return runPart({ protocol: protocol.name, mutant: id, nodes, settings, ...one })[kind].violations > 0;
  });
}

/** Shares of all runs that are tried before the first catch is looked for again: what shows soon costs little. */
const SHARES = [0.01, 0.03, 0.1, 0.3, 1];

/** A safety mutant goes wrong within so many runs; an equivalent one never does. Scenarios show the scripted ones. */
export function assertCaught(mutant: Mutant, options: Pick<CampaignOptions, "walks" | "schedules">): void {
  if (mutant.kind === "scripted" || (mutant.kind === "safety" && caughtAsBefore(mutant))) return;
  const few = { walks: Math.min(options.walks, 20_000), schedules: Math.min(options.schedules, 200) };
  const { caught, stuck } = tried(mutant, mutant.kind === "safety" ? options : few);
  if (mutant.kind === "safety") assert.ok(caught !== null, `${mutant.id} ${mutant.name} must be caught`);
  if (mutant.kind === "equivalent")
    assert.equal(caught, null, `${mutant.id} ${mutant.name} is not equivalent: ${caught}`);
  if (mutant.kind === "liveness")
    assert.ok(
      caught === null && stuck > 0,
      `${mutant.id} ${mutant.name} must leave clients unserved, and no more`,
    );
}

/** Walks and schedules by turns until one goes wrong; which, and how many schedules left clients unserved. */
function tried(
  { id, nodes = 3, settings = {}, protocol }: Mutant,
  all: Pick<CampaignOptions, "walks" | "schedules">,
): { caught: string | null; stuck: number } {
  let stuck = 0;
  let done = { walks: 0, schedules: 0 };
  for (const share of SHARES) {
    const upTo = { walks: Math.ceil(share * all.walks), schedules: Math.ceil(share * all.schedules) };
    const part = (kind: "walks" | "schedules") =>
      runPart({
        ...{ protocol: protocol.name, mutant: id, nodes, settings, stopAtFirst: true },
        ...{ walks: 0, schedules: 0, from: done[kind], [kind]: upTo[kind] - done[kind] },
      })[kind];
    const walks = part("walks");
    if (walks.first !== null) return { caught: `walk ${walks.first}`, stuck };
    const schedules = part("schedules") as CampaignResult["schedules"];
    if (schedules.first !== null) return { caught: `schedule ${schedules.first}`, stuck };
    stuck += schedules.stuck;
    done = upTo;
  }
  return { caught: null, stuck };
}
