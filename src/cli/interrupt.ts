import { Interrupted } from '../evaluation/interrupted.ts'

/**
 * Ctrl-C while `run` works: `isInterrupted` becomes true, and the run ends itself where nothing is half done. A
 * second one ends the process at once.
 */
export async function interruptible<T>(run: (checkInterrupted: () => void) => Promise<T>): Promise<T> {
  let interrupted = false
  const onSignal = () => {
    interrupted = true
  }
  process.once('SIGINT', onSignal)
  try {
    return await run(() => {
      if (interrupted) throw new Interrupted('interrupted')
    })
  } finally {
    process.off('SIGINT', onSignal)
  }
}
