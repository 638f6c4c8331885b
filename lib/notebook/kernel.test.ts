/** The kernel as a Jupyter client sees it: one real kernel for most tests, in a project that imports a package by name. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { WireContent, WireMessage } from "./jupyter-wire.ts";
import { KERNEL_LAUNCHER, KernelClient, KernelDied, PORT_TAKEN } from "./kernel-client.ts";

const fixtures = fileURLToPath(new URL("./fixtures/", import.meta.url));
const project = realpathSync(mkdtempSync(join(tmpdir(), "protolab-kernel-test-")));
mkdirSync(join(project, "notebooks", "deep"), { recursive: true });
mkdirSync(join(project, "node_modules"));
writeFileSync(join(project, "package.json"), '{"name": "p", "private": true}');
symlinkSync(join(fixtures, "typed-package"), join(project, "node_modules", "typed-package"), "junction");
// As the library itself lies in its project: a workspace below the root, whose files name each other with `.ts`.
mkdirSync(join(project, "lib"));
writeFileSync(
  join(project, "lib", "package.json"),
  '{"name": "inside", "main": "./index.ts", "types": "./index.ts"}',
);
writeFileSync(join(project, "lib", "index.ts"), 'export { twice } from "./twice.ts";\n');
writeFileSync(join(project, "lib", "twice.ts"), "export const twice = (x: number): number => 2 * x;\n");
symlinkSync(join(project, "lib"), join(project, "node_modules", "inside"), "junction");
after(() => rmSync(project, { recursive: true, force: true }));

describe("a kernel", { timeout: 120_000 }, () => {
  let kernel: KernelClient;
  let messages: WireMessage[] = [];
  before(async () => {
    // Started where Jupyter and VS Code start a kernel: in the folder of the notebook.
    kernel = await KernelClient.start({ folder: join(project, "notebooks", "deep") });
    kernel.onMessage = (message) => messages.push(message);
    const imported = await kernel.execute(
      'import { displayBundle, halved, metres, progressDisplay, type Length } from "typed-package";\n' +
        "let long: Length = metres(10); const fixed = 3; let nodes = 5;",
    );
    assert.equal(imported["status"], "ok", JSON.stringify(imported));
  });
  after(async () => kernel.shutdown());

  const run = async (code: string): Promise<WireContent> => {
    messages = [];
    return kernel.execute(code);
  };
  const of = (type: string): WireContent[] =>
    messages.filter(({ header }) => header.msg_type === type).map(({ content }) => content);
  const printed = (name = "stdout"): string =>
    of("stream")
      .filter((content) => content["name"] === name)
      .map((content) => content["text"])
      .join("");
  const result = (): unknown => of("execute_result").map((content) => content["data"])[0];

  test("imports a TypeScript package by its name, with its types, and works in the project's root", async () => {
    await run("console.log(halved(long), process.cwd())");
    assert.equal(printed(), `5 ${project}\n`);
    const reply = await run("const wrong: string = halved(long);");
    assert.deepEqual(
      [reply["status"], reply["ename"], reply["evalue"]],
      ["error", "TypeScriptError", "Type 'Length' is not assignable to type 'string'."],
    );
  });

  test("imports a package whose sources lie in the project itself", async () => {
    const reply = await run('import { twice } from "inside"; twice(4)');
    assert.deepEqual([reply["evalue"], result()], [undefined, { "text/plain": "8" }]);
    assert.equal((await run("const wrong: string = twice(1)"))["ename"], "TypeScriptError");
  });

  test("counts executions and tells what it runs before it runs it", async () => {
    const first = await run("1 + 1");
    const [input] = of("execute_input");
    assert.deepEqual(input, { code: "1 + 1", execution_count: first["execution_count"] });
    assert.deepEqual(
      messages.map(({ header, content }) => content["execution_state"] ?? header.msg_type),
      ["busy", "execute_input", "execute_result", "idle"],
    );
    const second = await run("2");
    assert.equal(second["execution_count"], Number(first["execution_count"]) + 1);
  });

  test("a compile error is an error message with the place, in the text as written", async () => {
    await run("const a = 1;\nlet text: string = { fixed, nodes } && 7; nope(1)");
    const [error] = of("error");
    assert.deepEqual(error, {
      ename: "TypeScriptError",
      evalue: "Type 'number' is not assignable to type 'string'.",
      traceback: [
        "cell:2:5 Type 'number' is not assignable to type 'string'.",
        "    let text: string = { fixed, nodes } && 7; nope(1)",
        "        ^",
        "cell:2:43 Cannot find name 'nope'.",
        "    let text: string = { fixed, nodes } && 7; nope(1)",
        `    ${" ".repeat(42)}^`,
      ],
    });
    await run("const box: { deep: { wide: number } } = { deep: { wide: 'x' as string | number } };");
    assert.deepEqual((of("error")[0]!["traceback"] as string[]).slice(0, 2), [
      "cell:1:51 Type 'string | number' is not assignable to type 'number'.",
      "  Type 'string' is not assignable to type 'number'.",
    ]);
    await run("const c = ;");
    assert.equal(of("error")[0]!["evalue"], "Expression expected.");
  });

  test("a thrown error keeps its name, message, cause and the frames of the library", async () => {
    const reply = await run("halved(metres(-1))");
    const [error] = of("error");
    assert.equal(error!["ename"], "RangeError");
    assert.equal(error!["evalue"], "length must be >= 0, got -1");
    const trace = (error!["traceback"] as string[]).join("\n");
    assert.match(trace, /at .*halved \(.*length\.ts:12:\d+\)\n +at cell/);
    assert.doesNotMatch(trace, /tslab|kernel-cell|node:internal/);
    assert.equal(reply["status"], "error");
    await run('throw new Error("outer", { cause: new TypeError("inner") })');
    assert.match((of("error")[0]!["traceback"] as string[]).join("\n"), /\[cause\]: TypeError: inner/);
    await run('throw "a text"');
    assert.deepEqual(of("error")[0], { ename: "Thrown", evalue: "a text", traceback: ["Thrown: a text"] });
    await run("await Promise.reject(new RangeError('awaited'))");
    assert.equal(of("error")[0]!["ename"], "RangeError");
  });

  test("assigns to let, refuses const, shows no result of an assignment", async () => {
    await run("nodes = 7;");
    assert.equal(result(), undefined);
    await run("nodes");
    assert.deepEqual(result(), { "text/plain": "7" });
    await run("fixed = 4");
    assert.equal(of("error")[0]!["evalue"], "Cannot assign to 'fixed' because it is a constant.");
  });

  test("shorthand properties and patterns reach variables of earlier cells", async () => {
    await run("nodes = 7;");
    await run("let other = 1; ({ fixed, nodes, long: { nodes } })");
    assert.deepEqual(result(), { "text/plain": "{ fixed: 3, nodes: 7, long: { nodes: 7 } }" });
    await run("({ nodes } = { nodes: 11 }); const { length } = 'abc'; console.log(nodes, length)");
    assert.equal(printed(), "11 3\n");
  });

  test("prints twenty thousand lines of one loop, in order, in few messages", async () => {
    await run("for (let i = 0; i < 20_000; i++) console.log(i);");
    const expected = Array.from({ length: 20_000 }, (_, i) => `${i}\n`).join("");
    assert.ok(printed() === expected, `${printed().length} of ${expected.length} characters came`);
    assert.ok(of("stream").length < 1000, `${of("stream").length} messages`);
  });

  test("calls back a writer, joins split characters, keeps the order of the two streams", async () => {
    await run(
      'await new Promise((done) => process.stdout.write("a", done)); process.stdout.write("b", "utf8");' +
        "process.stdout.write(new Uint8Array([0xc3])); process.stdout.write(new Uint8Array([0xa9]));" +
        'console.error("e"); console.log("c");',
    );
    assert.deepEqual(
      of("stream").reduce<string[]>((all, { name, text }) => {
        if (all.at(-1)?.startsWith(String(name))) all.push(all.pop()! + String(text));
        else all.push(`${name}:${text}`);
        return all;
      }, []),
      ["stdout:abé", "stderr:e\n", "stdout:c\n"],
    );
  });

  test("shows more outputs in one loop than the socket takes at once", async () => {
    const reply = await run('for (let i = 0; i < 1500; i++) displayBundle({ "text/plain": String(i) });');
    assert.equal(reply["status"], "ok", String(reply["evalue"]));
    assert.deepEqual(
      of("display_data").map(({ data }) => (data as Record<string, unknown>)["text/plain"]),
      Array.from({ length: 1500 }, (_, i) => `${i}`),
    );
  });

  test("shows bundles, figures and values that know how to be shown", async () => {
    const figure = '{ data: [{ type: "bar", y: [1] }], layout: { title: { text: "T" } } }';
    await run(
      `displayBundle({ "text/html": "<b>x</b>", "text/plain": "x", "image/png": new Uint8Array([1, 2]) });`,
    );
    assert.deepEqual(of("display_data")[0]!["data"], {
      "text/html": "<b>x</b>",
      "text/plain": "x",
      "image/png": "AQI=",
    });
    await run(`(${figure})`);
    assert.deepEqual(result(), {
      "application/vnd.plotly.v1+json": { data: [{ type: "bar", y: [1] }], layout: { title: { text: "T" } } },
      "text/plain": "Figure: T",
    });
    await run('({ [Symbol.for("Jupyter.display")]: async () => ({ "text/markdown": "*x*" }) })');
    assert.deepEqual(result(), { "text/markdown": "*x*" });
    await run('({ [Symbol.for("Jupyter.display")]: async () => { throw new RangeError("no picture"); } })');
    assert.equal(of("error")[0]!["evalue"], "no picture");
    await run('import { display } from "tslab"; display.html("<i>own</i>")');
    assert.deepEqual(of("display_data")[0]!["data"], { "text/html": "<i>own</i>" });
  });

  test("progress replaces itself, also over cells", async () => {
    await run('const line = progressDisplay(); line.update("1 of 3"); line.update("too soon");');
    const shown = of("display_data")[0]!;
    await run('line.done("3 of 3")');
    const [changed] = of("update_display_data");
    assert.deepEqual(
      [shown["data"], changed!["data"]],
      [{ "text/plain": "1 of 3" }, { "text/plain": "3 of 3" }],
    );
    assert.deepEqual(changed!["transient"], shown["transient"]);
  });

  test("late exceptions come on standard error by name and do not end the kernel", async () => {
    await run(
      'setTimeout(() => { throw new Error("late"); }, 5); void Promise.reject(new RangeError("floating"));',
    );
    await run("await new Promise((done) => setTimeout(done, 60))");
    await run("1");
    await run('setTimeout(() => { throw "a text"; }, 1); await new Promise((done) => setTimeout(done, 40));');
    assert.match(printed("stderr"), /^UncaughtException: 'a text'$/m);
  });

  test("late exceptions name what was thrown", async () => {
    await run(
      'setTimeout(() => { throw new Error("late"); }, 5); void Promise.reject(new RangeError("floating"));' +
        "await new Promise((done) => setTimeout(done, 60))",
    );
    assert.match(printed("stderr"), /^UnhandledRejection: RangeError: floating$/m);
    assert.match(printed("stderr"), /^UncaughtException: Error: late$/m);
    assert.doesNotMatch(printed("stderr"), /tslab/);
  });

  test("an error refuses what was queued before it, and nothing that is sent after its reply", async () => {
    messages = [];
    const failing = kernel.execute("await new Promise((r) => setTimeout(r, 20)); throw new Error('first')");
    const queued = kernel.execute("'must not run'");
    assert.equal((await failing)["status"], "error");
    assert.equal((await kernel.execute("'runs'"))["status"], "ok");
    assert.equal((await queued)["status"], "aborted");
    assert.deepEqual(result(), { "text/plain": "runs" });
  });

  /** Fails with what did not come, and leaves nothing behind that would keep the tests from ending. */
  const inTime = async <T>(what: string, work: (late: AbortSignal) => Promise<T>): Promise<T> => {
    const late = new AbortController();
    const limit = delay(30_000, undefined, { signal: late.signal }).then(() => {
      kernel.kill();
      throw new Error(`${what} did not come in 30 s`);
    });
    limit.catch(() => {});
    return Promise.race([work(late.signal), limit]).finally(() => late.abort());
  };

  test("is interrupted in a loop that blocks it and in a wait, and goes on", async () => {
    for (const wait of ["for (;;) {}", "await new Promise(() => setInterval(() => {}, 1000))"]) {
      messages = [];
      const running = kernel.execute(`console.log("in"); ${wait}`);
      running.catch(() => {}); // of a kernel that had to be ended
      // Not before it runs, and more than once: Node loses a signal that comes just as the code of a cell begins to
      // wait, while its own handler is being put back.
      await inTime(`${wait}: what it prints`, async (late) => {
        while (printed() === "" && !late.aborted) await delay(10);
      });
      const again = setInterval(() => kernel.interrupt(), 100);
      const reply = await inTime(`${wait}: its answer`, () => running).finally(() => clearInterval(again));
      assert.equal(reply["ename"], "Interrupted", wait);
    }
    assert.equal((await run("1"))["status"], "ok");
  });

  test("answers the requests of an editor", async () => {
    const info = await kernel.request("kernel_info_request", {});
    assert.deepEqual(
      [info["status"], info["implementation"], (info["language_info"] as { name: string }).name],
      ["ok", "protolab", "typescript"],
    );
    const { matches } = await kernel.request("complete_request", { code: "nod", cursor_pos: 3 });
    assert.ok((matches as string[]).includes("nodes"));
    const seen = await kernel.request("inspect_request", { code: "long", cursor_pos: 2, detail_level: 0 });
    assert.deepEqual(seen["data"], { "text/plain": "let long: Length" });
    assert.deepEqual(await kernel.request("is_complete_request", { code: "if (x) {" }), {
      status: "incomplete",
      indent: "  ",
    });
    assert.deepEqual(await kernel.request("comm_info_request", {}), { status: "ok", comms: {} });
  });
});

describe("starting and ending", { concurrency: 2, timeout: 120_000 }, () => {
  test("chooses other ports when one was taken in between", async () => {
    const marker = join(project, "first-attempt");
    const kernel = await KernelClient.start({
      folder: project,
      launcher: join(fixtures, "first-attempt-fails.cjs"),
      environment: { FIRST_ATTEMPT_MARKER: marker },
    });
    assert.equal((await kernel.execute("1"))["status"], "ok");
    await kernel.shutdown();
  });

  test("a kernel that finds a port taken says so by its exit code", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const file = join(project, "connection.json");
    const ports = { shell_port: port, iopub_port: port, stdin_port: port, control_port: port, hb_port: port };
    writeFileSync(file, JSON.stringify({ ...ports, transport: "tcp", ip: "127.0.0.1", key: "k" }));
    const child = spawn(process.execPath, [KERNEL_LAUNCHER, file], { cwd: project, stdio: "ignore" });
    const code = await new Promise((resolve) => child.on("exit", resolve));
    server.close();
    assert.equal(code, PORT_TAKEN);
  });

  test("a kernel that cannot start is not tried again, and says why", async () => {
    const launcher = join(project, "broken.cjs");
    writeFileSync(launcher, 'process.stderr.write("no such thing"); process.exit(7);');
    await assert.rejects(KernelClient.start({ folder: project, launcher }), (error) => {
      assert.ok(error instanceof KernelDied);
      assert.equal(error.message, "the kernel ended (exit code 7): no such thing");
      return true;
    });
  });

  test("a blocked kernel ends when its starter is killed", {
    skip: process.platform === "win32",
  }, async () => {
    const starter = spawn(process.execPath, ["--import", "tsx", join(fixtures, "orphan.ts")], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const pid = await new Promise<number>((resolve) => {
      starter.stdout.on("data", (chunk: Buffer) => resolve(Number(chunk.toString())));
    });
    const alive = (): boolean => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    assert.ok(pid > 0 && alive());
    starter.kill("SIGKILL");
    const end = Date.now() + 8000;
    while (alive() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(alive(), false);
  });
});
