import type { MessageDefinition } from '../recording.ts'

/** What stands between the definition of a type and those of the types in it. */
const NEXT = '='.repeat(80)

const HEADER = `${NEXT}
MSG: std_msgs/Header
builtin_interfaces/Time stamp
string frame_id
${NEXT}
MSG: builtin_interfaces/Time
int32 sec
uint32 nanosec
`

/** Definitions (common_interfaces, without their comments) of what is written by us, or made of other messages. */
const TEXTS: Record<string, string> = {
  'sensor_msgs/msg/Image': `std_msgs/Header header
uint32 height
uint32 width
string encoding
uint8 is_bigendian
uint32 step
uint8[] data
${HEADER}`,
  'sensor_msgs/msg/CompressedImage': `std_msgs/Header header
string format
uint8[] data
${HEADER}`,
}

/** The definition of a type; one without text where it is not known. */
export const definitionOf = (type: string): MessageDefinition => {
  const text = TEXTS[type]
  return text === undefined ? { encoding: '', text: '' } : { encoding: 'ros2msg', text }
}
