/**
 * Scores masks of tampered PNG files through random maps, and compares every count with that of a plain decoder.
 *
 * usage: tsx test/faults/masks/run.ts [VARIANTS [SEED]]
 * Prints what became of them and how memory grew; exits with 1 at the first that failed, which is named with its seed.
 */
import { fuzzMasks } from './fuzz.ts'

const [variants = 1_000_000, seed = 1] = process.argv.slice(2).map(Number)
/** By then code is compiled and the kernels' memory has its size. */
const SETTLED = 20_000
const MOST_GROWTH = 64

const megabytes = () => process.memoryUsage().rss / 2 ** 20

await fuzzMasks(Math.min(variants, SETTLED), seed)
const before = megabytes()
let told = 0
const outcomes = await fuzzMasks(variants, seed + 1_000_000, ({ pngs, maps }) => {
  if (pngs + maps < told) return
  process.stderr.write(`${pngs + maps} `)
  told += 50_000
})
const growth = megabytes() - before
console.log({ ...outcomes, 'resident before, MB': Math.round(before), 'growth, MB': Math.round(growth) })
if (growth > MOST_GROWTH) {
  console.error(`grew by ${growth} MB`)
  process.exit(1)
}
