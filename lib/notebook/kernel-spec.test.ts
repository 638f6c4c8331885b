import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { after, test } from "node:test";
import { installKernel, kernelFolder, kernelSpec, uninstallKernel } from "./kernel-spec.ts";
import { parseNotebook } from "./notebook-file.ts";
import { projectRoot } from "./project-root.ts";
import { provenance } from "./provenance.ts";

const folder = mkdtempSync(join(tmpdir(), "protolab-spec-"));
after(() => rmSync(folder, { recursive: true }));

test("knows the folder of each platform, and the variables that change it", () => {
  const at = (platform: NodeJS.Platform, environment: Record<string, string>): string =>
    kernelFolder({ platform, home: "/home/u", environment }).replaceAll("\\", "/");
  assert.equal(at("linux", {}), "/home/u/.local/share/jupyter/kernels/protolab");
  assert.equal(at("linux", { XDG_DATA_HOME: "/x" }), "/x/jupyter/kernels/protolab");
  assert.equal(at("darwin", {}), "/home/u/Library/Jupyter/kernels/protolab");
  assert.equal(at("win32", { APPDATA: "/a" }), "/a/jupyter/kernels/protolab");
  assert.equal(at("win32", {}), "/home/u/AppData/Roaming/jupyter/kernels/protolab");
  for (const platform of ["linux", "darwin", "win32"] as const)
    assert.equal(at(platform, { JUPYTER_DATA_DIR: "/j", APPDATA: "/a" }), "/j/kernels/protolab");
});

test("installs absolute paths, again over itself, and writes over and removes only its own", () => {
  const kernel = join(folder, "kernels", "protolab");
  const path = installKernel({ folder: kernel });
  assert.equal(path, join(kernel, "kernel.json"));
  const spec: unknown = JSON.parse(readFileSync(path, "utf8"));
  assert.deepEqual(spec, kernelSpec());
  const { argv, display_name, language } = kernelSpec();
  assert.deepEqual(
    [display_name, language, argv[2]],
    ["Protolab (TypeScript)", "typescript", "{connection_file}"],
  );
  assert.ok(
    argv.slice(0, 2).every((part) => isAbsolute(part) && existsSync(part)),
    argv.join(" "),
  );
  assert.equal(kernelSpec("win32").interrupt_mode, "message");
  installKernel({ folder: kernel });
  assert.deepEqual(readdirSync(kernel), ["kernel.json"]);
  assert.equal(uninstallKernel({ folder: kernel }), path);
  assert.equal(existsSync(kernel), false);
  assert.equal(uninstallKernel({ folder: kernel }), undefined);
  mkdirSync(kernel);
  writeFileSync(path, '{"argv": ["python3"]}');
  const refused = (done: string): object => ({
    name: "DataError",
    message: `${path}:1: must be the kernelspec of Protolab to be ${done}, got that of another kernel`,
  });
  assert.throws(() => uninstallKernel({ folder: kernel }), refused("removed"));
  assert.throws(() => installKernel({ folder: kernel }), refused("written over"));
  assert.equal(readFileSync(path, "utf8"), '{"argv": ["python3"]}');
});

test("the project's root is the nearest folder with a package.json, else the folder itself", () => {
  const deep = join(folder, "p", "notebooks", "topic");
  mkdirSync(deep, { recursive: true });
  assert.equal(projectRoot(deep), deep);
  writeFileSync(join(folder, "p", "package.json"), "{}");
  assert.equal(projectRoot(deep), join(folder, "p"));
  assert.equal(projectRoot(join(folder, "p")), join(folder, "p"));
});

test("provenance names versions, commit and a hash that a run does not change", () => {
  const cell = (output: string, source = "1"): string =>
    `{"nbformat":4,"nbformat_minor":5,"metadata":{"kernelspec":{"name":"protolab"}},"cells":[{"cell_type":"code","id":"a","metadata":{},"source":"${source}","execution_count":null,"outputs":[${output}]}]}`;
  const of = (text: string): string | undefined =>
    provenance({ notebook: parseNotebook(text, "n.ipynb") }).notebookHash;
  const executed = cell('{"output_type":"stream","name":"stdout","text":"x"}');
  assert.match(of(executed) ?? "", /^[0-9a-f]{64}$/);
  assert.equal(of(executed), of(cell("")));
  assert.notEqual(of(cell("", "2")), of(cell("")));
  const from = provenance({ seed: 7, parameters: { nodes: 5 } });
  assert.deepEqual([from.seed, from.parameters, from.node], [7, { nodes: 5 }, process.version]);
  assert.match(`${from.tslab} ${from.typescript} ${from.protolab}`, /^1\.0\.\d+ 5\.0\.4 \d+\.\d+\.\d+$/);
  if (from.commit !== undefined) assert.match(from.commit, /^[0-9a-f]{40}$/);
  // Outside a repository there is no commit, and no failure.
  assert.equal(provenance({ path: join(folder, "p", "n.ipynb") }).commit, undefined);
  assert.equal(
    provenance({ path: join(folder, "p", "notebooks", "n.ipynb") }).notebook,
    join("notebooks", "n.ipynb"),
  );
});
