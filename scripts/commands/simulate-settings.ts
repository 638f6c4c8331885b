/**
 * The settings of machines, load and run that `simulate` has for every protocol: names, meanings and defaults.
 *
 * Text only: the command line prints it in `--help` before anything else is loaded.
 */

/** One setting as the help shows it. */
export interface SettingHelp {
  readonly meaning: string;
  /** The default as a user would write it; absent when there is none. */
  readonly default?: string;
}

/** Where nodes stand and what they are. */
export const MACHINE_SETTINGS = {
  nodes: { default: "3", meaning: "number of nodes, all links equal" },
  rtt: { default: "0.5 ms", meaning: "round trip between any two nodes; a time or a distribution" },
  rtts: { meaning: 'instead of nodes and rtt: round trips from node 0 to each other, "10 ms,20 ms,30 ms"' },
  rttMatrix: { meaning: "instead of nodes and rtt: a CSV file of round trips between places" },
  place: { meaning: 'with rttMatrix: nodes at each place, "Frankfurt=2,Tokyo=1"' },
  within: { meaning: "with rttMatrix: round trip between nodes of one place, a time or a CSV file of zones" },
  leaderIn: { meaning: "place whose first node leads first" },
  window: { meaning: "with rttMatrix: which window_end of the file; the latest" },
  jitter: { default: "0", meaning: "coefficient of variation of every one-way delay (lognormal)" },
  order: { default: "stream", meaning: "stream keeps order within a link, datagram does not" },
  bandwidth: { default: "1 Gbit/s", meaning: "of every node's port, both ways; none is unlimited" },
  egress: { meaning: "of every node's port outwards, instead of bandwidth" },
  ingress: { meaning: "of every node's port inwards, instead of bandwidth" },
  cpuReceive: { default: "5 us", meaning: "processor time to take in a message; a time or a distribution" },
  cpuSend: { default: "5 us", meaning: "processor time to put out a message; a time or a distribution" },
  cpuPerByte: { default: "0 s/B", meaning: "processor time for each byte taken in or put out" },
  cores: { default: "1", meaning: "processors of a node" },
  fsync: {
    default: "none",
    meaning: 'time of a synchronous write: a time, a distribution, "p50 1 ms, p99 6 ms"',
  },
  diskBandwidth: { default: "none", meaning: "sequential bandwidth of the disk; none is unlimited" },
} as const satisfies Readonly<Record<string, SettingHelp>>;

/** What clients ask for. */
export const LOAD_SETTINGS = {
  arrivals: {
    default: "poisson",
    meaning: "poisson, deterministic, on-off, closed:N for N users; closed is one at each place",
  },
  rate: { default: "1000 1/s", meaning: "operations per second, unless closed" },
  on: { default: "1 s", meaning: "with on-off: mean length of a burst" },
  off: { default: "1 s", meaning: "with on-off: mean length of a pause" },
  think: { default: "0 s", meaning: "with closed: time before a user's first request and after each answer" },
  payload: { default: "1 KiB", meaning: "size of a value; a size or a distribution" },
  readShare: { default: "0", meaning: "share of the operations that read, 0 to 1" },
  keys: { default: "1", meaning: "number of keys" },
  popularity: {
    default: "uniform",
    meaning: "how often each key is touched: uniform, zipf, zipf:0.99, hot:0.9 (share of key 0), hot:0.9:10",
  },
  clients: { default: "leader", meaning: 'where clients stand, in equal shares: leader, "node 2", a place' },
  timeout: { default: "none", meaning: "after this a client gives up: the outcome is unknown" },
  retry: { default: "none", meaning: "after this a client asks the next node for the same operation" },
} as const satisfies Readonly<Record<string, SettingHelp>>;

/** How long and how often. */
export const RUN_SETTINGS = {
  seed: { meaning: "whole number from 0 to 2^53 - 1; chosen and printed when missing" },
  precision: { default: "0.05", meaning: "run until the interval is this narrow relative to the mean" },
  replications: { meaning: "exactly so many independent runs, instead of precision" },
  operations: { meaning: "measured operations of a replication; long enough for the network and p99" },
  warmUp: { meaning: "operations dropped before, or mser-5; 1000, and more where round trips are long" },
} as const satisfies Readonly<Record<string, SettingHelp>>;

export type MachineKey = keyof typeof MACHINE_SETTINGS;
export type LoadKey = keyof typeof LOAD_SETTINGS;
export type RunKey = keyof typeof RUN_SETTINGS;
export type SharedKey = MachineKey | LoadKey | RunKey;

const SHARED: Readonly<Record<string, SettingHelp>> = {
  ...MACHINE_SETTINGS,
  ...LOAD_SETTINGS,
  ...RUN_SETTINGS,
};

/** All settings that every protocol has. */
export const SHARED_KEYS = Object.keys(SHARED) as readonly SharedKey[];

/**
 * Defaults of protocols for which those of a replicated log make no sense: a decision taken once by contending
 * proposers, and a service station that is nothing but its service time.
 */
const STATION = {
  nodes: "1",
  rtt: "0 s",
  bandwidth: "none",
  cpuSend: "0 s",
  rate: "800 1/s",
  payload: "0 B",
};
export const PROTOCOL_DEFAULTS: Readonly<Record<string, Partial<Readonly<Record<SharedKey, string>>>>> = {
  paxos: { arrivals: "closed", clients: "every node", think: "1 min", warmUp: "0", replications: "1000" },
  station: { ...STATION, cpuReceive: "exponential(mean=1 ms)" },
  /** Then its processor does nothing. */
  "station with a serviceTime": { ...STATION, cpuReceive: "0 s" },
};

/** Protocols whose run ends with a decision: independent decisions are measured, there is no steady state. */
export const DECIDES_ONCE: readonly string[] = ["paxos"];

/** Whose defaults hold: a protocol's, or those of a station that serves by its own clock. */
export const profileOf = (protocol: string, given: Readonly<Record<string, string>>): string =>
  protocol === "station" && given.serviceTime !== undefined ? "station with a serviceTime" : protocol;

/** The default of a setting for a protocol, as text. */
export function defaultOf(protocol: string, key: SharedKey): string | undefined {
  return PROTOCOL_DEFAULTS[protocol]?.[key] ?? SHARED[key].default;
}

/** The settings as `--help` prints them. */
export function settingsHelp(): string {
  const part = (title: string, table: Readonly<Record<string, SettingHelp>>): string[] => [
    "",
    `${title}:`,
    ...Object.entries(table).map(([name, { meaning, default: fallback }]) => {
      const ending = fallback === undefined ? "" : ` (default: ${fallback})`;
      return `  ${name.padEnd(14)} ${meaning}${ending}`;
    }),
  ];
  return [
    ...part("Settings of machines", MACHINE_SETTINGS),
    ...part("Settings of the load", LOAD_SETTINGS),
    ...part("Settings of the run", RUN_SETTINGS),
    "",
    "`npx protolab protocols NAME` lists the settings of a protocol. paxos decides once: by default every node",
    "proposes, and 1000 independent decisions are measured. station is a queue: by default M/M/1 at 80 % load.",
  ].join("\n");
}
