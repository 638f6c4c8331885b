/** One part of a campaign, as a worker thread runs it: names in, counts out. */
import { protocolNamed } from "../protocols/index.ts";
import { mutantNamed } from "../protocols/mutants.ts";
import { type CampaignResult, campaign } from "./campaign.ts";

/** What to try: a protocol, or one of its mutants. */
export interface Part {
  readonly protocol: string;
  readonly mutant: string | null;
  readonly nodes: number;
  readonly settings: Readonly<Record<string, number | boolean | string>>;
  readonly from: number;
  readonly walks: number;
  readonly schedules: number;
  /** Stop each kind at its first violation. */
  readonly stopAtFirst?: boolean;
}

/** Runs a part. */
export function runPart(part: Part): CampaignResult {
  const mutant = part.mutant === null ? null : mutantNamed(part.protocol, part.mutant);
  const { nodes, from, walks, schedules, stopAtFirst = false } = part;
  return campaign(mutant?.protocol ?? protocolNamed(part.protocol), {
    nodes: mutant?.nodes ?? nodes,
    settings: { ...mutant?.settings, ...part.settings },
    from,
    walks,
    schedules,
    stopAtFirst,
  });
}
