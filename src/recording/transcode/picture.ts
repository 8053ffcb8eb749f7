import type { CompressedImageMessage, ImageMessage } from '../../image/serialize.ts'

/** A picture as ROS 2 has it: pixels, or a compressed file. */
export type Picture = ImageMessage | CompressedImageMessage

/** Reads a message of another kind. @throws MessageError where it is not what its topic says it is */
export type PictureReader = (message: Uint8Array, logTime: bigint) => Picture
