/**
 * Spearman's rank correlation (1904), the correlation of ranks, of equals the mean one; pairs with a NaN are left out.
 * NaN for fewer than 3 pairs, and where all of one are equal.
 */
export function rankCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const pairs = Array.from({ length: Math.min(a.length, b.length) }, (_, i) => [a[i]!, b[i]!] as const)
  const known = pairs.filter(([x, y]) => !Number.isNaN(x) && !Number.isNaN(y))
  if (known.length < 3) return Number.NaN
  const [x, y] = [ranksOf(known.map(([value]) => value)), ranksOf(known.map(([, value]) => value))]
  const middle = (known.length + 1) / 2
  const product = (first: readonly number[], second: readonly number[]) =>
    first.reduce((sum, rank, i) => sum + (rank - middle) * (second[i]! - middle), 0)
  return product(x, y) / Math.sqrt(product(x, x) * product(y, y))
}

function ranksOf(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((i, j) => values[i]! - values[j]!)
  const ranks = new Array<number>(values.length)
  for (let from = 0; from < order.length; ) {
    let to = from + 1
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++
    for (let at = from; at < to; at++) ranks[order[at]!] = (from + 1 + to) / 2
    from = to
  }
  return ranks
}
