// One measurement of the folders benchmark, with the compiled package: what `dice-monitor evaluate` does with two folders
// before it writes anything, the pairing included.
import { evaluate } from '../dist/evaluation/evaluate.js'
import { openFolders } from '../dist/evaluation/folders.js'

const [directory, kind] = process.argv.slice(2)
const CLASSES = 12

const colour = k =>
  `#${[37 * k, 91 * k + 20, 151 * k + 7].map(part => (part % 256).toString(16).padStart(2, '0')).join('')}`
const map = Array.from({ length: CLASSES }, (_, k) => `${colour(k)}:${k}`)
const chosen = kind === 'ids' ? [] : ['label.map', 'prediction.map'].map(name => [name, map])

const start = performance.now()
const opened = openFolders(`${directory}/predictions`, `${directory}/labels`, new Map(chosen), {
  isStrict: false,
  keepUnannotated: false,
})
const { summary } = await evaluate(opened.source, {
  chosen: opened.chosen,
  topics: opened.topics,
  start: undefined,
  end: undefined,
  withPictures: false,
  onProgress: () => {},
  checkInterrupted: () => {},
  version: '',
})
const seconds = (performance.now() - start) / 1000
await opened.source.close()
const agreeing = summary.confusion.reduce((sum, row, i) => sum + row[i], 0)
console.log(JSON.stringify({ pairs: summary.pairing.matched, agreeing, seconds }))
