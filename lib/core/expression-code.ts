/**
 * JavaScript source from expressions: every bracket written out, nothing but arithmetic, Math and declared functions.
 */
import { BUILT_IN, CONSTANTS, callsOf, type Expression } from "./expression.ts";

/** Above this, repeated multiplication gives way to Math.pow. */
const LARGEST_WRITTEN_POWER = 4;

/** Source of an expression; symbols and declared functions appear under their own names. */
export function codeOf(e: Expression): string {
  switch (e.kind) {
    case "number":
      return e.value < 0 || Object.is(e.value, -0) ? `(${e.value})` : String(e.value);
    case "symbol":
      return Object.hasOwn(CONSTANTS, e.name) ? String(CONSTANTS[e.name]) : e.name;
    case "negate":
      return `(-${codeOf(e.of)})`;
    case "not":
      return `(!${codeOf(e.of)})`;
    case "arithmetic":
      return e.op === "^" ? powerCode(e.left, e.right) : `(${codeOf(e.left)} ${e.op} ${codeOf(e.right)})`;
    case "compare": {
      const op = e.op === "==" ? "===" : e.op === "!=" ? "!==" : e.op;
      return `(${codeOf(e.left)} ${op} ${codeOf(e.right)})`;
    }
    case "logic":
      return `(${codeOf(e.left)} ${e.op === "and" ? "&&" : "||"} ${codeOf(e.right)})`;
    case "choose":
      return `(${codeOf(e.when)} ? ${codeOf(e.yes)} : ${codeOf(e.no)})`;
    case "call": {
      const args = e.args.map(codeOf).join(", ");
      return Object.hasOwn(BUILT_IN, e.name) ? `Math.${e.name}(${args})` : `${e.name}(${args})`;
    }
  }
}

/** Small whole powers of a name as products: the same bits on every engine, and faster. */
function powerCode(base: Expression, power: Expression): string {
  const code = codeOf(base);
  if (power.kind === "number") {
    if (power.value === 0.5) return `Math.sqrt(${code})`;
    const whole = Number.isInteger(power.value) && power.value >= 2 && power.value <= LARGEST_WRITTEN_POWER;
    // A repeated bracket is computed once by the compiler; a call to a function of ours would not be.
    if (whole && callsOf(base).size === 0) {
      return `(${new Array<string>(power.value).fill(code).join(" * ")})`;
    }
  }
  return `Math.pow(${code}, ${codeOf(power)})`;
}
