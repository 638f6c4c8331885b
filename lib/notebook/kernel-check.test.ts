import assert from "node:assert/strict";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { checkUnderKernelCompiler } from "./kernel-check.ts";

const library = fileURLToPath(new URL("../", import.meta.url));
const folder = realpathSync(mkdtempSync(join(tmpdir(), "protolab-check-")));
after(() => rmSync(folder, { recursive: true }));

/** The README's blocks of code as files beside a package `protolab`; `scripts/house/readme.test.ts` runs them. */
function readmeBlocks(): string[] {
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(library, join(folder, "node_modules", "protolab"), "junction");
  const page = readFileSync(join(library, "../README.md"), "utf8");
  return [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code], i) => {
    const path = join(folder, `readme-${i}.ts`);
    writeFileSync(path, code);
    return path;
  });
}

test("the library's door and the README's code compile, strict, under the compiler of the kernel", () => {
  const blocks = readmeBlocks();
  assert.equal(blocks.length, 2);
  const found = checkUnderKernelCompiler([
    join(library, "index.ts"),
    join(library, "notebook", "display.ts"),
    ...blocks,
  ]);
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
