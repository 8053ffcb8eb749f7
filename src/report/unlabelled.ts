import { frameIdOf, type ImageHeader, readImageHeader } from '../image/header.ts'
import { rankCorrelation } from '../metrics/rank-correlation.ts'
import type { Monitor } from '../monitor/monitor.ts'
import { sampling, sizeWithin } from './frame-masks.ts'
import { NO_CLASS, type SmallMask, sampleMask } from './masks.ts'

/** A prediction is looked at at so many columns and rows at most. */
const LONGEST_SIDE = 160
/** Predictions of which dice is waited for, and those that a correlation is of. */
const [WAITING, MEMORY] = [64, 100]

export const SIGNS = ['agreement', 'unknownShare', 'confidence', 'entropy'] as const
type Signs = Record<(typeof SIGNS)[number], number>

/** What can be told of a prediction without a label; see UnlabelledMetrics.msg. */
export interface Unlabelled extends Signs {
  sec: number
  nanosec: number
  frameId: string
}

/** Looks at predictions without their labels, and remembers how dice was where these came. */
export class UnlabelledSigns {
  readonly #monitor: Monitor
  #before: SmallMask | undefined
  #waiting: Unlabelled[] = []
  #scored: (Signs & { dice: number })[] = []

  constructor(monitor: Monitor) {
    this.#monitor = monitor
  }

  get correlationFrames(): number {
    return this.#scored.length
  }

  /** Of a sign with dice. */
  correlation(sign: keyof Signs): number {
    return rankCorrelation(
      this.#scored.map(item => item[sign]),
      this.#scored.map(({ dice }) => dice),
    )
  }

  /** Takes the prediction that the next one is held against. @throws MessageError for no such image */
  begin(message: Uint8Array, header: ImageHeader): void {
    readImageHeader(message, header)
    this.#before = this.#sample(message, header)
  }

  /** What is told of the next one. @throws MessageError for no such image */
  end(message: Uint8Array, header: ImageHeader): Unlabelled {
    readImageHeader(message, header)
    const mask = this.#sample(message, header)
    const { sec, nanosec } = header
    const sure = header.isProbabilities
      ? sureness(message, header, mask)
      : { confidence: Number.NaN, entropy: Number.NaN }
    const unknown = mask.ids.reduce((sum, id) => sum + (id === NO_CLASS ? 1 : 0), 0)
    const signs: Unlabelled = {
      sec,
      nanosec,
      frameId: frameIdOf(message, header),
      agreement: agreementOf(this.#before, mask),
      unknownShare: unknown / mask.ids.length,
      ...sure,
    }
    this.#waiting = [...this.#waiting, signs].slice(-WAITING)
    return signs
  }

  /** Takes the dice of a scored prediction, which may have been looked at. */
  score({ sec, nanosec }: { sec: number; nanosec: number }, dice: number): void {
    const at = this.#waiting.findIndex(signs => signs.sec === sec && signs.nanosec === nanosec)
    if (at < 0) return
    const [signs] = this.#waiting.splice(at, 1)
    this.#scored = [...this.#scored, { ...signs!, dice }].slice(-MEMORY)
  }

  #sample(message: Uint8Array, header: ImageHeader): SmallMask {
    return sampleMask(message, header, {
      ...sizeWithin(header, LONGEST_SIDE),
      ...sampling(this.#monitor),
      rules: this.#monitor.rules.prediction,
    })
  }
}

function agreementOf(before: SmallMask | undefined, { width, height, ids }: SmallMask): number {
  if (before?.width !== width || before.height !== height) return Number.NaN
  return ids.reduce((sum, id, i) => sum + (id === before.ids[i] ? 1 : 0), 0) / ids.length
}

/** Means over the pixels of the grid without a NaN. */
function sureness(message: Uint8Array, header: ImageHeader, { width, height }: SmallMask) {
  const { value } = header.encoding
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength)
  const isLittle = header.format === value.little
  const classes = header.channels === 1 ? 2 : header.channels
  const p = new Float64Array(classes)
  let [confidence, entropy, pixels] = [0, 0, 0]
  for (let y = 0; y < height; y++) {
    const row = header.offset + Math.floor(((y + 0.5) * header.height) / height) * header.step
    for (let x = 0; x < width; x++) {
      const at = row + Math.floor(((x + 0.5) * header.width) / width) * header.bytesPerPixel
      for (let c = 0; c < header.channels; c++) p[c] = value.read(view, at + c * value.bytes, isLittle)
      if (header.channels === 1) p[1] = 1 - p[0]!
      if (p.some(Number.isNaN)) continue
      pixels++
      confidence += p.reduce((most, value_) => Math.max(most, value_), 0)
      for (const share of p) if (share > 0) entropy -= (share * Math.log(share)) / Math.log(classes)
    }
  }
  return { confidence: confidence / pixels, entropy: entropy / pixels }
}
