import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { checkUnderKernelCompiler } from "./kernel-check.ts";

const library = fileURLToPath(new URL("../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "protolab-check-"));
after(() => rmSync(folder, { recursive: true }));

test("the library's door compiles, strict, under the compiler of the kernel", () => {
  const door = join(library, "index.ts");
  const core = ["errors.ts", "units.ts", "parameters.ts"].map((name) => join(library, "core", name));
  const entries = existsSync(door) ? [door] : core;
  const found = checkUnderKernelCompiler([...entries, join(library, "notebook", "display.ts")]);
  assert.deepEqual(
    found.map(({ file, line, message }) => `${file}:${line}: ${message}`),
    [],
  );
});

test("finds what the kernel's compiler does not know, and what only strict finds", () => {
  const path = join(folder, "newer.ts");
  writeFileSync(
    path,
    'export const a = [3, 1].toSorted();\nexport const f = (x) => x;\nexport const b: number = "x";\nimport "./other.ts";\n',
  );
  writeFileSync(join(folder, "other.ts"), "export const group = Object.groupBy([1], (x) => x);\n");
  const found = checkUnderKernelCompiler(path);
  assert.deepEqual(
    found
      .map(({ file, line, code }) => `${file.endsWith("other.ts") ? "other" : "newer"}:${line} ${code}`)
      .sort((a, b) => (a < b ? -1 : 1)),
    ["newer:1 2339", "newer:2 7006", "newer:3 2322", "other:1 2339", "other:1 7006"],
  );
});
