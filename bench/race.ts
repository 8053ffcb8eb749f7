import { timed } from './ours.ts'
import type { Peer } from './peer.ts'

/** A contender's time a round, so that a slow one takes few frames. */
const ROUND_NS = 30e6
/** Rounds before those that count, in which the compilers that work beside the program come to an end. */
const WARM_UP = 4

export interface Contender {
  name: string
  /** Nanoseconds of processor time over `count` frames from `first` on. */
  time(first: number, count: number): Promise<number> | number
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!

/** Medians in ns a pixel by contender. */
export async function race(
  contenders: readonly Contender[],
  frames: number,
  pixels: number,
  rounds: number,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for (const { name, time } of contenders) {
    let once = Number.POSITIVE_INFINITY
    for (let i = 0; i < 3; i++) once = Math.min(once, (await time(i % frames, 1)) || 1)
    counts.set(name, Math.max(1, Math.min(frames, Math.round(ROUND_NS / once))))
  }
  const results = new Map(contenders.map(({ name }) => [name, [] as number[]]))
  for (let round = -WARM_UP; round < rounds; round++) {
    for (const { name, time } of contenders) {
      const count = counts.get(name)!
      const taken = await time(((round + WARM_UP) * count) % frames, count)
      if (round >= 0) results.get(name)!.push(taken / count / pixels)
    }
  }
  return new Map(Array.from(results, ([name, values]) => [name, median(values)]))
}

export const ownContender = (name: string, run: (frame: number) => void, frames: number): Contender => ({
  name,
  time: (first, count) => timed(run, frames, first, count),
})

export const peerContender = (peer: Peer, name: string): Contender => ({
  name,
  time: async (first, count) => Number(await peer.ask(`time ${name} ${first} ${count}`)),
})

/** The contenders that a peer has. @throws Error if one gives other numbers than expected */
export async function qualified(
  peer: Peer,
  names: readonly string[],
  expected: number[],
): Promise<Contender[]> {
  const contenders: Contender[] = []
  for (const name of names) {
    const answer = await peer.ask(`result ${name} 1`)
    if (answer === 'none') continue
    const numbers = answer.trim().split(/\s+/).map(Number)
    const own = name === 'monai' ? hitsAndErrors(expected) : expected
    const agrees = own.every((value, i) => Math.abs(numbers[i]! - value) <= 1e-4 * Math.abs(value))
    if (numbers.length !== own.length || !agrees) {
      throw new Error(`${name} counts differently: expected ${own.slice(0, 9)}, got ${numbers.slice(0, 9)}`)
    }
    contenders.push(peerContender(peer, name))
  }
  return contenders
}

/** What MONAI counts instead of a confusion matrix: true positives, false positives and negatives of each class. */
function hitsAndErrors(counts: number[]): number[] {
  const classes = Math.sqrt(counts.length)
  const ids = Array.from({ length: classes }, (_, id) => id)
  return ids.flatMap(id => {
    const hits = counts[id * classes + id]!
    const labels = ids.reduce((sum, other) => sum + counts[id * classes + other]!, 0)
    const predictions = ids.reduce((sum, other) => sum + counts[other * classes + id]!, 0)
    return [hits, predictions - hits, labels - hits]
  })
}
