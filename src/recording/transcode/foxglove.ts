import { MessageError } from '../../cdr/message-error.ts'
import type { Picture } from './picture.ts'

interface Time {
  sec: number
  nanosec: number
}

interface FoxglovePicture {
  /** Undefined where the message has none. */
  time: Time | undefined
  frameId: string
  data: Uint8Array
}

type FoxgloveRaw = FoxglovePicture & { width: number; height: number; encoding: string; step: number }
type FoxgloveCompressed = FoxglovePicture & { format: string }

const MAX_INT32 = 2 ** 31 - 1

/** A picture of Foxglove's schemas as ROS 2 would have it. Its numbers are little-endian. @throws MessageError */
export function picture(fields: FoxgloveRaw | FoxgloveCompressed, logTime: bigint): Picture {
  const { time, ...rest } = fields
  const { sec, nanosec } = time ?? timeOf(logTime)
  if (!(Number.isInteger(sec) && sec >= -MAX_INT32 - 1 && sec <= MAX_INT32)) {
    throw new MessageError(`timestamp: expected seconds of 32 bits, got ${sec}`)
  }
  if (!(Number.isInteger(nanosec) && nanosec >= 0 && nanosec <= 999_999_999)) {
    throw new MessageError(`timestamp: expected 0 to 999999999 nanoseconds, got ${nanosec}`)
  }
  return { sec, nanosec, ...rest }
}

const timeOf = (logTime: bigint): Time => ({
  sec: Number(logTime / 1_000_000_000n),
  nanosec: Number(logTime % 1_000_000_000n),
})
