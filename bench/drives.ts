/** Many short drives: reading them one after the other, and evaluating them in one call. */
import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

/** Pairs of a short drive: 3 s at 10 Hz. */
export const SHORT = 30

/**
 * Prints how long they take, each the best of the rounds, and their ratios in time and in CPU time; the latter depends
 * less on what else the machine does.
 * @param paths of drives of {@link SHORT} pairs, in the page cache
 * @returns rows for the file
 */
export function measureDrives(paths: readonly string[], rounds: number) {
  const best = { read: Number.POSITIVE_INFINITY, evaluate: Number.POSITIVE_INFINITY }
  const cpu = { ...best }
  for (let round = 0; round < rounds; round++) {
    for (const what of ['read', 'evaluate'] as const) {
      const args = [join(import.meta.dirname, 'many-drives.mjs'), what, ...paths]
      const printed = execFileSync(process.execPath, args, { encoding: 'utf8' })
      const { seconds, cpuSeconds, pairs } = JSON.parse(printed) as Record<
        'seconds' | 'cpuSeconds' | 'pairs',
        number
      >
      const expected = paths.length * SHORT
      if (pairs !== expected) throw new Error(`${what}: expected ${expected} pairs, got ${pairs}`)
      best[what] = Math.min(best[what], seconds)
      cpu[what] = Math.min(cpu[what], cpuSeconds)
    }
  }
  const cores = availableParallelism()
  const ratio = best.evaluate / (best.read / cores)
  console.log(
    `${paths.length} drives of ${SHORT} pairs: read one by one ${best.read.toFixed(2)} s, evaluated in one call ${best.evaluate.toFixed(2)} s: ${ratio.toFixed(2)} times the reading over ${cores} cores, ${(cpu.evaluate / cpu.read).toFixed(2)} times its CPU time`,
  )
  return Object.entries(best).map(([contender, seconds]) => ({
    case: `720p_${paths.length}_drives`,
    contender,
    seconds,
    cpu_seconds: cpu[contender as keyof typeof cpu],
  }))
}
