import { describe, expect, it } from 'vitest'
import { ImageHeader } from '../../src/image/header.ts'
import { serializeImage } from '../../src/image/serialize.ts'
import { Monitor } from '../../src/monitor/monitor.ts'
import { parametersFrom, type RawValue } from '../../src/parameters/parameters.ts'
import { classColors } from '../../src/report/class-colors.ts'
import { drawText, LETTER_HEIGHT, LETTER_WIDTH, wrapped } from '../../src/report/font.ts'
import { overlayScene, samplePicture } from '../../src/report/frame-overlay.ts'
import { drawMask, drawOverlay, MISSED, type OverlayScene, WRONG } from '../../src/report/overlay.ts'

const NAMES = ['sky', 'grass', 'trail']

const message = (width: number, height: number, data: ArrayLike<number>, encoding = 'mono8') =>
  serializeImage({ sec: 1, nanosec: 0, width, height, encoding, data: Uint8Array.from(data) })

function scored(values: Record<string, RawValue>, width: number, prediction: number[], label: number[]) {
  const monitor = new Monitor(parametersFrom(new Map(Object.entries(values))))
  const height = label.length / width
  monitor.offerPrediction(message(width, height, prediction), 1, 1)
  monitor.offerLabel(message(width, height, label), 1, 1)
  return monitor
}

const pixel = (pixels: Uint8Array, i: number) => [...pixels.subarray(3 * i, 3 * i + 3)]
const isGray = ([r, g, b]: number[]) => r === g && g === b

function overlayOf(values: Record<string, RawValue>, width: number, prediction: number[], label: number[]) {
  const monitor = scored(values, width, prediction, label)
  return drawOverlay(overlayScene(monitor.frame, monitor, 1, 640))
}

describe('an overlay', () => {
  it('leaves right pixels without a tint, and paints what is missed blue and what is wrong vermillion', () => {
    const pixels = overlayOf({ 'classes.names': NAMES }, 4, [0, 1, 9, 0], [0, 2, 2, 255])
    expect(isGray(pixel(pixels, 0))).toBe(true)
    expect(pixel(pixels, 0)[0]).toBeGreaterThan(120)
    expect(pixel(pixels, 1)).toEqual([213, 94, 0])
    expect(pixel(pixels, 2)).toEqual([86, 180, 233])
    expect(isGray(pixel(pixels, 3))).toBe(true)
    expect(pixel(pixels, 3)[0]).toBeLessThanOrEqual(64)
  })

  it('takes the first of two classes, predicted for the other, for a miss', () => {
    const pixels = overlayOf({ 'classes.names': ['other', 'trail'] }, 4, [0, 1, 0, 1], [0, 1, 1, 0])
    expect([2, 3].map(i => pixel(pixels, i))).toEqual([MISSED, WRONG])
    const three = overlayOf({ 'classes.names': NAMES }, 2, [0, 1], [1, 0])
    expect([0, 1].map(i => pixel(three, i))).toEqual([WRONG, WRONG])
  })

  it('hatches what is ignored: labels and regions', () => {
    const label = new Array<number>(12).fill(1)
    const values = { 'classes.names': NAMES, regions: ['low: rows 0.5-1'], 'regions.ignored': ['low'] }
    const pixels = overlayOf(
      values,
      6,
      label.map(() => 2),
      label,
    )
    // The first row is outlined in white, as the second is of another region.
    expect(pixel(pixels, 0)).toEqual([255, 255, 255])
    const row = [6, 7, 8, 9, 10, 11].map(i => pixel(pixels, i)[0])
    expect(new Set(row).size).toBe(2)
    expect(row.map(value => value === 32)).toEqual([true, false, false, false, false, true])
  })

  it('outlines regions, below and to the right', () => {
    const label = new Array<number>(16).fill(1)
    const values = { 'classes.names': NAMES, regions: ['corner: polygon 0,0 0.5,0 0.5,0.5 0,0.5'] }
    const pixels = overlayOf(values, 4, label, label)
    const white = label.map((_, i) => pixel(pixels, i)[0] === 255)
    expect(white).toEqual([0, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0].map(Boolean))
  })

  it('shows the verdict and the worst class at the top, where there is room', () => {
    const [width, height] = [300, 120]
    const label = Array.from({ length: width * height }, (_, i) => (i % 2 ? 1 : 2))
    const values = { 'classes.names': NAMES }
    const monitor = scored(
      values,
      width,
      label.map(() => 1),
      label,
    )
    const scene = overlayScene(monitor.frame, monitor, 1, 640)
    expect(scene.text).toBe('OK dice 0.333 is below 0.5, worst class trail (0.000)')
    const pixels = drawOverlay(scene)
    const rows = Array.from({ length: height }, (_, y) =>
      Array.from({ length: width }, (_, x) => pixel(pixels, y * width + x).join()),
    )
    expect(rows.slice(0, 12).flat()).toContain('255,255,255')
    expect(rows.slice(24).flat()).not.toContain('255,255,255')
    expect(rows[119]).toContain('213,94,0')
    const low = scored(values, width, label.slice(width), label.slice(width))
    expect(drawOverlay(overlayScene(low.frame, low, 1, 640))).not.toContain(255)
  })

  it('names the worst class when all is well, and not twice', () => {
    const right = scored(
      { 'classes.names': NAMES, 'thresholds.dice.warn': 0n, 'thresholds.dice.error': 0n },
      4,
      [0, 1, 1, 1],
      [0, 1, 1, 2],
    )
    expect(overlayScene(right.frame, right, 1, 640).text).toBe('OK dice 0.600, worst class trail (0.000)')
    const limits = { 'thresholds.class_dice': ['trail:0.9:0.5'], 'thresholds.frames': 1n }
    const wrong = scored({ 'classes.names': NAMES, ...limits }, 4, [0, 1, 1, 1], [0, 1, 1, 2])
    expect(overlayScene(wrong.frame, wrong, 1, 640).text).toBe('ERROR trail: dice 0.000 is below 0.5')
  })

  it('is drawn over the picture of the camera, dimmed and without colours', () => {
    const scene: OverlayScene = {
      label: { width: 2, height: 1, ids: Uint16Array.from([1, 1]) },
      prediction: { width: 2, height: 1, ids: Uint16Array.from([1, 2]) },
      camera: Uint32Array.from([0xff0000, 0xffffff]),
      regions: undefined,
      ignoredRegions: 0,
      grays: new Uint8Array(256).fill(200),
      isBinary: false,
      text: '',
    }
    const pixels = drawOverlay(scene)
    const red = Math.floor(24 + 0.66 * 0.299 * 255)
    expect(pixel(pixels, 0)).toEqual([red, red, red])
    const white = 24 + 0.66 * 255
    expect(pixel(pixels, 1)).toEqual([213, 94, 0].map(value => Math.floor(0.7 * value + 0.3 * white)))
  })

  it('is no larger than asked for', () => {
    const label = new Array<number>(200).fill(1)
    const monitor = scored({ 'classes.names': NAMES }, 20, label, label)
    const { label: mask, prediction } = overlayScene(monitor.frame, monitor, 1, 10)
    expect([mask.width, mask.height, prediction.width, prediction.ids.length]).toEqual([10, 5, 10, 50])
  })
})

describe('colours', () => {
  it('of classes are those of the map or the ontology, else those of the palette', () => {
    const byMap = scored(
      {
        'label.map': ['#102030:grass', '1:grass', '0:sky'],
        'prediction.map': ['#ff0000:sky', '1:grass', '0:sky'],
      },
      2,
      [0, 1],
      [0, 1],
    )
    const colorOf = classColors(byMap)
    const id = (name: string) => byMap.classes.names.indexOf(name)
    expect(colorOf(id('grass'))).toEqual([0x10, 0x20, 0x30])
    expect(colorOf(id('sky'))).toEqual([0xff, 0, 0])
    expect(classColors(scored({}, 1, [0], [0]))(0)).toEqual([0, 0, 0xbb])
  })

  it('of a mask are its classes, black where there is none', () => {
    const mask = { width: 3, height: 1, ids: Uint16Array.from([1, 0xffff, 0]) }
    expect([...drawMask(mask, id => [id, 7, 9])]).toEqual([1, 7, 9, 0, 0, 0, 0, 7, 9])
  })
})

describe('a picture of the camera', () => {
  const sample = (encoding: string, data: number[], size = 2) =>
    samplePicture(message(2, 1, data, encoding), new ImageHeader(), size, 1)
  it('is read by colours of any order, or grays', () => {
    expect([...sample('rgb8', [1, 2, 3, 4, 5, 6])!]).toEqual([0x010203, 0x040506])
    expect([...sample('bgra8', [1, 2, 3, 0, 4, 5, 6, 0])!]).toEqual([0x030201, 0x060504])
    expect([...sample('mono8', [1, 2])!]).toEqual([0x010101, 0x020202])
    expect([...sample('rgb8', [1, 2, 3, 4, 5, 6], 4)!]).toEqual([0x010203, 0x010203, 0x040506, 0x040506])
    expect(sample('mono16', [1, 2, 3, 4])).toBeUndefined()
  })
})

describe('letters', () => {
  const lit = (text: string, scale = 1) => {
    const found: string[] = []
    drawText(text, 0, 0, scale, (x, y) => found.push(`${x},${y}`))
    return found
  }
  it('are drawn from the left, one column apart, of any size', () => {
    expect(lit('|')).toEqual([0, 1, 2, 3, 4, 5, 6].map(y => `2,${y}`))
    expect(lit(' |')[0]).toBe(`${LETTER_WIDTH + 3},0`)
    expect(lit('|', 2)).toHaveLength(28)
    expect(lit('\u00e9')).toEqual(lit('?'))
    expect(lit('g').some(place => place.endsWith(`,${LETTER_HEIGHT - 1}`))).toBe(true)
  })

  it('are all different', () => {
    const printable = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i))
    expect(new Set(printable.map(letter => lit(letter).join(' '))).size).toBe(95)
  })

  it('are wrapped at spaces, and within words that are too long', () => {
    expect(wrapped('a bc def', 4)).toEqual(['a bc', 'def'])
    expect(wrapped('abcdefgh ij', 3)).toEqual(['abc', 'def', 'gh', 'ij'])
    expect(wrapped('ab cd', 5)).toEqual(['ab cd'])
  })
})
