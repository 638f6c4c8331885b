/**
 * The load that feeds on its own waiting: the smallest ρ with ρ = a·(1 + g(ρ)), g convex and rising.
 *
 * From below, Newton's steps on a convex function never pass its first root, and a slow start settles on that root.
 */

/**
 * The smallest root below 1, or null when there is none.
 *
 * @param own the utilisation by first attempts, > 0
 * @param extra g(ρ): attempts added for each first one, and its slope
 */
export function smallestLoad(own: number, extra: (rho: number) => readonly [number, number]): number | null {
  if (own >= 1) return null;
  let rho = own;
  for (let i = 0; i < 10_000; i++) {
    const [added, slope] = extra(rho);
    const gap = own * (1 + added) - rho;
    if (gap <= 1e-16 * rho) return rho;
    // Where the curve rises as fast as the diagonal, it meets the diagonal nowhere further on.
    const fall = 1 - own * slope;
    if (fall <= 0) return null;
    const next = rho + gap / fall;
    if (!(next < 1)) return null;
    if (next === rho) return rho;
    rho = next;
  }
  return rho;
}
