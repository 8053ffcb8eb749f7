import { SingleBar } from 'cli-progress'

/** How far a reading has got, on stderr when that is a terminal; silent otherwise. */
export interface Progress {
  /** @param part from 0 to 1 @param done so far */
  update(part: number, done: number): void
  /** Has something said beside it. */
  pause(say: () => void): void
  stop(): void
}

const SILENT: Progress = { update: () => {}, pause: say => say(), stop: () => {} }
const STEPS = 1000

/** @param what is done, in the plural */
export function startProgress(quiet: boolean, what = 'pairs'): Progress {
  if (quiet || !process.stderr.isTTY) return SILENT
  const bar = new SingleBar({
    format: `{bar} {percentage} %  {done} ${what}  {rate} ${what}/s  {eta_formatted} left`,
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    stream: process.stderr,
    etaBuffer: 50,
  })
  const start = performance.now()
  bar.start(STEPS, 0, { done: 0, rate: '-' })
  return {
    update(part, done) {
      const rate = (done / (performance.now() - start)) * 1000
      bar.update(Math.floor(part * STEPS), { done, rate: rate.toFixed(rate < 10 ? 1 : 0) })
    },
    pause(say) {
      // What is said takes the line of the bar, which is drawn again below it.
      process.stderr.write('\r\u001b[K')
      say()
    },
    stop: () => bar.stop(),
  }
}
