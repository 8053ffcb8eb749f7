import { CdrReader } from '../../cdr/reader.ts'
import { picture } from './foxglove.ts'
import type { PictureReader } from './picture.ts'

/** Reader of foxglove_msgs/msg/RawImage or CompressedImage (foxglove-sdk, schemas/ros2). */
export function readFoxgloveCdr(kind: 'raw' | 'compressed'): PictureReader {
  const reader = new CdrReader()
  return (message, logTime) => {
    reader.begin(message)
    const time = { sec: reader.int32(), nanosec: reader.uint32() }
    const frameId = reader.text('frame_id')
    if (kind === 'compressed') {
      const data = reader.bytes('data')
      return picture({ time, frameId, data, format: reader.text('format') }, logTime)
    }
    const [width, height] = [reader.uint32(), reader.uint32()]
    const encoding = reader.text('encoding')
    const step = reader.uint32()
    return picture({ time, frameId, width, height, encoding, step, data: reader.bytes('data') }, logTime)
  }
}
