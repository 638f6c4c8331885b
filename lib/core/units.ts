/**
 * Quantities: SI numbers inside, units at the surface.
 *
 * Inside, every quantity is a plain number in its SI unit (seconds, bytes, bits per second, per second), branded so
 * that mixing two kinds does not compile; the brand costs nothing at run time. At the surface a user writes
 * `ms(5)`, `KiB(4)`, `Gbps(1)` or the strings `"5 ms"`, `"4 KiB"`, `"1 Gbit/s"`.
 *
 * RTT and one-way delay are different types: halving one into the other is a modelling decision, never an accident.
 */
import { DomainError, nearest, show, UsageError } from "./errors.ts";

declare const brand: unique symbol;
/** A number that carries its kind in the type only. */
export type Quantity<Kind extends string> = number & { readonly [brand]: Kind };

export type Seconds = Quantity<"seconds">;
export type OneWayDelay = Quantity<"one-way delay">;
export type RoundTripTime = Quantity<"round-trip time">;
export type Bytes = Quantity<"bytes">;
export type BitsPerSecond = Quantity<"bits per second">;
export type PerSecond = Quantity<"per second">;
export type Dimensionless = number;

/** The dimensions a parameter may have; the key of every unit table. */
export type Dimension = "time" | "size" | "bandwidth" | "rate" | "timePerByte" | "one";

/** Factor of each unit to the SI unit of its dimension. Decimal prefixes are powers of 1000, binary of 1024. */
const UNITS: { readonly [D in Dimension]: Readonly<Record<string, number>> } = {
  time: { s: 1, ms: 1e-3, us: 1e-6, µs: 1e-6, μs: 1e-6, ns: 1e-9, min: 60, h: 3600, d: 86_400 },
  size: {
    B: 1,
    kB: 1e3,
    MB: 1e6,
    GB: 1e9,
    TB: 1e12,
    KiB: 1024,
    MiB: 1024 ** 2,
    GiB: 1024 ** 3,
    TiB: 1024 ** 4,
    bit: 0.125,
  },
  bandwidth: {
    "bit/s": 1,
    "kbit/s": 1e3,
    "Mbit/s": 1e6,
    "Gbit/s": 1e9,
    "Tbit/s": 1e12,
    bps: 1,
    kbps: 1e3,
    Mbps: 1e6,
    Gbps: 1e9,
    "B/s": 8,
    "kB/s": 8e3,
    "MB/s": 8e6,
    "GB/s": 8e9,
    "KiB/s": 8192,
    "MiB/s": 8 * 1024 ** 2,
    "GiB/s": 8 * 1024 ** 3,
  },
  rate: {
    "1/s": 1,
    "/s": 1,
    Hz: 1,
    kHz: 1e3,
    "op/s": 1,
    "ops/s": 1,
    "kop/s": 1e3,
    "Mop/s": 1e6,
    "1/ms": 1e3,
    "1/us": 1e6,
    "1/min": 1 / 60,
    "1/h": 1 / 3600,
  },
  timePerByte: {
    "s/B": 1,
    "ms/B": 1e-3,
    "us/B": 1e-6,
    "ns/B": 1e-9,
    "us/KiB": 1e-6 / 1024,
    "ms/MiB": 1e-3 / 1024 ** 2,
  },
  one: { "": 1, "1": 1, "%": 0.01 },
};

/** The unit a value of a dimension has inside, as printed in tables and messages. */
export const SI_UNIT: { readonly [D in Dimension]: string } = {
  time: "s",
  size: "B",
  bandwidth: "bit/s",
  rate: "1/s",
  timePerByte: "s/B",
  one: "1",
};

const NUMBER_WITH_UNIT =
  /^\s*([+-]?(?:\d[\d_]*(?:\.[\d_]*)?|\.\d+)(?:[eE][+-]?\d+)?)(?:\s*([^\d\s].*?)|\s+(1\/.*?))?\s*$/;

/**
 * Reads `"5 ms"`, `"1 Gbit/s"`, `"64 KiB"` or a plain SI number into SI.
 *
 * A string without a unit is refused for a dimension that has one: `"5"` could be seconds or milliseconds.
 *
 * @param where name of the model, protocol or option, first word of any error
 * @throws UsageError when the text is not a number with a unit of the dimension
 * @throws DomainError when the number is not finite
 * @example
 * parseQuantity("simulate: rtt", "0.5 ms", "time"); // => 0.0005
 */
export function parseQuantity(where: string, value: unknown, dimension: Dimension): number {
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new DomainError(`${where} must be finite, got ${show(value)}`);
    return value;
  }
  if (typeof value !== "string")
    throw new DomainError(`${where} must be a number or a text with a unit, got ${show(value)}`);
  const match = NUMBER_WITH_UNIT.exec(value);
  if (match === null)
    throw new UsageError(
      `${where} must be a number ${dimension === "one" ? "" : "with a unit "}such as ${show(sampleOf(dimension))}, got ${show(value)}`,
    );
  const number = Number(match[1].replaceAll("_", ""));
  const unit = match[2] ?? match[3] ?? "";
  const factor = Object.hasOwn(UNITS[dimension], unit) ? UNITS[dimension][unit] : undefined;
  if (factor === undefined) throw unitError(where, value, unit, dimension);
  if (!Number.isFinite(number)) throw new DomainError(`${where} must be finite, got ${show(value)}`);
  return number * factor;
}

function sampleOf(dimension: Dimension): string {
  return {
    time: "5 ms",
    size: "4 KiB",
    bandwidth: "1 Gbit/s",
    rate: "1000 1/s",
    timePerByte: "1 ns/B",
    one: "0.5",
  }[dimension];
}

function unitError(where: string, value: unknown, unit: string, dimension: Dimension): UsageError {
  const known = Object.keys(UNITS[dimension]).filter((u) => u !== "");
  if (unit === "")
    return new UsageError(`${where} needs a unit (${known.slice(0, 6).join(", ")}), got ${show(value)}`);
  const other = (Object.keys(UNITS) as Dimension[]).find(
    (d) => d !== dimension && Object.hasOwn(UNITS[d], unit),
  );
  if (other !== undefined) {
    return new UsageError(
      `${where} must be a ${NAMES[dimension]}, got ${show(value)} which is a ${NAMES[other]}`,
    );
  }
  const near = nearest(unit, known);
  return new UsageError(
    `${where} has unknown unit ${show(unit)} (known: ${known.join(", ")}${near ? `; did you mean ${near}?` : ""})`,
  );
}

const NAMES: { readonly [D in Dimension]: string } = {
  time: "time",
  size: "size",
  bandwidth: "bandwidth",
  rate: "rate",
  timePerByte: "time per byte",
  one: "number",
};

/** What a caller may write for a quantity: an SI number (branded or plain) or a text with a unit. */
export type TimeInput = number | string;
export type SizeInput = number | string;
export type BandwidthInput = number | string;
export type RateInput = number | string;

function scale<Q extends number>(name: string, factor: number): (value: number) => Q {
  return (value) => {
    if (typeof value !== "number" || !Number.isFinite(value))
      throw new DomainError(`${name}: value must be a finite number, got ${show(value)}`);
    return (value * factor) as Q;
  };
}

/** @example seconds(2); // => 2 */
export const seconds = scale<Seconds>("seconds", 1);
/** @example ms(5); // => 0.005 */
export const ms = scale<Seconds>("ms", 1e-3);
/** @example us(10); // => 0.00001 */
export const us = scale<Seconds>("us", 1e-6);
/** @example bytes(100); // => 100 */
export const bytes = scale<Bytes>("bytes", 1);
/** @example KiB(4); // => 4096 */
export const KiB = scale<Bytes>("KiB", 1024);
/** @example MiB(1); // => 1048576 */
export const MiB = scale<Bytes>("MiB", 1024 ** 2);
/** @example kB(1); // => 1000 */
export const kB = scale<Bytes>("kB", 1e3);
/** @example MB(1); // => 1000000 */
export const MB = scale<Bytes>("MB", 1e6);
/** @example Mbps(8); // => 8000000 */
export const Mbps = scale<BitsPerSecond>("Mbps", 1e6);
/** @example Gbps(1); // => 1000000000 */
export const Gbps = scale<BitsPerSecond>("Gbps", 1e9);

/** Half of a round trip: the one-way delay of a link taken as symmetric. */
export function halfOf(rtt: RoundTripTime): OneWayDelay {
  return (rtt / 2) as number as OneWayDelay;
}

function grid(name: string, from: number, to: number, count: number): void {
  if (!Number.isInteger(count) || count < 1)
    throw new DomainError(`${name}: count must be an integer >= 1, got ${show(count)}`);
  if (!(from > 0) || !Number.isFinite(from))
    throw new DomainError(`${name}: from must be > 0, got ${show(from)}`);
  if (!(to >= from) || !Number.isFinite(to))
    throw new DomainError(`${name}: to ${show(to)} must be >= from ${show(from)}`);
}

/**
 * `count` values from `from` to `to` with equal ratios, ends included.
 * @example logspace(1, 100, 3); // => [1, 10, 100]
 */
export function logspace(from: number, to: number, count: number): number[] {
  grid("logspace", from, to, count);
  if (count === 1) return [from];
  const step = Math.log(to / from) / (count - 1);
  return Array.from({ length: count }, (_, i) =>
    i === count - 1 ? to : i === 0 ? from : round15(from * Math.exp(i * step)),
  );
}

/**
 * `count` values from `from` to `to` with equal differences, ends included.
 * @example linspace(1, 3, 3); // => [1, 2, 3]
 */
export function linspace(from: number, to: number, count: number): number[] {
  grid("linspace", from, to, count);
  if (count === 1) return [from];
  return Array.from({ length: count }, (_, i) =>
    i === count - 1 ? to : round15(from + ((to - from) * i) / (count - 1)),
  );
}

/** Cuts the last digit's rounding noise, so that a decade grid reads 10, 100, 1000 and file names stay short. */
function round15(x: number): number {
  return Number(x.toPrecision(12));
}

/** Rates per second: `perSecond(100)`, `perSecond.logspace(10, 20_000, 12)`. */
export const perSecond = Object.assign(scale<PerSecond>("perSecond", 1), {
  logspace: (from: number, to: number, count: number): PerSecond[] =>
    logspace(from, to, count) as PerSecond[],
  linspace: (from: number, to: number, count: number): PerSecond[] =>
    linspace(from, to, count) as PerSecond[],
});

/**
 * Prints an SI number with the unit a reader would choose: three significant digits and a prefix.
 * @example formatQuantity(0.0123, "time"); // => "12.3 ms"
 */
export function formatQuantity(value: number, dimension: Dimension): string {
  if (!Number.isFinite(value)) return String(value);
  const ladder: { readonly [D in Dimension]: readonly string[] } = {
    time: ["d", "h", "s", "ms", "us", "ns"],
    size: ["GiB", "MiB", "KiB", "B"],
    bandwidth: ["Gbit/s", "Mbit/s", "kbit/s", "bit/s"],
    rate: ["1/s"],
    timePerByte: ["ns/B"],
    one: [""],
  };
  const units = ladder[dimension];
  const unit = units.find((u) => Math.abs(value) >= UNITS[dimension][u]!) ?? units[units.length - 1]!;
  const text = Number((value / UNITS[dimension][unit]!).toPrecision(3)).toString();
  return unit === "" ? text : `${text} ${unit}`;
}
