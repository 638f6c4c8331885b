import assert from "node:assert/strict";
import { test } from "node:test";
import { networks } from "../core/networks.ts";
import type { AnyProtocol } from "../simulation/protocol.ts";
import { Walker } from "../simulation/walk.ts";
import type { Violation } from "../simulation/walk-world.ts";
import { protocolIndex } from "./index.ts";
import { mutantIndex } from "./mutants.ts";
import { buildSystem } from "./system.ts";

const WALKS = 60;

interface Subject {
  readonly label: string;
  readonly protocol: AnyProtocol;
  readonly walker: (protocol: AnyProtocol) => Walker;
}

/** Every protocol that tells its revisions, and every mutant of it. */
const subjects: readonly Subject[] = [...protocolIndex.values()].flatMap((right) =>
  right.revision === undefined
    ? []
    : [null, ...(mutantIndex.get(right.name) ?? [])].map((mutant): Subject => {
        const protocol = mutant?.protocol ?? right;
        const nodes = mutant?.nodes ?? 3;
        const network = networks.lan({ nodes, rtt: 1e-3 });
        const { settings } = buildSystem(protocol, { network, ...mutant?.settings });
        const walker = (of: AnyProtocol): Walker => new Walker(of, { nodes, settings });
        return { label: `${right.name} ${mutant?.id ?? "itself"}`, protocol, walker };
      }),
);

/** Where and how a walk went wrong. */
const told = ({ world }: Walker, violation: Violation | null): string =>
  violation === null ? "holds" : `${violation.name} after ${world.step}`;

test("what revisions leave unasked would have held: walks of all mutants break where they break without", () => {
  assert.ok(subjects.length > 60, `${subjects.length} subjects`);
  let broken = 0;
  for (const { label, protocol, walker } of subjects) {
    const { revision: _, ...asked } = protocol;
    const [some, every] = [walker(protocol), walker(asked)];
    for (let seed = 0; seed < WALKS; seed++) {
      const [with_, without] = [told(some, some.run(seed)), told(every, every.run(seed))];
      if (without !== "holds") broken++;
      assert.equal(with_, without, `${label}, seed ${seed}`);
    }
  }
  assert.ok(broken > 200, `${broken} broken walks`);
});

test("a protocol whose revision says too little is caught at the end of the walk", () => {
  const mutant = mutantIndex.get("raft")?.find(({ id }) => id === "R15");
  assert.ok(mutant !== undefined);
  const { settings } = buildSystem(mutant.protocol, { network: networks.lan({ nodes: 3, rtt: 1e-3 }) });
  const found = (protocol: AnyProtocol): number => {
    const walker = new Walker(protocol, { nodes: 3, settings });
    let count = 0;
    for (let seed = 0; seed < 1000; seed++) if (walker.run(seed) !== null) count++;
    return count;
  };
  const [exact, blind] = [found(mutant.protocol), found({ ...mutant.protocol, revision: () => 0 })];
  assert.ok(exact > 20, `${exact} of 1000`);
  assert.ok(blind > 0 && blind <= exact, `${blind} of ${exact}`);
});
