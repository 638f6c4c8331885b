/**
 * Small cache, big effect: a front cache of O(n log n) entries bounds the imbalance of n nodes under any popularity.
 *
 * Source: Fan, Lim, Andersen and Kaminsky, "Small cache, big effect: provable load balancing for randomly partitioned
 * cluster services", SoCC 2011, §3: with c entries the worst load asks x > c keys evenly, of which y = x − c reach the nodes.
 * The fullest of n bins holds about y/n + √(2(y/n) ln n) of them (Raab and Steger 1998, theorem 1), so its load over R/n is
 * (y + √(2yn ln n))/(y + c). The largest value over y, worked out here, is 1 + a/(2z) with a² = 2n ln n and
 * z = √y = (c + √(c² + a²c))/a: with c = κ n ln n it depends on κ alone, 1.366 for κ = 1.
 */
import { defineModel } from "../../core/model.ts";

/**
 * The worst imbalance behind a front cache, over all popularities.
 *
 * @example
 * models.smallCache({ nodes: 100, entries: 461 }).worstImbalance > 1.36; // => true
 */
export const smallCache = defineModel({
  id: "smallCache",
  title: "Small cache, big effect",
  cites: ["Fan et al. 2011, §3", "Raab, Steger 1998, theorem 1"],
  assumes: [
    "the cache holds the most popular keys; keys are placed at random",
    "the keys that miss are many more than n ln n for the bound on the fullest node to be tight",
    "an adversary knows cache and nodes, but not the hash",
  ],
  inputs: {
    nodes: { tex: "n", dimension: "one", integer: true, min: 2, max: 1e9, meaning: "nodes behind the cache" },
    entries: { tex: "c", dimension: "one", integer: true, min: 1, max: 1e12, meaning: "keys in the cache" },
  },
  between: {
    scatter: { tex: "a", dimension: "one", meaning: "√(2n ln n)" },
    root: { tex: "z", dimension: "one", meaning: "square root of the keys of the worst load that miss" },
  },
  outputs: {
    cacheScale: {
      tex: "n \\ln n",
      dimension: "one",
      meaning: "entries that the theorem's order of growth names",
    },
    worstKeys: { tex: "x^*", dimension: "one", meaning: "keys that the worst load asks evenly" },
    worstImbalance: {
      tex: "G",
      dimension: "one",
      meaning: "load of the fullest node under the worst load, over the whole load divided by n",
    },
  },
  equations: [
    "cacheScale = nodes * log(nodes)",
    "scatter = sqrt(2 * cacheScale)",
    "root = (entries + sqrt(entries * (entries + scatter^2))) / scatter",
    "worstKeys = entries + root^2",
    "worstImbalance = 1 + scatter / (2 * root)",
  ],
});
