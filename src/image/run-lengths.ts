/** Bytes of a run: a value (uint8) and how many pixels have it (int32, little-endian). */
const RUN_BYTES = 5

/**
 * Whether an image of one byte a pixel holds runs of equal pixels instead: the code in which Autoware's
 * `tensorrt_yolox` sends its mask as `mono8` (`runLengthEncoder` of autoware_perception_utils).
 * @param start, end of the image's data in the message
 * @param pixels of the image: as many as the runs have together
 */
export function areRunLengths(message: Uint8Array, start: number, end: number, pixels: number): boolean {
  const length = end - start
  if (length === 0 || length % RUN_BYTES !== 0 || end > message.length) return false
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength)
  let covered = 0
  for (let at = start; at < end; at += RUN_BYTES) {
    const run = view.getInt32(at + 1, true)
    if (run <= 0) return false
    covered += run
  }
  return covered === pixels
}
