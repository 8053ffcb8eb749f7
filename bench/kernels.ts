/**
 * Counting kernels against peers in Python and C: nanoseconds of processor time a pixel, a pixel being one of each
 * mask; each works on one thread, so that a busy machine shows in the times less than by the clock. In each of
 * several rounds all contenders take turns on the same frames, which fill more than any cache, and the median round
 * counts. A contender must first give the numbers that ours gives. What other processes do to the machine touches
 * all alike: compare ratios.
 *
 * usage: npm run bench -- [--cases TEXT] [--rounds N] [--json FILE]
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { pythonCommand } from '../test/support/python.ts'
import { inputRows } from './inputs.ts'
import { lossRows } from './losses.ts'
import { type Case, drawPair } from './masks.ts'
import { OurLabels, OurPlanes } from './ours.ts'
import { Peer } from './peer.ts'
import { ownContender, peerContender, qualified, race } from './race.ts'
import { regionRows } from './regions.ts'
import { printTable, type Row } from './table.ts'

const SIZES = { '480p': [640, 480], '720p': [1280, 720], '1080p': [1920, 1080], '4k': [3840, 2160] } as const
const COLD_BYTES = 72e6
/** Distinct pairs drawn for a case; more frames are these again, in other memory. */
const DISTINCT = 4

const { values: options } = parseArgs({
  options: {
    cases: { type: 'string', default: '' },
    rounds: { type: 'string', default: '15' },
    json: { type: 'string' },
  },
})
const rounds = Number(options.rounds)
const wanted = (name: string) => name.includes(options.cases)
const folder = mkdtempSync(join(tmpdir(), 'bench-kernels-'))
const dataFile = join(folder, 'frames')

function startPeers(): { c: Peer; python: Peer } {
  const program = join(folder, 'kernels')
  const source = join(import.meta.dirname, 'kernels.c')
  // -ffast-math lets the compiler vectorize the soft sums, as one who writes them for speed would have it.
  execFileSync('cc', ['-O3', '-march=native', '-ffast-math', '-o', program, source], { stdio: 'inherit' })
  const [command, ...args] = pythonCommand()
  const script = join(import.meta.dirname, 'kernels.py')
  return { c: new Peer(program, []), python: new Peer(command!, [...args, script]) }
}

/** The best of the C programs counts; which one that is differs by data. */
function mergeBest(medians: Map<string, number>, names: readonly string[]): void {
  const times = [...names, 'c_naive'].map(name => medians.get(name) ?? Number.POSITIVE_INFINITY)
  for (const name of names) medians.delete(name)
  medians.set('c_best', Math.min(...times))
}

async function load(peers: readonly Peer[], frames: Uint8Array[], test: Case, soft: 0 | 1): Promise<void> {
  writeFileSync(dataFile, Buffer.concat(frames))
  const pixels = test.width * test.height
  for (const peer of peers)
    await peer.ask(`load ${dataFile} ${pixels} ${test.classes} ${frames.length} ${soft}`)
}

const LABEL_PEERS = [
  'numpy_bincount',
  'numpy_bool',
  'opencv',
  'scikit_learn',
  'torch',
  'torchmetrics',
  'monai',
]
const C_BEST = ['c_runs', 'c_pairs', 'c_two', 'c_two_wide']

async function labelCase(c: Peer, python: Peer, test: Case): Promise<Row[]> {
  const { width, height, classes } = test
  const pixels = width * height
  const frames: Uint8Array[] = []
  for (let i = 0; i < Math.ceil(COLD_BYTES / (2 * pixels)); i++) {
    const frame = new Uint8Array(2 * pixels)
    if (i < DISTINCT) drawPair(test, 77 + i, frame.subarray(0, pixels), frame.subarray(pixels))
    else frame.set(frames[i % DISTINCT]!)
    frames.push(frame)
  }
  await load([c, python], frames, test, 0)
  const ours = new OurLabels(frames, width, height, classes)
  const expected = ours.result(1)
  const contenders = [
    ownContender('ours', ours.run, frames.length),
    ...(await qualified(python, LABEL_PEERS, expected)),
    ...(await qualified(c, ['c_naive', ...C_BEST], expected)),
    peerContender(c, 'read_limit'),
  ]
  const medians = await race(contenders, frames.length, pixels, rounds)
  mergeBest(medians, C_BEST)
  return Array.from(medians, ([contender, ns]) => ({ case: test.name, contender, ns_per_pixel: ns }))
}

/** Random probabilities against areas, planar. */
function planarFrame(test: Case, seed: number): Uint8Array {
  const values = test.width * test.height * test.classes
  const frame = new Uint8Array(4 * values + values / test.classes)
  const p = new Float32Array(frame.buffer, 0, values)
  for (let i = 0, x = seed; i < values; i++) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0
    p[i] = (x >>> 8) / 2 ** 27
  }
  const label = frame.subarray(4 * values)
  drawPair(test, seed, new Uint8Array(label.length), label)
  return frame
}

async function planarCases(c: Peer, python: Peer): Promise<Row[]> {
  const [width, height] = SIZES['1080p']
  const test: Case = { name: 'planar', width, height, classes: 8, kind: 'blobs' }
  const frames = [planarFrame(test, 1), planarFrame(test, 2)]
  await load([c, python], frames, test, 1)
  const ours = new OurPlanes(frames, width * height, test.classes, false)
  const elsewhere = new OurPlanes(frames, width * height, test.classes, true)
  const cases = [
    {
      name: 'soft_1080p_C8_planar',
      run: ours.sum,
      runElsewhere: elsewhere.sum,
      expected: ours.sums(1),
      peers: ['numpy_soft', 'torch_soft'],
      c: ['c_soft'],
      others: [peerContender(c, 'read_limit')],
    },
    {
      name: 'soft_gradient_1080p_C8_planar',
      run: ours.differentiate,
      runElsewhere: elsewhere.differentiate,
      expected: ours.gradientSums(1),
      peers: ['numpy_gradient'],
      c: ['c_gradient'],
      others: [],
    },
  ]
  const rows: Row[] = []
  for (const { name, run, runElsewhere, expected, peers, c: programs, others } of cases) {
    if (!wanted(name)) continue
    const contenders = [
      ownContender('ours', run, frames.length),
      ownContender('ours_elsewhere', runElsewhere, frames.length),
      ...(await qualified(python, peers, expected)),
      ...(await qualified(c, programs, expected)),
      ...others,
    ]
    const medians = await race(contenders, frames.length, width * height, rounds)
    mergeBest(medians, programs)
    for (const [contender, ns] of medians) {
      rows.push({ case: name, contender: contender.replace(/_(soft|gradient)$/, ''), ns_per_pixel: ns })
    }
  }
  return rows
}

try {
  const { c, python } = startPeers()
  const rows: Row[] = []
  for (const [size, [width, height]] of Object.entries(SIZES)) {
    for (const classes of [2, 8, 20]) {
      for (const kind of ['blobs', 'noise'] as const) {
        const test: Case = { name: `${size}_C${classes}_${kind}`, width, height, classes, kind }
        if (!wanted(test.name)) continue
        // The first case runs once more, unmeasured: what V8 compiles and collects meanwhile would count as ours.
        if (rows.length === 0) await labelCase(c, python, test)
        rows.push(...(await labelCase(c, python, test)))
        process.stderr.write(`${test.name} `)
      }
    }
  }
  if (wanted('soft_1080p_C8_planar') || wanted('soft_gradient_1080p_C8_planar')) {
    rows.push(...(await planarCases(c, python)))
  }
  rows.push(...(await inputRows(folder, rounds, wanted)), ...(await regionRows(folder, rounds, wanted)))
  rows.push(...(await lossRows(folder, rounds, wanted)))
  process.stderr.write('\n')
  c.close()
  python.close()
  printTable(rows)
  if (options.json) writeFileSync(options.json, `${JSON.stringify({ rows }, null, 1)}\n`)
} finally {
  rmSync(folder, { recursive: true })
}
