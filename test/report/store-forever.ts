import { FrameStore } from '../../src/report/frame-store.ts'
import { filesOfFrame } from '../../src/report/saved-frames.ts'

/** Keeps one frame after the other in a directory until it is killed; says when one is kept. */
const store = new FrameStore(process.argv[2]!, { frames: 3, bytes: 2 ** 20 })
for (let dice = 1; ; dice *= 0.999) {
  const stamp = process.hrtime.bigint()
  const files = filesOfFrame(stamp).map((name): [string, string] => [
    name,
    name.endsWith('json') ? JSON.stringify({ dice, filler: 'x'.repeat(1000) }) : 'p'.repeat(5000),
  ])
  store.keep({ stamp, dice }, new Map(files))
  process.stdout.write('.')
}
