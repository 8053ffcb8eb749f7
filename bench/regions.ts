import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { serializeImage } from '../src/image/serialize.ts'
import { Monitor } from '../src/monitor/monitor.ts'
import { parametersFrom } from '../src/parameters/parameters.ts'
import { grayPng } from '../test/support/png-writer.ts'
import { type Case, drawPair } from './masks.ts'
import { ownContender, race } from './race.ts'
import type { Row } from './table.ts'

const SIZES = { '480p': [640, 480], '1080p': [1920, 1080] } as const
const CLASSES = 8
const DISTINCT = 4
const COLD_BYTES = 72e6

const REGIONS = {
  rows: () => ['near: rows 0.66-1', 'middle: rows 0.5-0.66', 'far: rows 0-0.5'],
  polygon: () => ['path: polygon 0.3,1 0.45,0.5 0.55,0.5 0.7,1'],
  mask: (file: string) => [`body: mask ${file}`],
} as const

/** What lies low in the middle, its edges ragged by a pixel or two: a row of it begins and ends where no other does. */
function drawBody(width: number, height: number): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)]
    const ragged = (Math.imul(y, 2654435761) >>> 28) % 5
    const across = (Math.abs(x - width / 2) - ragged) / (width * 0.35)
    const down = (height - y) / (height * 0.45)
    return across * across + down * down < 1 ? 255 : 0
  })
}

type Pair = readonly [prediction: Uint8Array, label: Uint8Array]

/** Messages of masks, more than any cache holds. */
function drawPairs(test: Case): Pair[] {
  const { width, height } = test
  const message = (data: Uint8Array) =>
    serializeImage({ sec: 1, nanosec: 2, frameId: 'camera', width, height, encoding: 'mono8', data })
  return Array.from({ length: Math.ceil(COLD_BYTES / (2 * width * height)) }, (_, i) => {
    const [prediction, label] = [new Uint8Array(width * height), new Uint8Array(width * height)]
    drawPair(test, 77 + (i % DISTINCT), prediction, label)
    return [message(prediction), message(label)]
  })
}

/** The engine from two messages to scores. */
function scorerOf(pairs: readonly Pair[], regions: readonly string[]): (frame: number) => void {
  const names = Array.from({ length: CLASSES }, (_, id) => `class ${id}`)
  const parameters = { 'classes.names': names, regions: [...regions] }
  const monitor = new Monitor(parametersFrom(new Map(Object.entries(parameters))))
  return frame => monitor.scorePair(...pairs[frame]!)
}

/** What regions cost a pair: races the same frames with and without them. @param wanted whether a case is */
export async function regionRows(
  folder: string,
  rounds: number,
  wanted: (name: string) => boolean,
): Promise<Row[]> {
  const rows: Row[] = []
  for (const [size, [width, height]] of Object.entries(SIZES)) {
    const file = join(folder, `body_${size}.png`)
    writeFileSync(file, grayPng(width, height, drawBody(width, height)))
    for (const kind of ['blobs', 'noise'] as const) {
      const test: Case = { name: `${size}_C${CLASSES}_${kind}`, width, height, classes: CLASSES, kind }
      const cases = Object.entries(REGIONS).filter(([name]) => wanted(`${test.name}_${name}`))
      if (cases.length === 0) continue
      const pairs = drawPairs(test)
      const contenders = [
        ownContender('whole', scorerOf(pairs, []), pairs.length),
        ...cases.map(([name, regions]) => ownContender(name, scorerOf(pairs, regions(file)), pairs.length)),
      ]
      const medians = await race(contenders, pairs.length, width * height, rounds)
      for (const [name] of cases)
        for (const [contender, of] of Object.entries({ ours: name, whole: 'whole' }))
          rows.push({ case: `${test.name}_${name}`, contender, ns_per_pixel: medians.get(of)! })
      process.stderr.write(`${test.name}_regions `)
    }
  }
  return rows
}
