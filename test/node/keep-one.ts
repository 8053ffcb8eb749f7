import { readdirSync } from 'node:fs'
import { FrameKeeper } from '../../src/node/frame-keeper.ts'
import { openArchive } from '../../src/node/open-archive.ts'
import type { SteadyClock } from '../../src/node/steady-clock.ts'
import { Rig } from '../monitor/rig.ts'

/** Keeps a frame that is not OK in a directory; prints what keeps it from that, and how many files there are. */
const [directory] = process.argv.slice(2)
const rig = new Rig({ 'thresholds.frames': 1n, 'save.worst': 1n, 'save.directory': directory! })
const clock = { seconds: 0 } as SteadyClock
const keeper = new FrameKeeper(
  rig.monitor,
  clock,
  '/dice_monitor',
  openArchive,
  () => undefined,
  () => {},
)
rig.monitor.onFrame = frame => keeper.offer(frame)
keeper.tick()
// Noise, which does not become small.
const noise = Array.from({ length: 40_000 }, () => Math.floor(Math.random() * 200))
rig.pair(noise, noise.toReversed(), 200, 200)
await keeper.close()
process.stdout.write(`${readdirSync(directory!).length} files ${keeper.state!.problem}`)
