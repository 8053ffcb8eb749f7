// What the kernels compute, written plainly, to hold them against.
import { PixelFormat, type PixelLayout } from '../../src/kernels/layout.ts'

export class Oracle {
  counts = new Uint32Array(0)
  sums = new Float64Array(0)
  minimum = 0
  maximum = 0
  #messages: DataView[] = []

  load(slot: 0 | 1, message: Uint8Array): void {
    this.#messages[slot] = new DataView(message.buffer, message.byteOffset, message.length)
  }

  countLabels(
    width: number,
    height: number,
    prediction: PixelLayout,
    label: PixelLayout,
    classes: number,
  ): void {
    this.counts = new Uint32Array((classes + 1) ** 2)
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const p = read(this.#messages[0]!, prediction, x, y, 0)
        const l = read(this.#messages[1]!, label, x, y, 0)
        this.counts[clamp(l, classes) * (classes + 1) + clamp(p, classes)]!++
      }
    }
  }

  largest(slot: 0 | 1, width: number, height: number, layout: PixelLayout, ignored: Uint8Array): number {
    let largest = -1
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const id = read(this.#messages[slot]!, layout, x, y, 0)
        if (id <= 255 && ignored[id] === 0) largest = Math.max(largest, id)
      }
    }
    return largest
  }

  countProbabilities(
    width: number,
    height: number,
    prediction: PixelLayout,
    label: PixelLayout,
    classes: number,
    { threshold }: { readonly threshold: number },
  ): void {
    this.counts = new Uint32Array((classes + 1) ** 2)
    this.sums = new Float64Array((classes + 1) * classes)
    this.minimum = Number.POSITIVE_INFINITY
    this.maximum = Number.NEGATIVE_INFINITY
    const p = new Float64Array(classes)
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const l = clamp(read(this.#messages[1]!, label, x, y, 0), classes)
        for (let c = 0; c < prediction.channels; c++) p[c] = read(this.#messages[0]!, prediction, x, y, c)
        for (let c = 0; c < prediction.channels; c++) {
          if (p[c]! < this.minimum) this.minimum = p[c]!
          if (p[c]! > this.maximum) this.maximum = p[c]!
        }
        let best = 0
        if (prediction.channels === 1) {
          best = Number.isNaN(p[0]!) ? classes : p[0]! >= threshold ? 1 : 0
          p[1] = p[0]!
          p[0] = 1 - p[1]!
        } else {
          for (let c = 0; c < classes; c++) {
            if (Number.isNaN(p[c]!)) best = classes
            else if (best < classes && p[c]! > p[best]!) best = c
          }
        }
        this.counts[l * (classes + 1) + best]!++
        for (let c = 0; c < classes; c++) if (!Number.isNaN(p[c]!)) this.sums[l * classes + c]! += p[c]!
      }
    }
  }
}

const clamp = (value: number, classes: number) => (value >= 0 && value < classes ? value : classes)

function read(view: DataView, layout: PixelLayout, x: number, y: number, channel: number): number {
  const row = layout.offset + y * layout.step
  switch (layout.format) {
    case PixelFormat.U8:
      return view.getUint8(row + x)
    case PixelFormat.U16LE:
      return view.getUint16(row + 2 * x, true)
    case PixelFormat.U16BE:
      return view.getUint16(row + 2 * x)
    case PixelFormat.I32LE:
      return view.getInt32(row + 4 * x, true)
    case PixelFormat.I32BE:
      return view.getInt32(row + 4 * x)
    case PixelFormat.F32LE:
      return view.getFloat32(row + 4 * (x * layout.channels + channel), true)
    case PixelFormat.F32BE:
      return view.getFloat32(row + 4 * (x * layout.channels + channel))
    case PixelFormat.S8:
      return view.getInt8(row + x)
    case PixelFormat.S16LE:
      return view.getInt16(row + 2 * x, true)
    case PixelFormat.S16BE:
      return view.getInt16(row + 2 * x)
    default:
      throw new Error(`no class ids in format ${layout.format}`)
  }
}
