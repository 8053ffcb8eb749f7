import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parametersInFile } from '../src/parameters/file.ts'
import { parametersFrom } from '../src/parameters/parameters.ts'
import { CLASSES, FRAMES, RATE } from './drive.ts'
import { type DiagnosticStatus, type Metrics, playIntoNode } from './live.ts'
import { compare, scoreWithoutRos } from './offline.ts'
import { LABEL_TOPIC, PREDICTION_TOPIC, recordDrive } from './record.ts'

const here = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const RECORDING = here('build/demo/offroad.mcap')
const RESULTS = here('build/demo/evaluation')
const PARAMETERS = here('demo/monitor.yaml')
const LEVELS = ['OK', 'WARN', 'ERROR', 'STALE']
const topics = { prediction: PREDICTION_TOPIC, label: LABEL_TOPIC }

const print = (text: string) => process.stdout.write(`${text}\n`)

await recordDrive(RECORDING, done => {
  if (done === 1) print(`drawing a drive of ${FRAMES / RATE} s, once ...`)
})

print(`\nplaying ${RECORDING} through DDS into the node`)
print('   time   dice  window  worst class   level')
let frames = 0
let overlap: DiagnosticStatus = { level: 0, name: '', message: '' }
const live = await playIntoNode({
  recording: RECORDING,
  topics,
  executable: here('install/dice_monitor/lib/dice_monitor/monitor'),
  parameters: PARAMETERS,
  onMetrics: metrics => {
    if (++frames % RATE === 0) print(liveLine(frames, metrics))
  },
  onStatus: status => {
    if (!status.name.endsWith(': Overlap')) return
    if (status.level !== overlap.level)
      print(`         /diagnostics: ${LEVELS[status.level]} ${status.message}`)
    overlap = status
  },
})

print('\nscoring the same recording from its file')
const evaluation = spawnSync(
  process.execPath,
  [here('dist/cli/main.js'), 'evaluate', RECORDING, '--config', PARAMETERS, '--output', RESULTS, '--quiet'],
  { stdio: 'inherit' },
)
print(`the report: ${RESULTS}/report.html`)

const parameters = parametersFrom(
  parametersInFile(readFileSync(PARAMETERS, 'utf8'), '/dice_monitor', PARAMETERS),
)
const offline = await scoreWithoutRos(RECORDING, topics, parameters)
const { numbers, differences } = compare(live, offline)
print(
  `\n${live.length} frames over DDS, ${offline.length} without ROS, ${numbers} numbers compared bit for bit:`,
)
for (const difference of differences.slice(0, 5)) print(difference)
const agrees = live.length === offline.length && differences.length === 0
print(agrees ? 'every number agrees' : `${differences.length} differ`)
process.exit(agrees && evaluation.status === 0 ? 0 : 1)

function liveLine(frame: number, { dice, window_dice, class_dice, level }: Metrics): string {
  const worst = Array.from(class_dice).indexOf(Math.min(...class_dice.filter(value => !Number.isNaN(value))))
  const time = (frame / RATE).toFixed(1).padStart(5)
  const name = `${CLASSES[worst]} ${class_dice[worst]!.toFixed(3)}`.padEnd(13)
  return `${time} s  ${dice.toFixed(3)}  ${window_dice.toFixed(3)}   ${name} ${LEVELS[level]}`
}
