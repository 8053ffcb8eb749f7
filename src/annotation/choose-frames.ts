/** Which frames are wanted; what is undefined sets no limit. */
export interface FrameChoice {
  /** Only frames with one of these stamps. */
  stamps?: StampList | undefined
  /** Only frames for which these stamps have an equal one: those of predictions. */
  among?: ReadonlySet<bigint> | undefined
  /** The first frame of each such stretch of time, ns. */
  every?: bigint | undefined
  /** So many frames, evenly spread over what the rest leaves. */
  count?: number | undefined
}

/** Frames that were asked for by their stamps: any of `stamps`, the first if it is there, exact to so many ns. */
export type StampList = readonly { stamps: readonly bigint[]; tolerance: bigint }[]

/**
 * The indices of the frames to take, ascending.
 * @param stamps of all frames, ns since 1970, in the order in which they were recorded
 */
export function chooseFrames(stamps: readonly bigint[], choice: FrameChoice): number[] {
  let chosen = distinct(stamps)
  const { among, every, count } = choice
  if (choice.stamps) chosen = nearestOf(chosen, stamps, choice.stamps)
  if (among) chosen = chosen.filter(i => among.has(stamps[i]!))
  if (every !== undefined) chosen = firstOfEach(chosen, stamps, every)
  if (count !== undefined && count < chosen.length) chosen = spread(chosen, count)
  return chosen
}

/** Frames whose stamp none before them has: one with another's stamp could not be told from it. */
function distinct(stamps: readonly bigint[]): number[] {
  const seen = new Set<bigint>()
  return [...stamps.keys()].filter(i => !seen.has(stamps[i]!) && seen.add(stamps[i]!))
}

/** For each frame asked for the nearest, if it is within the tolerance. */
function nearestOf(frames: readonly number[], stamps: readonly bigint[], wanted: StampList): number[] {
  const byStamp = frames.toSorted((a, b) => order(stamps[a]!, stamps[b]!))
  const within = (stamp: bigint, tolerance: bigint) => {
    const next = lowerBound(byStamp.length, i => stamps[byStamp[i]!]! >= stamp)
    const distance = (i: number) => magnitude(stamps[i]! - stamp)
    const nearest = nearer(byStamp[next - 1], byStamp[next], distance)
    return nearest !== undefined && distance(nearest) <= tolerance ? nearest : undefined
  }
  const found = new Set<number | undefined>()
  for (const { stamps: any, tolerance } of wanted) {
    const [first] = any.map(stamp => within(stamp, tolerance)).filter(i => i !== undefined)
    found.add(first)
  }
  return frames.filter(i => found.has(i))
}

/** The first frame of each stretch of `every` ns, counted from the first frame: stamps that jitter do not add up. */
function firstOfEach(frames: readonly number[], stamps: readonly bigint[], every: bigint): number[] {
  const first = stamps[frames[0]!]
  const seen = new Set<bigint>()
  return frames.filter(i => {
    const after = stamps[i]! - first!
    const stretch = after >= 0n ? after / every : -1n - (-1n - after) / every
    return !seen.has(stretch) && seen.add(stretch)
  })
}

/** The middle of each of `count` parts. */
const spread = (frames: readonly number[], count: number): number[] =>
  Array.from({ length: count }, (_, part) => frames[Math.floor(((part + 0.5) * frames.length) / count)]!)

const order = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0)
const magnitude = (difference: bigint) => (difference < 0n ? -difference : difference)

function nearer(
  a: number | undefined,
  b: number | undefined,
  distance: (i: number) => bigint,
): number | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return distance(a) <= distance(b) ? a : b
}

/** The first of `length` indices for which the condition, false and then true, is true. */
function lowerBound(length: number, isReached: (i: number) => boolean): number {
  let [low, high] = [0, length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (isReached(middle)) high = middle
    else low = middle + 1
  }
  return low
}
