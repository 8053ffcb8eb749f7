import { MessageError } from '../cdr/message-error.ts'
import type { ImageHeader } from '../image/header.ts'
import { loadPng } from '../image/png.ts'
import type { Kernels } from '../kernels/kernels.ts'
import { maskError } from './mask-error.ts'

/**
 * Brings a mask into the kernels: a message as it is, or the pixels of its file. The header is then their layout.
 * @throws MessageError when the file cannot be decoded
 */
export function loadMask(kernels: Kernels, slot: 0 | 1, message: Uint8Array, image: ImageHeader): void {
  if (!image.isFile) {
    kernels.load(slot, message)
    return
  }
  try {
    image.palette = loadPng(kernels, slot, message.subarray(image.fileStart, image.fileEnd)).palette
  } catch (error) {
    if (!(error instanceof MessageError)) throw error
    throw maskError(slot === 0 ? 'prediction' : 'label', error.message)
  }
}
