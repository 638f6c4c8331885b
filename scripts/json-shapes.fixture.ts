/** Holds the JSON of commands against what their help tells: every name told is printed, every name printed is told. */
import assert from "node:assert/strict";
import { JSON_SHAPES } from "./commands/json-shapes.ts";

/** `any` is a description as it was stated; `leaf` a number, a text, true, false or null. */
type Shape = "leaf" | "any" | readonly [Shape] | ReadonlyMap<string, Shape>;

/** Reads a shape as the help prints it. */
function parse(text: string): Shape {
  const tokens = text.match(/\{…\}|[{}[\],:]|[\w?]+/g) ?? [];
  let at = 0;
  const take = (wanted: string): boolean => tokens[at] === wanted && at++ >= 0;
  const value = (): Shape => {
    if (take("{…}")) return "any";
    if (take("[")) {
      if (take("]")) return ["leaf"];
      const inner = value();
      assert.ok(take("]"), `] after ${tokens[at - 1]}`);
      return [inner];
    }
    assert.ok(take("{"), `{ after ${tokens[at - 1]}, got ${tokens[at]}`);
    const fields = new Map<string, Shape>();
    do {
      const name = tokens[at++];
      fields.set(name, take(":") ? value() : "leaf");
    } while (take(","));
    assert.ok(take("}"), `} after ${tokens[at - 1]}`);
    return fields;
  };
  const whole = value();
  assert.equal(at, tokens.length, text);
  return whole;
}

const isAnyName = (name: string): boolean => /^[A-Z]+$/.test(name);

/** Holds a value against a shape; null may stand for anything. */
function hold(value: unknown, shape: Shape, path: string): void {
  if (shape === "any" || value === null) return;
  if (shape === "leaf") {
    assert.ok(
      typeof value !== "object",
      `${path} must be told with its fields, got ${JSON.stringify(value)}`,
    );
  } else if (!(shape instanceof Map)) {
    assert.ok(Array.isArray(value), `${path} must be a list`);
    for (const item of value) hold(item, (shape as readonly [Shape])[0], `${path}[]`);
  } else {
    assert.ok(typeof value === "object" && !Array.isArray(value), `${path} must have fields`);
    const given = value as Record<string, unknown>;
    const [only] = shape.keys();
    for (const [name, inner] of Object.entries(given)) {
      const said = isAnyName(only) ? only : shape.has(name) ? name : `${name}?`;
      assert.ok(shape.has(said), `${path}.${name} is printed and not told by --help`);
      hold(inner, shape.get(said) as Shape, `${path}.${said}`);
    }
    for (const name of shape.keys())
      assert.ok(
        isAnyName(name) || name.endsWith("?") || Object.hasOwn(given, name),
        `${path}.${name} is told by --help and not printed`,
      );
  }
}

/** Fails unless a value has the fields that the help of a command tells of its `index`-th shape. */
export function holdJson(command: string, value: unknown, index = 0): void {
  hold(value, parse(JSON_SHAPES[command][index][1]), command);
}
