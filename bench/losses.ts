import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Loss, lovaszLoss, overlapLoss, pixelLoss, tensor } from '../src/losses/index.ts'
import { classMask, hausdorffDistance } from '../src/metrics/index.ts'
import { pythonCommand } from '../test/support/python.ts'
import { drawPair } from './masks.ts'
import { Peer } from './peer.ts'
import { ownContender, qualified, race } from './race.ts'
import type { Row } from './table.ts'

const SIZES = { '512': [512, 512], '1080p': [1920, 1080] } as const
const CLASSES = 8
/** Of a pixel's class against any other. */
const CONFIDENCE = 3

const softmax = { activation: 'softmax' } as const
const LOSSES: Record<string, () => Loss> = {
  softmax_dice: () => overlapLoss(softmax),
  cross_entropy: () => pixelLoss(softmax),
  lovasz: () => lovaszLoss(softmax),
}

interface Frame {
  logits: Float32Array
  label: Uint8Array
  prediction: Uint8Array
}

/** Logits that are random but for the class of a drawn prediction. */
function drawn(width: number, height: number, seed: number): Frame {
  const pixels = width * height
  const [prediction, label] = [new Uint8Array(pixels), new Uint8Array(pixels)]
  drawPair({ name: '', width, height, classes: CLASSES, kind: 'blobs' }, seed, prediction, label)
  const logits = new Float32Array(CLASSES * pixels)
  for (let i = 0, x = seed; i < logits.length; i++) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0
    const isIt = prediction[i % pixels] === Math.floor(i / pixels)
    logits[i] = (x / 2 ** 32 - 0.5) * 4 + (isIt ? CONFIDENCE : 0)
  }
  return { logits, label, prediction }
}

/** A loss with its gradient, from logits in any array. */
function ourLoss(make: () => Loss, frames: readonly Frame[], pixels: number) {
  const loss = make()
  const shape = [1, CLASSES, pixels, 1]
  const gradient = new Float32Array(CLASSES * pixels)
  const run = (frame: number) => {
    const { logits, label } = frames[frame]!
    return loss.evaluate(tensor(logits, shape), tensor(label, [1, pixels, 1]), tensor(gradient, shape))
  }
  const result = (frame: number) => {
    const value = run(frame)
    const sums = Array.from({ length: CLASSES }, (_, c) =>
      gradient.subarray(c * pixels, (c + 1) * pixels).reduce((sum, g) => sum + Math.abs(g), 0),
    )
    return [value, ...sums]
  }
  return { run, result }
}

/** The Hausdorff distance of class 1, from masks of classes. */
function ourDistance(frames: readonly Frame[], width: number, height: number) {
  const run = (frame: number) => {
    const { label, prediction } = frames[frame]!
    return hausdorffDistance(classMask(prediction, 1, width, height), classMask(label, 1, width, height))
  }
  return { run, result: (frame: number) => [run(frame)] }
}

/** Races losses with their gradients, and a distance of surfaces. @param wanted whether a case is */
export async function lossRows(
  folder: string,
  rounds: number,
  wanted: (name: string) => boolean,
): Promise<Row[]> {
  const rows: Row[] = []
  for (const [size, [width, height]] of Object.entries(SIZES)) {
    const kinds = [...Object.keys(LOSSES), 'hausdorff'].filter(kind => wanted(`${kind}_${size}_C${CLASSES}`))
    if (kinds.length === 0) continue
    const [command, ...args] = pythonCommand()
    const python = new Peer(command!, [...args, join(import.meta.dirname, 'losses.py')])
    const pixels = width * height
    const frames = [drawn(width, height, 1), drawn(width, height, 2)]
    const bytes = frames.flatMap(({ logits, label, prediction }) => [
      new Uint8Array(logits.buffer),
      label,
      prediction,
    ])
    const file = join(folder, 'losses')
    writeFileSync(file, Buffer.concat(bytes))
    await python.ask(`load ${file} ${width} ${height} ${CLASSES} ${frames.length}`)
    for (const kind of kinds) {
      const make = LOSSES[kind]
      const ours = make ? ourLoss(make, frames, pixels) : ourDistance(frames, width, height)
      const peers = ['numpy', 'torch', 'scipy'].map(name => `${kind}:${name}`)
      const contenders = [
        ownContender('ours', ours.run, frames.length),
        ...(await qualified(python, peers, ours.result(1))),
      ]
      const medians = await race(contenders, frames.length, pixels, rounds)
      const name = `${kind}_${size}_C${CLASSES}`
      for (const [contender, ns] of medians)
        rows.push({ case: name, contender: contender.replace(`${kind}:`, ''), ns_per_pixel: ns })
      process.stderr.write(`${name} `)
    }
    python.close()
  }
  return rows
}
