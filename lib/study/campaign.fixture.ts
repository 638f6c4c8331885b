/** What the tests of every protocol ask of a campaign. */
import assert from "node:assert/strict";
import type { Mutant } from "../simulation/mutant.ts";
import type { AnyProtocol } from "../simulation/protocol.ts";
import { type CampaignOptions, campaign, reportWalk } from "./campaign.ts";

/** Least share of runs, of either kind, in which each event of `sometimes` must happen. */
const LEAST = 0.01;

/** No violation, nobody left unserved, and everything that should happen now and then does. */
export function assertSafe(protocol: AnyProtocol, options: CampaignOptions): void {
  const { walks, schedules } = campaign(protocol, options);
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

/** A safety mutant goes wrong within so many runs; an equivalent one never does. Scenarios show the scripted ones. */
export function assertCaught(mutant: Mutant, options: Pick<CampaignOptions, "walks" | "schedules">): void {
  const { nodes = 3, settings = {}, protocol } = mutant;
  const few = { walks: Math.min(options.walks, 20_000), schedules: Math.min(options.schedules, 200) };
  const counts = mutant.kind === "safety" ? options : few;
  const { walks, schedules } = campaign(protocol, { nodes, settings, ...counts, stopAtFirst: true });
  const caught = walks.first !== null || schedules.first !== null;
  if (mutant.kind === "safety") assert.ok(caught, `${mutant.id} ${mutant.name} must be caught`);
  if (mutant.kind === "equivalent")
    assert.ok(
      !caught,
      `${mutant.id} ${mutant.name} is not equivalent: walk ${walks.first}, schedule ${schedules.first}`,
    );
  if (mutant.kind === "liveness")
    assert.ok(
      !caught && schedules.stuck > 0,
      `${mutant.id} ${mutant.name} must leave clients unserved, and no more`,
    );
}
