import assert from "node:assert/strict";
import { test } from "node:test";
import { OutputCollector } from "./cell-outputs.ts";
import { packMessage, unpackMessage, type WireContent, wireHeader } from "./jupyter-wire.ts";

function send(collector: OutputCollector, request: string, type: string, content: WireContent): void {
  collector.take({ identities: [], header: wireHeader(type, "s"), parent: { msg_id: request }, content });
}

test("text of one stream is one output, whatever the number of messages", () => {
  const collector = new OutputCollector();
  const told: string[] = [];
  collector.onText = (text) => told.push(text);
  const cell = collector.open("r");
  for (const [name, text] of [
    ["stdout", "a\nb"],
    ["stdout", "c\n\n"],
    ["stderr", "x\r50 %\r"],
    ["stdout", "\n"],
  ])
    send(collector, "r", "stream", { name, text });
  send(collector, "another request", "stream", { name: "stdout", text: "not of this cell" });
  assert.deepEqual(cell.outputs, [
    { output_type: "stream", name: "stdout", text: "a\nbc\n\n" },
    { output_type: "stream", name: "stderr", text: "x\r50 %\r" },
    { output_type: "stream", name: "stdout", text: "\n" },
  ]);
  assert.deepEqual(told, ["b", "c", "50 %"], "the last line that says something");
});

test("a display is changed in every place where it was shown; a cleared output makes way for the next", () => {
  const collector = new OutputCollector();
  const [first, second] = [collector.open("1"), collector.open("2")];
  const transient = { display_id: "d" };
  for (const request of ["1", "2"])
    send(collector, request, "display_data", { data: { "text/plain": "old" }, metadata: {}, transient });
  send(collector, "2", "update_display_data", {
    data: { "text/plain": "new" },
    metadata: { m: 1 },
    transient,
  });
  const shown = { output_type: "display_data", data: { "text/plain": "new" }, metadata: { m: 1 } };
  assert.deepEqual([first.outputs, second.outputs], [[shown], [shown]]);
  send(collector, "1", "clear_output", { wait: true });
  assert.equal(first.outputs.length, 1);
  send(collector, "1", "stream", { name: "stdout", text: "x" });
  assert.deepEqual(first.outputs, [{ output_type: "stream", name: "stdout", text: "x" }]);
  send(collector, "1", "clear_output", { wait: false });
  assert.deepEqual(first.outputs, []);
});

test("a failure is an error, or a late exception at the start of a line of standard error", () => {
  const failure = (name: string, text: string): string | undefined => {
    const collector = new OutputCollector();
    const cell = collector.open("r");
    send(collector, "r", "stream", { name, text });
    const found = cell.failure();
    return found && `${found.ename}|${found.evalue}|${found.traceback.length}`;
  };
  assert.equal(
    failure("stderr", "warn\nUncaughtException: Error: late\n    at f\n"),
    "UncaughtException|Error: late|2",
  );
  assert.equal(failure("stderr", "UnhandledRejection: 'x'\n"), "UnhandledRejection|'x'|1");
  // tslab's own kernel words it so.
  assert.equal(
    failure("stderr", "UnhandledPromiseRejection: Error: p"),
    "UnhandledPromiseRejection|Error: p|1",
  );
  assert.equal(failure("stdout", "UncaughtException: Error: late"), undefined);
  assert.equal(failure("stderr", "an UncaughtException was handled"), undefined);
});

test("messages survive the wire; a changed or foreign one is refused", () => {
  const message = {
    identities: [Buffer.from("who")],
    header: wireHeader("stream", "s"),
    parent: wireHeader("execute_request", "s"),
    content: { text: "ü\u2028" },
  };
  const frames = packMessage("key", message).map((frame) => Buffer.from(frame));
  assert.deepEqual(unpackMessage("key", frames), message);
  assert.throws(() => unpackMessage("other", frames), /signature/);
  assert.throws(() => unpackMessage("key", [...frames.slice(0, -1), Buffer.from("{}")]), /signature/);
  assert.throws(() => unpackMessage("key", frames.slice(2)), /frames are missing/);
  assert.deepEqual(
    unpackMessage(
      "",
      packMessage("", message).map((frame) => Buffer.from(frame)),
    ),
    message,
  );
});
