import { readCompressedHeader } from '../image/compressed.ts'
import { ImageHeader, readImageHeader } from '../image/header.ts'

const NONE: Uint8Array = new Uint8Array(0)

/** A message and what its header says, which is read once. */
export class ReceivedImage {
  message = NONE
  readonly header = new ImageHeader()

  /**
   * Takes a serialized sensor_msgs/Image, or a CompressedImage.
   * @throws MessageError when it is none that masks are read from
   */
  read(message: Uint8Array, isCompressed: boolean): void {
    this.message = message
    if (isCompressed) readCompressedHeader(message, this.header)
    else readImageHeader(message, this.header)
  }
}

/** Images that are free to be filled again: in steady state receiving one allocates nothing. */
export class ReceivedImages {
  readonly #onDone: (message: Uint8Array) => void
  readonly #free: ReceivedImage[] = []
  // Not the array's length: V8 gives back the memory of an array that gets shorter.
  #count = 0

  /** @param onDone told of each message that nobody uses any longer */
  constructor(onDone: (message: Uint8Array) => void = () => {}) {
    this.#onDone = onDone
  }

  take(): ReceivedImage {
    return this.#count > 0 ? this.#free[--this.#count]! : new ReceivedImage()
  }

  /** Takes an image back, which nobody may use any longer. */
  give(image: ReceivedImage): void {
    if (image.message !== NONE) this.#onDone(image.message)
    image.message = NONE
    this.#free[this.#count++] = image
  }
}
