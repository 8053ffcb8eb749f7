import { type ImageHeader, readImageHeader } from '../image/header.ts'
import { MAX_CLASSES } from '../monitor/configuration.ts'
import type { Frame } from '../monitor/frame.ts'
import type { Monitor } from '../monitor/monitor.ts'
import { ignoredBits } from '../monitor/region-parts.ts'
import { overlapStatus, worstPosition } from '../monitor/status.ts'
import { LEVEL_NAMES } from '../monitor/verdict.ts'
import { classColors } from './class-colors.ts'
import { maskPair, readMasks } from './frame-masks.ts'
import { brightness, type OverlayScene } from './overlay.ts'

/**
 * What is to be drawn of the frame just scored.
 * @param now seconds on the steady clock of the messages' arrival
 * @param longest the picture is no wider and no higher
 */
export function overlayScene(frame: Frame, monitor: Monitor, now: number, longest: number): OverlayScene {
  const masks = readMasks(maskPair(frame, monitor, longest))
  const { width, height } = masks.label
  const regions = monitor.configuration.regions.length > 0 ? frame.regions.bits(width, height) : undefined
  return { ...masks, camera: undefined, regions, ...sceneNotes(frame, monitor, now) }
}

/** What is drawn of a frame beside its masks: all but what has the size of the picture. */
export type SceneNotes = Pick<OverlayScene, 'ignoredRegions' | 'grays' | 'isBinary' | 'text'>

export function sceneNotes(frame: Frame, monitor: Monitor, now: number): SceneNotes {
  const { classes, configuration } = monitor
  const colorOf = classColors(monitor)
  return {
    ignoredRegions: ignoredBits(configuration.regions),
    grays: Uint8Array.from({ length: MAX_CLASSES }, (_, id) => 120 + 0.4 * brightness(...colorOf(id))),
    isBinary: classes.count === 2 && classes.ids[0] === 0 && classes.ids[1] === 1,
    text: textOf(frame, monitor, now),
  }
}

/** The verdict, and the class with the lowest dice of the window. */
function textOf(frame: Frame, monitor: Monitor, now: number): string {
  const { level, message } = overlapStatus(monitor, now)
  const { classes, configuration } = monitor
  const worst = worstPosition(frame.classWindowDice, classes, configuration.evaluated)
  const verdict = `${LEVEL_NAMES[level]} ${message}`
  const name = worst < 0 ? '' : classes.name(classes.ids[worst]!)
  if (worst < 0 || message.includes('worst class') || message.includes(`${name}: dice`)) return verdict
  return `${verdict}, worst class ${name} (${frame.classWindowDice[worst]!.toFixed(3)})`
}

/**
 * A camera's picture as 0xrrggbb at `width` · `height` points of a regular grid.
 * @param header to be written over
 * @throws MessageError for what is no image of 8-bit colours or grays
 */
export function samplePicture(
  message: Uint8Array,
  header: ImageHeader,
  width: number,
  height: number,
): Uint32Array | undefined {
  readImageHeader(message, header)
  return sampledPixels(message, header, width, height)
}

/** The same of pixels that lie as a header says; undefined where they are no 8-bit colours or grays. */
export function sampledPixels(
  bytes: Uint8Array,
  header: ImageHeader,
  width: number,
  height: number,
): Uint32Array | undefined {
  const { encoding, offset, step, bytesPerPixel, palette } = header
  const { value } = encoding
  if (encoding.holds !== 'colours' && value.bytes !== 1) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const gray = encoding.holds === 'colours' ? 1 : 0x010101
  const pixels = new Uint32Array(width * height)
  for (let y = 0; y < height; y++) {
    const row = offset + Math.floor(((y + 0.5) * header.height) / height) * step
    for (let x = 0; x < width; x++) {
      const column = Math.floor(((x + 0.5) * header.width) / width)
      const read = value.read(view, row + column * bytesPerPixel, true)
      pixels[y * width + x] = palette ? (palette[read] ?? 0) : read * gray
    }
  }
  return pixels
}
