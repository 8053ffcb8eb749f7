/** Messages in both byte orders, as the Python package `rosbags` serializes them. */
export interface Serialized {
  little: Uint8Array
  big: Uint8Array
}

const serialized = (little: string, big: string): Serialized => ({
  little: Buffer.from(little, 'hex'),
  big: Buffer.from(big, 'hex'),
})

/** rosgraph_msgs/Clock: -5 s, 4,000,000,000 ns. */
export const CLOCK = serialized('00010000fbffffff00286bee', '00000000fffffffbee6b2800')

/** sensor_msgs/CompressedImage: stamp 1 s 2 ns, frame_id käm, format png, data 1 2 3. */
export const COMPRESSED_IMAGE = serialized(
  '000100000100000002000000050000006bc3a46d0000000004000000706e670003000000010203',
  '000000000000000100000002000000056bc3a46d0000000000000004706e670000000003010203',
)

/** vision_msgs/LabelInfo: stamp 1 s 2 ns, no frame_id, classes 7 sky and 65535 grass, threshold 0.7. */
export const LABEL_INFO = serialized(
  '0001000001000000020000000100000000000000020000000700000004000000736b7900ffff00000600000067726173730000003333333f',
  '0000000000000001000000020000000100000000000000020007000000000004736b7900ffff00000000000667726173730000003f333333',
)

/**
 * uint8 1, float64[2] 0.5 -2.25, uint16[] 1 2 65535, float64[] 0.1, float64[] empty, uint8 9, uint64 2^52 + 3, int32 -7,
 * float32 1.5, string é☂, uint8[] 255 0.
 */
export const ALL_KINDS = Buffer.from(
  '000100000100000000000000000000000000e03f00000000000002c00300000001000200ffff0000010000009a9999999999b93f' +
    '00000000090000000300000000001000f9ffffff0000c03f06000000c3a9e2988200000002000000ff00',
  'hex',
)
