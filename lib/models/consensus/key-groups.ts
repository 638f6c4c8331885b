/** How operations spread over keys, as a formula reads it: shares of them, each even over so many keys. */
import { DomainError, refuseUnknown, show } from "../../core/errors.ts";
import { harmonicNumber } from "../../core/harmonic.ts";
import type { PopularitySpec } from "../../core/key-popularity.ts";
import type { StructuredInput } from "../../core/model.ts";
import { checkNumber } from "../../core/parameters.ts";

/** A share of the operations, even over so many keys. */
export interface KeyGroup {
  readonly share: number;
  readonly keys: number;
}

/** Shares are sums of numbers as people write them. */
const NEARLY = 1e-6;
/** Of Zipf's law: the first keys one by one; then each group reaches half as far again. */
const SINGLE = 16;

export const keyGroups: StructuredInput<readonly KeyGroup[], readonly KeyGroup[]> = {
  kind: "structured",
  type: "keys",
  tex: "\\mathcal{K}",
  meaning: "shares of the operations, and over how many keys each is even",
  unit: "1, 1",
  read(where, given) {
    if (!Array.isArray(given) || given.length === 0)
      throw new DomainError(`${where} must be a list of shares of keys, got ${show(given)}`);
    const groups = given.map((group: KeyGroup, i): KeyGroup => {
      const at = `${where}[${i}]`;
      refuseUnknown(at, "field", Object.keys(group), ["share", "keys"]);
      const share = { dimension: "one", min: 0, max: 1, meaning: "share" } as const;
      const keys = { dimension: "one", integer: true, min: 1, meaning: "keys" } as const;
      return {
        share: checkNumber(at, "share", group.share, share),
        keys: checkNumber(at, "keys", group.keys, keys),
      };
    });
    const sum = groups.reduce((all, { share }) => all + share, 0);
    if (Math.abs(sum - 1) > NEARLY)
      throw new DomainError(`${where} must have shares that add up to 1, got ${sum}`);
    return groups;
  },
};

/**
 * The groups of a popularity.
 *
 * @throws DomainError for a hot spot that moves, and for scans
 */
export function keyGroupsOf(where: string, keys: number, popularity?: PopularitySpec): KeyGroup[] {
  if (popularity === undefined) return [{ share: 1, keys }];
  if (popularity.kind === "uniform") return [{ share: 1, keys: popularity.keys }];
  if (popularity.kind === "hot") {
    const { share, hotKeys } = popularity;
    const cold = popularity.keys - hotKeys;
    return cold === 0
      ? [{ share: 1, keys: hotKeys }]
      : [
          { share, keys: hotKeys },
          { share: 1 - share, keys: cold },
        ].filter((group) => group.share > 0);
  }
  if (popularity.kind !== "zipf")
    throw new DomainError(`${where}: popularity must be uniform, zipf or hot, got ${show(popularity.kind)}`);
  const { exponent } = popularity;
  const total = harmonicNumber(popularity.keys, exponent);
  const groups: KeyGroup[] = [];
  for (let [first, before] = [0, 0]; first < popularity.keys; ) {
    const end = Math.min(popularity.keys, first < SINGLE ? first + 1 : first + (first >> 1));
    const upTo = harmonicNumber(end, exponent);
    groups.push({ share: (upTo - before) / total, keys: end - first });
    [first, before] = [end, upTo];
  }
  return groups;
}
