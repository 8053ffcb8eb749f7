import type { ImageMessage } from '../../src/image/serialize.ts'

export const WIDTH = 13
export const HEIGHT = 7
export const PIXELS = WIDTH * HEIGHT

/** Reproducible integers from 0 to `below` - 1. */
export function randomIds(seed: number, below: number, count = PIXELS): number[] {
  let state = seed * 2654435761 + 1
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  })
}

export interface Layout {
  encoding?: string
  isBigEndian?: boolean
  /** Bytes behind each row, filled with 77. */
  padding?: number
  width?: number
  height?: number
  frameId?: string
}

type WriteValue = (view: DataView, at: number, value: number, little: boolean) => void
const U8: [number, WriteValue] = [1, (view, at, value) => view.setUint8(at, value)]
const U16: [number, WriteValue] = [2, (view, at, value, little) => view.setUint16(at, value, little)]
const I32: [number, WriteValue] = [4, (view, at, value, little) => view.setInt32(at, value, little)]
const F32: [number, WriteValue] = [4, (view, at, value, little) => view.setFloat32(at, value, little)]

function formatOf(encoding: string): [number, WriteValue] {
  if (encoding.startsWith('32FC')) return F32
  return encoding === '32SC1' ? I32 : encoding.includes('16') ? U16 : U8
}

/** An image of values row by row, channels together, stamped `stamp` seconds. */
export function image(stamp: number, values: number[], layout: Layout = {}): ImageMessage {
  const { encoding = 'mono8', isBigEndian = false, padding = 0, width = WIDTH, height = HEIGHT } = layout
  const [size, write] = formatOf(encoding)
  const perRow = values.length / height
  const step = perRow * size + padding
  const data = new Uint8Array(step * height).fill(77)
  const view = new DataView(data.buffer)
  values.forEach((value, i) => {
    write(view, Math.floor(i / perRow) * step + (i % perRow) * size, value, !isBigEndian)
  })
  const sec = Math.floor(stamp)
  const nanosec = Math.round((stamp - sec) * 1e9)
  return {
    sec,
    nanosec,
    frameId: layout.frameId ?? 'camera',
    width,
    height,
    encoding,
    isBigEndian,
    step,
    data,
  }
}

export interface Scores {
  dice: number[]
  iou: number[]
  meanDice: number
  meanIou: number
  accuracy: number
  /** classes · classes, rows are labels. */
  confusion: number[]
  unknown: number[]
  ignoredPixels: number
}

/** The definitions, pixel by pixel. */
export function scores(labels: number[], predictions: number[], classes: number, ignored = [255]): Scores {
  const confusion = new Array<number>(classes * classes).fill(0)
  const unknown = new Array<number>(classes).fill(0)
  let ignoredPixels = 0
  labels.forEach((label, i) => {
    const prediction = predictions[i]!
    if (ignored.includes(label) || !(label >= 0 && label < classes)) ignoredPixels++
    else if (prediction >= 0 && prediction < classes) confusion[label * classes + prediction]!++
    else unknown[label]!++
  })
  const dice: number[] = []
  const iou: number[] = []
  let correct = 0
  let pixels = 0
  for (let k = 0; k < classes; k++) {
    const tp = confusion[k * classes + k]!
    let l = unknown[k]!
    let p = 0
    for (let other = 0; other < classes; other++) {
      l += confusion[k * classes + other]!
      p += confusion[other * classes + k]!
    }
    dice.push((2 * tp) / (l + p))
    iou.push(tp / (l + p - tp))
    correct += tp
    pixels += l
  }
  return {
    dice,
    iou,
    meanDice: mean(dice),
    meanIou: mean(iou),
    accuracy: correct / pixels,
    confusion,
    unknown,
    ignoredPixels,
  }
}

function mean(values: number[]): number {
  const defined = values.filter(value => !Number.isNaN(value))
  return defined.reduce((sum, value) => sum + value, 0) / defined.length
}
