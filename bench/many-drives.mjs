// How long many short drives take in one call, against the sum of reading each, with the compiled package.
// usage: many-drives.mjs read|evaluate DRIVE...
import { availableParallelism } from 'node:os'
import { evaluateDrives } from '../dist/evaluation/drives.js'
import { openRecording } from '../dist/recording/open.js'

const [what, ...paths] = process.argv.slice(2)

async function read() {
  let messages = 0
  for (const path of paths) {
    const recording = await openRecording(path)
    for await (const batch of recording.messages({ inUse: () => [] })) messages += batch.length
    await recording.close()
  }
  return messages / 2
}

async function evaluate() {
  let pairs = 0
  const request = { chosen: new Map(), allPairs: false, output: undefined, version: 'bench' }
  await evaluateDrives(
    paths.map((path, i) => ({ path, name: String(i) })),
    request,
    {
      jobs: availableParallelism(),
      checkInterrupted: () => {},
      onOutcome: outcome => {
        if ('failure' in outcome) throw new Error(outcome.failure)
        pairs += outcome.summary.pairing.matched
      },
    },
  )
  return pairs
}

const start = performance.now()
const before = process.cpuUsage()
const pairs = await (what === 'read' ? read() : evaluate())
const { user, system } = process.cpuUsage(before)
console.log(
  JSON.stringify({ pairs, seconds: (performance.now() - start) / 1000, cpuSeconds: (user + system) / 1e6 }),
)
