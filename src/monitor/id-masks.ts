/** Two masks of class ids of one size, row-major. */
export interface IdMasks {
  width: number
  height: number
  /** {@link LEFT_OUT} where the label is ignored or no class. */
  label: Uint16Array
  /** {@link LEFT_OUT} where the label is, and where the prediction is no class. */
  prediction: Uint16Array
}

/** In the place of a class id. */
export const LEFT_OUT = 0xffff
