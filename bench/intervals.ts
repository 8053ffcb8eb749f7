/**
 * How often the intervals of src/report/interval.ts hold the truth: series of mean 0 of several kinds, seeded. Of each
 * cell: how often an interval that is given holds 0, how often none is given, how often one that is given leaves 0 out
 * (a wrong verdict, of all series), and how wide it is at the median beside the interval of a known variance.
 *
 * Usage: npm run bench:intervals -- [--runs 400]
 */
import { parseArgs } from 'node:util'
import { seriesInterval } from '../src/report/interval.ts'

const { values } = parseArgs({ options: { runs: { type: 'string', default: '400' } } })
const RUNS = Number(values.runs)
const LENGTHS = [30, 100, 300, 1000, 3000]
/** Values before a series begins, so that it has forgotten its start. */
const WARM_UP = 500

type Random = () => number

/** Numbers in [0, 1) from a seed: mulberry32. */
function generator(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let x = Math.imul(state ^ (state >>> 15), state | 1)
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61)
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296
  }
}

const normal = (random: Random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

interface Kind {
  name: string
  /** The variance of the mean of n values is this over n, for large n. */
  longRunVariance: number
  series: (random: Random) => () => number
}

/** x_t = Σ phi_k x_(t-k) + normal noise. */
const autoregressive = (name: string, ...phi: number[]): Kind => ({
  name,
  longRunVariance: 1 / (1 - phi.reduce((a, b) => a + b)) ** 2,
  series: random => {
    const past = phi.map(() => 0)
    return () => {
      const value = normal(random) + phi.reduce((sum, weight, k) => sum + weight * past[k]!, 0)
      past.unshift(value)
      past.pop()
      return value
    }
  },
})

const movingAverage = (length: number): Kind => ({
  name: `moving sum of ${length}`,
  longRunVariance: length ** 2,
  series: random => {
    const steps: number[] = []
    return () => {
      steps.push(normal(random))
      if (steps.length > length) steps.shift()
      return steps.reduce((a, b) => a + b)
    }
  },
})

/** 7 parts of variance white, 3 parts as slow as phi .97: errors of the scene under noise of single frames. */
const slowAndWhite: Kind = {
  name: 'slow under noise',
  longRunVariance: (0.3 * (1 - 0.97 ** 2)) / 0.03 ** 2 + 0.7,
  series: random => {
    const slow = autoregressive('', 0.97).series(random)
    return () => Math.sqrt(0.3 * (1 - 0.97 ** 2)) * slow() + Math.sqrt(0.7) * normal(random)
  },
}

/** 0.5 lower in `share` of the frames, in stretches of `length` on average. */
function drops(name: string, share: number, length: number): Kind {
  const entering = share / (1 - share) / length
  const memory = 1 - 1 / length - entering
  return {
    name,
    longRunVariance: (0.25 * share * (1 - share) * (1 + memory)) / (1 - memory) + 0.02 ** 2,
    series: random => {
      let isLow = random() < share
      return () => {
        isLow = isLow ? random() >= 1 / length : random() < entering
        return 0.5 * (share - Number(isLow)) + 0.02 * normal(random)
      }
    },
  }
}

const kinds: Kind[] = [
  ...[0, 0.5, 0.9, 0.97].map(phi => autoregressive(`AR(1) ${phi}`, phi)),
  autoregressive('AR(2) 1.3 -0.4', 1.3, -0.4),
  autoregressive('AR(2) 1.6 -0.8', 1.6, -0.8),
  autoregressive('AR(2) 0.1 0.7', 0.1, 0.7),
  movingAverage(5),
  movingAverage(20),
  slowAndWhite,
  drops('drops of 10, 20 %', 0.2, 10),
  drops('drops of 30, 5 %', 0.05, 30),
]

function cell({ series, longRunVariance }: Kind, length: number): string {
  const widths: number[] = []
  let held = 0
  for (let seed = 1; seed <= RUNS; seed++) {
    const next = series(generator(seed * 7919 + length))
    for (let i = 0; i < WARM_UP; i++) next()
    const { low, high } = seriesInterval(Float64Array.from({ length }, next))
    if (Number.isNaN(low)) continue
    widths.push((high - low) / (2 * 1.96 * Math.sqrt(longRunVariance / length)))
    if (low <= 0 && 0 <= high) held++
  }
  const given = widths.length
  const share = (count: number, of: number) => (of < 20 ? '-' : (count / of).toFixed(2))
  const width = given < 20 ? '-' : widths.sort((a, b) => a - b)[given >> 1]!.toFixed(2)
  return `${share(held, given)}; ${share(RUNS - given, RUNS)}; ${share(given - held, RUNS)}; ${width}`
}

console.log(`| held; none given; wrong; width | ${LENGTHS.map(n => `${n} frames`).join(' | ')} |`)
console.log(`|---${'|---'.repeat(LENGTHS.length)}|`)
for (const kind of kinds)
  console.log(`| ${kind.name} | ${LENGTHS.map(length => cell(kind, length)).join(' | ')} |`)
