import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { formatJson, type Json } from './json.ts'
import { NO_CLASS, type SmallMask } from './masks.ts'
import { drawOverlay } from './overlay.ts'
import { classColor, SPECIAL } from './palette.ts'
import { encodeDrawingPng, encodePng, type Rgb } from './png.ts'
import type { PicturedFrame } from './worst-frames.ts'
import { writeFiles } from './write-files.ts'

/** The list of the frames that a run saved. */
const SAVED_LIST = 'worst.json'

/** The kinds of a frame's files, its scores last: where they are, the others are too. */
const KINDS = ['label.png', 'prediction.png', 'overlay.png', 'error.png', 'scores.json'] as const
type Kind = (typeof KINDS)[number]
const FRAME_FILE = new RegExp(`^(-?\\d{19})_(?:${KINDS.join('|').replaceAll('.', '\\.')})$`)
/** What the camera saw, where it is known. */
const CAMERA_FILE = /^-?\d{19}_image\.(?:png|jpg|webp)$/

/** Index of a pixel that is no class, in label and prediction. */
const NONE = 255
/** Index of a pixel in the picture of errors. */
const RIGHT = 0
const WRONG = 1
const IGNORED = 2
const UNKNOWN = 3
const MEANINGS = { right: RIGHT, wrong: WRONG, ignored: IGNORED, predicted_as_no_class: UNKNOWN }

/** Where in a run's directory its frames are saved. */
const SAVED_FOLDER = 'worst'

interface NamedClass {
  id: number
  name: string
}

/** Saves frames in a folder of a run's directory; those of an earlier run go. Does nothing without frames. */
export function saveFrames(
  directory: string,
  frames: readonly PicturedFrame[],
  classes: readonly NamedClass[],
): void {
  if (frames.length === 0) return
  const folder = join(directory, SAVED_FOLDER)
  const files = savedFrames(frames, classes)
  writeFiles(folder, files)
  for (const name of readdirSync(folder)) {
    const isOurs = FRAME_FILE.test(name) || CAMERA_FILE.test(name) || name === SAVED_LIST
    if (isOurs && !files.has(name)) rmSync(join(folder, name))
  }
}

/** The files of frames, and a list of them. */
export function savedFrames(
  frames: readonly PicturedFrame[],
  classes: readonly NamedClass[],
): Map<string, string | Uint8Array> {
  const files = new Map(frames.flatMap(frame => [...frameFiles(frame, classes)]))
  const list = frames.map(frame => entryOf(frame, classes))
  const named = classes.map(({ id, name }) => ({ id, name }))
  files.set(SAVED_LIST, text({ classes: named, no_class: NONE, error: MEANINGS, frames: list }))
  return files
}

/**
 * A frame as files to look at and to compute with: label and prediction as PNG whose indices are the class ids (255 is
 * no class), what is right and wrong as a picture and as indices, what the camera saw where that is known, and at the
 * end its scores.
 */
export function frameFiles(
  frame: PicturedFrame,
  classes: readonly NamedClass[],
): Map<string, string | Uint8Array> {
  const { label, prediction, scene, camera } = frame
  const drawn = () =>
    encodeDrawingPng(
      label.width,
      label.height,
      drawOverlay({ camera: undefined, ...scene, label, prediction }),
    )
  const contents: Record<Kind, string | Uint8Array> = {
    'label.png': classPng(label),
    'prediction.png': classPng(prediction),
    'overlay.png': camera?.overlay ?? drawn(),
    'error.png': errorPng(label, prediction),
    'scores.json': text({ ...entryOf(frame, classes), no_class: NONE, error_meanings: MEANINGS }),
  }
  const files = new Map(KINDS.map(kind => [frameFile(frame.stamp, kind), contents[kind]]))
  const image = camera && cameraFile(frame)
  return image === undefined ? files : new Map([[image, camera!.bytes], ...files])
}

const cameraFile = ({ stamp, camera }: PicturedFrame) =>
  camera && frameFile(stamp, `image.${camera.extension}`)

/** The name of a frame's file: 19 digits of ns, and its kind. */
function frameFile(stamp: bigint, kind: Kind | `image.${string}`): string {
  return `${stamp < 0n ? '-' : ''}${String(stamp < 0n ? -stamp : stamp).padStart(19, '0')}_${kind}`
}

/** The files of the frame of a stamp, its scores last. */
export const filesOfFrame = (stamp: bigint): string[] => KINDS.map(kind => frameFile(stamp, kind))

/** The stamp of a frame's file; undefined for another file. */
export function stampOfFile(name: string): bigint | undefined {
  const digits = FRAME_FILE.exec(name)?.[1]
  return digits === undefined ? undefined : BigInt(digits)
}

const text = (value: object) => `${formatJson(value as Json)}\n`

function entryOf(frame: PicturedFrame, classes: readonly NamedClass[]): Record<string, unknown> {
  const { stamp, dice, pixelsEvaluated, mistakes, scores, label, scene } = frame
  const image = cameraFile(frame)
  const nameOf = (id: number | undefined) =>
    id === undefined ? null : (classes.find(item => item.id === id)?.name ?? String(id))
  return {
    stamp_ns: stamp,
    dice,
    verdict: scene.text,
    ...scores,
    width: label.width,
    height: label.height,
    label: frameFile(stamp, 'label.png'),
    prediction: frameFile(stamp, 'prediction.png'),
    overlay: frameFile(stamp, 'overlay.png'),
    error: frameFile(stamp, 'error.png'),
    ...(image !== undefined && { image }),
    mistakes: mistakes.map(({ labelId, predictionId, pixels }) => ({
      label: nameOf(labelId),
      prediction: nameOf(predictionId),
      pixels,
      share: pixels / pixelsEvaluated,
    })),
  }
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
