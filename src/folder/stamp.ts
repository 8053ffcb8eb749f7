/** A stamp that a file's name holds. */
export interface NameStamp {
  /** ns since 1970. */
  stamp: bigint
  /** How far the frame's own stamp may be from it, ns: names are often cut. */
  tolerance: bigint
}

const SECOND = 1_000_000_000n
const [MILLISECOND, MICROSECOND] = [1_000_000n, 1_000n]

/** Digits with neither a digit before nor one behind them. */
const run = (pattern: string) => new RegExp(`(?<!\\d)${pattern}(?!\\d)`, 'g')

/** Seconds of the years 2001 to 2128, so that other numbers are not taken for stamps. */
const SECONDS = '([1-4]\\d{9})'

type Reading = (...groups: string[]) => NameStamp

/** How names hold stamps, the surest first. */
const FORMS: readonly (readonly [RegExp, Reading])[] = [
  [run('(\\d{19})'), ns => ({ stamp: BigInt(ns), tolerance: 0n })],
  [run('(\\d{10})[-_](\\d{9})'), (sec, ns) => ({ stamp: BigInt(sec) * SECOND + BigInt(ns), tolerance: 0n })],
  // Printed from a double, which holds no more than a quarter of a microsecond of seconds since 1970.
  [run(`${SECONDS}\\.(\\d{1,9})`), (sec, fraction) => ofFraction(sec, fraction)],
  // RELLIS-3D: whether its milliseconds have zeros in front is not known, and makes no difference.
  [
    run(`${SECONDS}[-_](\\d{1,3})`),
    (sec, ms) => ({ stamp: BigInt(sec) * SECOND + BigInt(ms) * MILLISECOND, tolerance: MILLISECOND }),
  ],
  [
    run(`${SECONDS}[-_](\\d{6})`),
    (sec, us) => ({ stamp: BigInt(sec) * SECOND + BigInt(us) * MICROSECOND, tolerance: MICROSECOND }),
  ],
  [run(`(${'[1-4]'}\\d{15})`), us => ({ stamp: BigInt(us) * MICROSECOND, tolerance: MICROSECOND })],
  [run(`(${'[1-4]'}\\d{12})`), ms => ({ stamp: BigInt(ms) * MILLISECOND, tolerance: MILLISECOND })],
]

/**
 * The stamp in a file's name (without its folder and extension): 19 digits, seconds with nanoseconds, microseconds or
 * milliseconds behind them, 16 or 13 digits, anywhere in it. Undefined when there is none, or when there are two.
 */
export function stampInName(name: string): NameStamp | undefined {
  for (const [form, read] of FORMS) {
    const [first, ...more] = [...name.matchAll(form)].map(([, ...groups]) => read(...groups))
    if (first === undefined) continue
    return more.every(({ stamp }) => stamp === first.stamp) ? first : undefined
  }
  return undefined
}

function ofFraction(seconds: string, fraction: string): NameStamp {
  const unit = 10n ** BigInt(9 - fraction.length)
  return {
    stamp: BigInt(seconds) * SECOND + BigInt(fraction) * unit,
    tolerance: unit < MICROSECOND ? MICROSECOND : unit,
  }
}
