import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { formatJson, type Json } from './json.ts'
import { NO_CLASS, type SmallMask } from './masks.ts'
import { classColor, SPECIAL } from './palette.ts'
import { encodePng, type Rgb } from './png.ts'
import type { PicturedFrame } from './worst-frames.ts'
import { writeFiles } from './write-files.ts'

/** The list of the frames that were saved. */
const SAVED_LIST = 'worst.json'
/** Files that a run may have saved. */
const SAVED_FILE =
  /^(?:-?\d{19}_(?:(?:label|prediction|error|overlay)\.png|image\.(?:png|jpg|webp))|worst\.json)$/

/** Index of a pixel that is no class, in label and prediction. */
const NONE = 255
/** Index of a pixel in the picture of errors. */
const RIGHT = 0
const WRONG = 1
const IGNORED = 2
const UNKNOWN = 3

/** Where in a run's directory its frames are saved. */
const SAVED_FOLDER = 'worst'

/** Saves frames in a folder of a run's directory; those of an earlier run go. Does nothing without frames. */
export function saveFrames(
  directory: string,
  frames: readonly PicturedFrame[],
  classes: readonly { id: number; name: string }[],
): void {
  if (frames.length === 0) return
  const folder = join(directory, SAVED_FOLDER)
  const files = savedFrames(frames, classes)
  writeFiles(folder, files)
  for (const name of readdirSync(folder)) {
    if (SAVED_FILE.test(name) && !files.has(name)) rmSync(join(folder, name))
  }
}

/**
 * Frames as files to look at and to compute with: label and prediction as PNG whose indices are the class ids (255 is
 * no class), what is right and wrong, what the camera saw where that is known, and a list of them.
 */
export function savedFrames(
  frames: readonly PicturedFrame[],
  classes: readonly { id: number; name: string }[],
): Map<string, string | Uint8Array> {
  const files = new Map<string, string | Uint8Array>()
  const nameOf = (id: number | undefined) =>
    id === undefined ? null : (classes.find(item => item.id === id)?.name ?? String(id))
  const list = frames.map(({ stamp, dice, pixelsEvaluated, label, prediction, mistakes, camera }) => {
    const sign = stamp < 0n ? '-' : ''
    const begin = `${sign}${String(stamp < 0n ? -stamp : stamp).padStart(19, '0')}`
    const named = (kind: string, extension = 'png') => `${begin}_${kind}.${extension}`
    files.set(named('label'), classPng(label))
    files.set(named('prediction'), classPng(prediction))
    files.set(named('error'), errorPng(label, prediction))
    const image = camera && named('image', camera.extension)
    if (image !== undefined) files.set(image, camera!.bytes)
    if (camera?.overlay) files.set(named('overlay'), camera.overlay)
    return {
      stamp_ns: stamp,
      dice,
      width: label.width,
      height: label.height,
      label: named('label'),
      prediction: named('prediction'),
      error: named('error'),
      ...(image !== undefined && { image }),
      ...(camera?.overlay && { overlay: named('overlay') }),
      mistakes: mistakes.map(({ labelId, predictionId, pixels }) => ({
        label: nameOf(labelId),
        prediction: nameOf(predictionId),
        pixels,
        share: pixels / pixelsEvaluated,
      })),
    }
  })
  const meanings = { right: RIGHT, wrong: WRONG, ignored: IGNORED, predicted_as_no_class: UNKNOWN }
  const index = { classes: classes.map(({ id, name }) => ({ id, name })), no_class: NONE, error: meanings }
  files.set(SAVED_LIST, `${formatJson({ ...index, frames: list } as unknown as Json)}\n`)
  return files
}

const CLASS_PALETTE: readonly Rgb[] = Array.from({ length: 256 }, (_, id) =>
  id === NONE ? SPECIAL.ignored : classColor(id),
)

function classPng({ width, height, ids }: SmallMask): Uint8Array {
  const pixels = Uint8Array.from(ids, id => (id === NO_CLASS ? NONE : id))
  return encodePng(width, height, pixels, CLASS_PALETTE)
}

function errorPng(label: SmallMask, prediction: SmallMask): Uint8Array {
  const pixels = Uint8Array.from(label.ids, (id, i) => {
    if (id === NO_CLASS) return IGNORED
    const predicted = prediction.ids[i]!
    return predicted === id ? RIGHT : predicted === NO_CLASS ? UNKNOWN : WRONG
  })
  const palette = [SPECIAL.right, SPECIAL.wrong, SPECIAL.ignored, SPECIAL.unknown]
  return encodePng(label.width, label.height, pixels, palette)
}
