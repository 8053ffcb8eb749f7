// One measurement of the recordings benchmark, with the compiled package: `score` is what `dice-monitor evaluate`
// does before it writes anything; `read` only reads and decompresses, in one thread.
import { openRecordingSource } from '../dist/evaluation/recording-source.js'
import { scoreMasks } from '../dist/evaluation/score.js'
import { parametersFrom } from '../dist/parameters/parameters.js'
import { openRecording } from '../dist/recording/open.js'

const [what, path] = process.argv.slice(2)

async function read() {
  const recording = await openRecording(path)
  let messages = 0
  for await (const batch of recording.messages({ inUse: () => [] })) messages += batch.length
  await recording.close()
  return { pairs: messages / 2, agreeing: 0 }
}

async function score() {
  const source = await openRecordingSource(path)
  const parameters = parametersFrom(new Map())
  const options = {
    parameters,
    topics: { prediction: '/prediction', label: '/label' },
    start: undefined,
    end: undefined,
    withPictures: false,
    onProgress: () => {},
    checkInterrupted: () => {},
  }
  const { counts, frames } = await scoreMasks(source, options)
  await source.close()
  let agreeing = 0
  for (let id = 0; id < counts.classes; id++) agreeing += counts.at(id, id)
  return { pairs: frames.length, agreeing }
}

const start = performance.now()
const result = await (what === 'read' ? read() : score())
console.log(JSON.stringify({ ...result, seconds: (performance.now() - start) / 1000 }))
