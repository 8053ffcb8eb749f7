/** A thread that evaluates drives, one after the other, until there are no more. */
import { workerData } from 'node:worker_threads'
import { InPlace } from '../counting/in-place.ts'
import { evaluateDrive } from './drive.ts'
import { NEXT, type Report, STOP, type Start } from './drive-start.ts'
import { Interrupted } from './interrupted.ts'

await run(workerData as Start)

async function run({ drives, request, words, port }: Start): Promise<void> {
  const shared = new Int32Array(words)
  const checkInterrupted = () => {
    if (Atomics.load(shared, STOP) !== 0) throw new Interrupted('interrupted')
  }
  const inPlace = new InPlace()
  try {
    for (;;) {
      const index = Atomics.add(shared, NEXT, 1)
      const drive = drives[index]
      if (drive === undefined) break
      checkInterrupted()
      port.postMessage({ index } satisfies Report)
      const outcomes = await evaluateDrive(drive, request, checkInterrupted, inPlace)
      port.postMessage({ index, outcomes } satisfies Report)
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error
  } finally {
    port.close()
  }
}
