// One measurement of the recordings benchmark, with the compiled package: `score` reads in a thread and counts in
// this one, as `dice-monitor evaluate` does; `read` only reads and decompresses, in one thread.
import { Monitor } from '../dist/monitor/monitor.js'
import { parametersFrom } from '../dist/parameters/parameters.js'
import { openRecording } from '../dist/recording/open.js'

const [what, path] = process.argv.slice(2)

async function read() {
  const recording = await openRecording(path, { thread: false })
  let messages = 0
  for await (const batch of recording.messages({ inUse: () => [] })) messages += batch.length
  await recording.close()
  return { pairs: messages / 2, agreeing: 0 }
}

async function score() {
  const recording = await openRecording(path)
  const monitor = new Monitor(parametersFrom(new Map()))
  const { labels, predictions } = monitor.pairing
  function* inUse() {
    for (const { waiting } of [labels, predictions]) {
      for (let i = 0; i < waiting.length; i++) yield waiting.message(i)
    }
  }
  for await (const batch of recording.messages({ inUse })) {
    for (const { topic, logTime, data } of batch) {
      const now = Number(logTime) / 1e9
      if (topic === '/label') monitor.offerLabel(data, now, now)
      else monitor.offerPrediction(data, now, now)
    }
  }
  monitor.flush()
  await recording.close()
  const { confusion, classes, frames } = monitor.totals
  let agreeing = 0
  for (let id = 0; id < classes; id++) agreeing += confusion[id * classes + id]
  return { pairs: frames, agreeing }
}

const start = performance.now()
const result = await (what === 'read' ? read() : score())
console.log(JSON.stringify({ ...result, seconds: (performance.now() - start) / 1000 }))
