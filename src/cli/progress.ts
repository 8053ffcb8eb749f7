import { SingleBar } from 'cli-progress'

/** How far a reading has got, on stderr when that is a terminal; silent otherwise. */
export interface Progress {
  /** @param part from 0 to 1 @param pairs scored so far */
  update(part: number, pairs: number): void
  stop(): void
}

const SILENT: Progress = { update: () => {}, stop: () => {} }
const STEPS = 1000

export function startProgress(quiet: boolean): Progress {
  if (quiet || !process.stderr.isTTY) return SILENT
  const bar = new SingleBar({
    format: '{bar} {percentage} %  {pairs} pairs  {rate} pairs/s  {eta_formatted} left',
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    stream: process.stderr,
    etaBuffer: 50,
  })
  const start = performance.now()
  bar.start(STEPS, 0, { pairs: 0, rate: '-' })
  return {
    update(part, pairs) {
      const rate = (pairs / (performance.now() - start)) * 1000
      bar.update(Math.floor(part * STEPS), { pairs, rate: rate.toFixed(rate < 10 ? 1 : 0) })
    },
    stop: () => bar.stop(),
  }
}
