/**
 * A cell's text made fit for tslab, and positions found in the result led back to the text.
 *
 * tslab rewrites each use of an earlier cell's variable `n` to `exports.n`, but not in `{ n }`: such a cell compiles
 * and then throws "n is not defined". So shorthand properties are written out before: `{ n: n }`.
 */
import { loadKernelTypeScript } from "./kernel-typescript.ts";

export interface PreparedCell {
  readonly code: string;
  /** Whether the last statement is an assignment, whose value nobody wants to see. */
  readonly endsInAssignment: boolean;
  /** The column in the text that was written, for a column in `code`; both and the line count from 1. */
  column(line: number, column: number): number;
}

interface Insertion {
  readonly at: number;
  readonly text: string;
}

/** Reads a cell; a text that is no TypeScript comes back as it is, for the compiler to refuse. */
export function prepareCell(written: string): PreparedCell {
  const ts = loadKernelTypeScript();
  const source = ts.createSourceFile("cell.ts", written, ts.ScriptTarget.ES2022, false);
  const insertions: Insertion[] = [];
  const visit = (node: import("typescript").Node): void => {
    if (ts.isShorthandPropertyAssignment(node) && node.objectAssignmentInitializer === undefined)
      insertions.push({ at: node.name.end, text: `: ${node.name.text}` });
    ts.forEachChild(node, visit);
  };
  visit(source);
  let code = "";
  let from = 0;
  for (const { at, text } of insertions) {
    code += written.slice(from, at) + text;
    from = at;
  }
  code += written.slice(from);

  const last = source.statements.at(-1);
  const expression = last !== undefined && ts.isExpressionStatement(last) ? last.expression : undefined;
  const operator =
    expression !== undefined && ts.isBinaryExpression(expression) ? expression.operatorToken.kind : undefined;
  const { FirstAssignment, LastAssignment } = ts.SyntaxKind;
  return {
    code,
    endsInAssignment: operator !== undefined && operator >= FirstAssignment && operator <= LastAssignment,
    column: (line, column) => writtenColumn(written, insertions, line, column),
  };
}

function writtenColumn(
  written: string,
  insertions: readonly Insertion[],
  line: number,
  column: number,
): number {
  const start = written
    .split("\n")
    .slice(0, line - 1)
    .reduce((sum, text) => sum + text.length + 1, 0);
  const end = written.indexOf("\n", start);
  let shift = 0;
  for (const { at, text } of insertions) {
    if (at < start || (end >= 0 && at > end)) continue;
    const inserted = at - start + shift;
    if (column - 1 > inserted) shift += Math.min(text.length, column - 1 - inserted);
  }
  return column - shift;
}
