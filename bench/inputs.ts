import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCompressedHeader } from '../src/image/compressed.ts'
import { ImageHeader, readImageHeader } from '../src/image/header.ts'
import { serializeCompressedImage, serializeImage } from '../src/image/serialize.ts'
import { Kernels } from '../src/kernels/kernels.ts'
import { Tally } from '../src/kernels/tally.ts'
import { configurationFrom } from '../src/monitor/configuration.ts'
import { type CountingRules, countingRules, countPair } from '../src/monitor/count-pair.ts'
import { loadMask } from '../src/monitor/load-mask.ts'
import { parametersFrom, type RawValue } from '../src/parameters/parameters.ts'
import { grayPng, writePng } from '../test/support/png-writer.ts'
import { pythonCommand } from '../test/support/python.ts'
import { drawPair } from './masks.ts'
import { Peer } from './peer.ts'
import { ownContender, qualified, race } from './race.ts'
import type { Row } from './table.ts'

const [WIDTH, HEIGHT] = [1280, 720]
const CLASSES = 8
const DISTINCT = 4
const COLD_BYTES = 72e6
const NAMES = Array.from({ length: CLASSES }, (_, id) => `class ${id}`)
/** As in inputs.py. */
const COLOURS = Array.from({ length: 256 }, (_, i) => [
  (53 * i + 40) % 256,
  (97 * i + 7) % 256,
  (31 * i + 3) % 256,
])
const hex = (colour: readonly number[]) =>
  `#${colour.map(byte => byte.toString(16).padStart(2, '0')).join('')}`

/** A mask as its bytes are sent, in a message or in a file of it. */
interface SentMask {
  width: number
  height: number
  bytes: Uint8Array
}
type SentPair = readonly [prediction: SentMask, label: SentMask]

/** A kind of input. */
interface InputCase {
  encoding: string
  parameters: Record<string, RawValue>
  bytesOf: (ids: Uint8Array, width: number, height: number) => Uint8Array
  /** Of the prediction's width and height; 1 by default. */
  reduced?: number
}

const spread = (ids: Uint8Array, bytes: number, of: (id: number) => readonly number[]) => {
  const result = new Uint8Array(ids.length * bytes)
  for (let i = 0; i < ids.length; i++) result.set(of(ids[i]!), i * bytes)
  return result
}

const COLOUR_MAP = NAMES.map((name, id) => `${hex(COLOURS[id]!)}:${name}`)
const VALUES = { 'classes.names': NAMES }
const CASES: Record<string, InputCase> = {
  rgb8_color: {
    encoding: 'rgb8',
    parameters: { 'label.map': COLOUR_MAP, 'prediction.map': COLOUR_MAP },
    bytesOf: ids => spread(ids, 3, id => COLOURS[id]!),
  },
  rgba8_channel: {
    encoding: 'rgba8',
    parameters: { ...VALUES, 'label.channel': 'r', 'prediction.channel': 'r' },
    bytesOf: ids => spread(ids, 4, id => [id, 7, 9, 255]),
  },
  '16SC1': { encoding: '16SC1', parameters: VALUES, bytesOf: ids => spread(ids, 2, id => [id, 0]) },
  png_gray: {
    encoding: 'png',
    parameters: VALUES,
    bytesOf: (ids, width, height) => grayPng(width, height, ids),
  },
  png_palette: {
    encoding: 'png',
    parameters: VALUES,
    bytesOf: (samples, width, height) =>
      writePng({
        width,
        height,
        bits: 8,
        colourType: 3,
        palette: COLOURS.map(([r, g, b]) => (r! << 16) | (g! << 8) | b!),
        samples,
      }),
  },
  resize: {
    encoding: 'mono8',
    parameters: { ...VALUES, resize: 'nearest' },
    bytesOf: ids => ids,
    reduced: 2,
  },
}

/** From the bytes of two messages to counts, as the engine does. */
class OurInputs {
  readonly #pairs: readonly (readonly [Uint8Array, Uint8Array])[]
  readonly #read: typeof readImageHeader
  readonly #headers = [new ImageHeader(), new ImageHeader()] as const
  readonly #kernels = new Kernels()
  readonly #rules: CountingRules
  readonly #tally = new Tally()

  constructor(pairs: readonly SentPair[], { encoding, parameters: values }: InputCase) {
    const isFile = encoding === 'png'
    const stamp = { sec: 1, nanosec: 2, frameId: 'camera' }
    const message = ({ width, height, bytes: data }: SentMask) =>
      isFile
        ? serializeCompressedImage({ ...stamp, format: 'mono8; png compressed ', data })
        : serializeImage({ ...stamp, width, height, encoding, data })
    this.#read = isFile ? readCompressedHeader : readImageHeader
    this.#pairs = pairs.map(([prediction, label]) => [message(prediction), message(label)])
    const parameters = parametersFrom(new Map(Object.entries({ 'classes.names': NAMES, ...values })))
    this.#rules = countingRules(parameters, configurationFrom(parameters))
  }

  run = (frame: number): void => {
    const messages = this.#pairs[frame]!
    const [prediction, label] = this.#headers
    this.#read(messages[0], prediction)
    this.#read(messages[1], label)
    loadMask(this.#kernels, 0, messages[0], prediction)
    loadMask(this.#kernels, 1, messages[1], label)
    countPair(this.#kernels, prediction, label, this.#rules, CLASSES, this.#tally, this.#tally)
  }

  result(frame: number): number[] {
    this.run(frame)
    const { counts } = this.#kernels
    return Array.from({ length: CLASSES * CLASSES }, (_, i) => {
      return counts[Math.floor(i / CLASSES) * (CLASSES + 1) + (i % CLASSES)]!
    })
  }
}

/** Masks of ids, which the case writes as bytes; as many as fill more than any cache. */
function drawn({ bytesOf, reduced = 1 }: InputCase): SentPair[] {
  const distinct = Array.from({ length: DISTINCT }, (_, i) => {
    const [label, other] = [new Uint8Array(WIDTH * HEIGHT), new Uint8Array(WIDTH * HEIGHT)]
    drawPair(
      { name: '', width: WIDTH, height: HEIGHT, classes: CLASSES, kind: 'blobs' },
      77 + i,
      other,
      label,
    )
    const [width, height] = [WIDTH / reduced, HEIGHT / reduced]
    const prediction = Uint8Array.from({ length: width * height }, (_, j) => {
      return other[Math.floor(j / width) * reduced * WIDTH + (j % width) * reduced]!
    })
    return [
      { width, height, bytes: bytesOf(prediction, width, height) },
      { width: WIDTH, height: HEIGHT, bytes: bytesOf(label, WIDTH, HEIGHT) },
    ] as const
  })
  const bytes = distinct[0]![0].bytes.length + distinct[0]![1].bytes.length
  return Array.from(
    { length: Math.min(40, Math.ceil(COLD_BYTES / bytes)) },
    (_, i) => distinct[i % DISTINCT]!,
  )
}

function writePairs(file: string, pairs: readonly SentPair[]): void {
  const parts = pairs.flat().flatMap(({ width, height, bytes }) => {
    return [new Uint8Array(Uint32Array.of(height, width, bytes.length).buffer), bytes]
  })
  writeFileSync(file, Buffer.concat(parts))
}

function readPairs(file: string): SentPair[] {
  const data = readFileSync(file)
  const masks: SentMask[] = []
  for (let at = 0; at < data.length; ) {
    const [height, width, length] = [0, 4, 8].map(offset => data.readUInt32LE(at + offset)) as [
      number,
      number,
      number,
    ]
    masks.push({ width, height, bytes: data.subarray(at + 12, at + 12 + length) })
    at += 12 + length
  }
  return masks.flatMap((mask, i) => (i % 2 === 0 ? [[mask, masks[i + 1]!] as const] : []))
}

/** OpenCV and Pillow, if the project's Python has none: installed for this run alone. */
function startPython(folder: string): Peer {
  const [command, ...args] = pythonCommand()
  const target = join(folder, 'python')
  mkdirSync(target)
  try {
    execFileSync(command!, [...args, '-c', 'import cv2, PIL'], { stdio: 'ignore' })
  } catch {
    const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--only-binary', ':all:', '--target', target]
    try {
      execFileSync(command!, [...args, ...pip, 'opencv-python-headless', 'pillow'], { stdio: 'ignore' })
    } catch {
      process.stderr.write('OpenCV and Pillow cannot be installed: what needs them is left out\n')
    }
  }
  return new Peer(command!, [...args, '-c', RUN, target, join(import.meta.dirname, 'inputs.py')])
}

/** With the folder of packages behind those that are there. */
const RUN = 'import runpy, sys; sys.path.append(sys.argv[1]); runpy.run_path(sys.argv[2])'

/** Races kinds of inputs, from message bytes to counts. @param wanted whether a case is */
export async function inputRows(
  folder: string,
  rounds: number,
  wanted: (name: string) => boolean,
): Promise<Row[]> {
  const kinds = Object.entries(CASES).filter(([kind]) => wanted(`720p_C8_${kind}`))
  if (kinds.length === 0) return []
  const python = startPython(folder)
  const file = join(folder, 'inputs')
  const rows: Row[] = []
  for (const [kind, input] of kinds) {
    const name = `720p_C8_${kind}`
    writePairs(file, input.encoding === 'png' ? drawn({ ...input, bytesOf: ids => ids }) : drawn(input))
    // As those write it that send it, where they are installed.
    const isEncoded = input.encoding !== 'png' || (await python.ask(`encode ${file} ${kind}`)) === 'ready'
    const pairs = isEncoded ? readPairs(file) : drawn(input)
    if (!isEncoded) writePairs(file, pairs)
    await python.ask(`load ${file} ${kind}`)
    const ours = new OurInputs(pairs, input)
    const contenders = [
      ownContender('ours', ours.run, pairs.length),
      ...(await qualified(python, ['numpy', 'opencv'], ours.result(1))),
    ]
    const medians = await race(contenders, pairs.length, WIDTH * HEIGHT, rounds)
    for (const [contender, ns] of medians) rows.push({ case: name, contender, ns_per_pixel: ns })
    process.stderr.write(`${name} `)
  }
  python.close()
  return rows
}
