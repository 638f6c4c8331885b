/** A script shows a bug where it is planted, passes on the correct protocol, and says which of its lines meant nothing there. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DataError, UsageError } from "../core/errors.ts";
import { protocolNamed } from "../protocols/index.ts";
import { mutantNamed } from "../protocols/mutants.ts";
import { playScript } from "./play-script.ts";

const paxos = protocolNamed("paxos");

/** Node 0 has node 2's promise for ballot 3; node 2 promises the higher ballot 5 to itself and gets node 1's too. */
const BELOW_PROMISE = `
# Lamport 2001, §2.2: an acceptor that has promised 5 must not accept 3.
write 0; deliver 0>1 prepare; deliver 1>0 promise
write 2; fire 2 retry; deliver 2>1 prepare #1; deliver 1>2 promise
deliver 2>1 accept; deliver 1>2 accepted
deliver 0>1 accept; deliver 1>0 accepted
`;

test("a script shows a planted bug and passes on the correct protocol", () => {
  const broken = playScript(mutantNamed("paxos", "P5").protocol, BELOW_PROMISE);
  assert.equal(broken.violation?.name, "learnedHasQuorum");
  assert.match(String(broken.trace.warning), /learnedHasQuorum/);
  const right = playScript(paxos, BELOW_PROMISE);
  assert.equal(right.violation, null);
  assert.match(right.states[2], /learned 1/);
});

test("a picture holds what the script moved, and its edges point at messages that are there", () => {
  const { trace } = playScript(
    paxos,
    "write 0; deliver 0>1 prepare; lose 1>0 promise; crash 2; deliver 0>2 prepare",
  );
  const ways = trace.messages.filter(({ from, to }) => from !== to);
  assert.deepEqual(
    ways.map(({ kind, fate }) => [kind, fate]),
    [
      ["prepare", undefined],
      ["prepare", "receiver down"],
      ["promise", "lost"],
    ],
  );
  const whole = playScript(paxos, BELOW_PROMISE).trace;
  assert.ok(whole.quorumEdges.length > 0);
  for (const edge of whole.quorumEdges) assert.equal(whole.messages[edge].kind, "accepted");
});

test("a script that says when writes are stored loses those that were not", () => {
  const at = (more: string) => playScript(paxos, `write 0; ${more} crash 0; restart 0`).states[0];
  assert.match(at("deliver 0>1 prepare;"), /promised 3/);
  assert.match(at("store 0; write 1;"), /promised 3/);
  assert.match(playScript(paxos, "write 0; write 1; store 1; crash 0; restart 0").states[0], /promised -1/);
});

test("lines that are not possible are told, in order", () => {
  const { skipped, states } = playScript(paxos, "crash 1; write 1\ndeliver 0>2 accept; write 0");
  assert.deepEqual(skipped, ["write 1 key 0 client 0", "deliver 0>2 accept"]);
  assert.equal(states[1], "down");
});

test("histories are judged: a value that a retry brought back", () => {
  const script = `
    fire 0 election; deliver 0>1 requestVote; deliver 1>0 vote
    deliver 0>1 append; deliver 1>0 appended; deliver 0>2 append; write 0; deliver 0>1 append; crash 0
    fire 1 election; deliver 1>2 requestVote; deliver 2>1 vote
    deliver 1>2 append; deliver 2>1 appended; deliver 1>2 append; deliver 2>1 appended
    read 1; deliver 1>2 append; deliver 2>1 appended; write 1; deliver 1>2 append; deliver 2>1 appended
    ask 1 operation 0; deliver 1>2 append; deliver 2>1 appended; read 1; deliver 1>2 append; deliver 2>1 appended`;
  const broken = playScript(mutantNamed("raft", "R26").protocol, script);
  assert.match(String(broken.violation?.detail), /double apply/);
  assert.equal(broken.skipped.length, 0);
  assert.equal(playScript(protocolNamed("raft"), script).violation, null);
});

test("what is no script is refused with its line", () => {
  assert.throws(() => playScript(paxos, "# nothing"), {
    name: DataError.name,
    message: "script: must hold an action, got none",
  });
  assert.throws(() => playScript(paxos, "write 0\ndeliver 0 accept"), {
    name: DataError.name,
    message: 'script:2: action must be of the form "deliver FROM>TO KIND [#N]", got "deliver 0 accept"',
  });
  assert.throws(() => playScript(protocolNamed("raft"), "command 0 dance 1"), { name: UsageError.name });
  assert.throws(() => playScript(paxos, "fire 0 election"), { name: UsageError.name });
  assert.throws(() => playScript(paxos, "deliver 0>3 accept"), {
    name: DataError.name,
    message: 'script: "deliver 0>3 accept" must name nodes from 0 to 2',
  });
});
