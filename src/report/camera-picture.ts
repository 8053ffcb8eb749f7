import { MessageError } from '../cdr/message-error.ts'
import { readCompressedHeader } from '../image/compressed.ts'
import { ImageHeader } from '../image/header.ts'
import { type PictureFile, pictureFile } from '../image/picture-file.ts'
import { decodePng, readPng } from '../image/png.ts'
import { sampledPixels, samplePicture } from './frame-overlay.ts'
import { drawOverlay } from './overlay.ts'
import { encodeRgbPng } from './png.ts'
import type { PicturedFrame } from './worst-frames.ts'

/** What the camera saw, as a file. */
export interface CameraPicture extends Pick<PictureFile, 'extension' | 'bytes'> {
  /** A PNG of it with what the prediction got wrong drawn over it; undefined where its pixels are not decoded here. */
  overlay?: Uint8Array | undefined
}

type Frame = Pick<PicturedFrame, 'label' | 'prediction' | 'scene'>

/**
 * A camera's picture as small as the masks of a page; one whose pixels are not decoded here (JPEG, WebP, 16 bits) as it
 * is, for the browser.
 * @throws MessageError for what is no picture
 */
export function picturedCamera(
  message: Uint8Array,
  isCompressed: boolean,
  { label: { width, height } }: Frame,
): CameraPicture {
  const pixels = cameraPixels(message, isCompressed, width, height)
  if (!pixels) return fileOf(message, isCompressed)
  const bytes = new Uint8Array(3 * pixels.length)
  pixels.forEach((color, i) => {
    bytes.set([color >> 16, (color >> 8) & 255, color & 255], 3 * i)
  })
  return { extension: 'png', bytes: encodeRgbPng(width, height, bytes) }
}

/** A camera's picture as it is, and beneath the mistakes where its pixels are decoded here. @throws MessageError */
export function savedCamera(message: Uint8Array, isCompressed: boolean, frame: Frame): CameraPicture {
  const { label, prediction, scene } = frame
  const { width, height } = label
  const camera = cameraPixels(message, isCompressed, width, height)
  const file = fileOf(message, isCompressed)
  if (!camera) return file
  const drawn = drawOverlay({ label, prediction, camera, ...scene })
  return { ...file, overlay: encodeRgbPng(width, height, drawn) }
}

/** In memory of its own: the message's is used again. */
function fileOf(message: Uint8Array, isCompressed: boolean): CameraPicture {
  const { extension, bytes } = pictureFile(message, isCompressed)
  return { extension, bytes: bytes.slice() }
}

const header = new ImageHeader()

/**
 * A camera's picture as 0xrrggbb at `width` · `height` points of a regular grid; undefined where nothing here decodes it,
 * or it is no picture of 8-bit colours or grays.
 */
export function cameraPixels(
  message: Uint8Array,
  isCompressed: boolean,
  width: number,
  height: number,
): Uint32Array | undefined {
  try {
    if (!isCompressed) return samplePicture(message, header, width, height)
    readCompressedHeader(message, header)
    const file = message.subarray(header.fileStart, header.fileEnd)
    header.palette = readPng(file).palette
    return sampledPixels(decodePng(file), header, width, height)
  } catch (error) {
    if (error instanceof MessageError) return undefined
    throw error
  }
}
