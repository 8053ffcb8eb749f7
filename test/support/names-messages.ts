import { CdrWriter } from '../../src/cdr/writer.ts'

/** A serialized vision_msgs/LabelInfo. */
export function labelInfo(
  names: readonly (readonly [number, string])[],
  { sec = 0, nanosec = 0, frameId = '' } = {},
): Uint8Array {
  const writer = new CdrWriter()
  writer.begin()
  writer.int32(sec)
  writer.uint32(nanosec)
  writer.text(frameId)
  writer.uint32(names.length)
  for (const [id, name] of names) {
    writer.uint16(id)
    writer.text(name)
  }
  writer.float32(0.5)
  return writer.message.slice()
}

/** A serialized std_msgs/String. */
export function stringMessage(text: string): Uint8Array {
  const writer = new CdrWriter()
  writer.begin()
  writer.text(text)
  return writer.message.slice()
}

/** What Isaac Sim publishes on `semantic_labels`. */
export const semanticLabels = (names: Record<string, string>, sec: number, nanosec = 0): Uint8Array =>
  stringMessage(
    JSON.stringify({
      ...Object.fromEntries(Object.entries(names).map(([id, name]) => [id, { class: name }])),
      time_stamp: { sec, nanosec },
    }),
  )
