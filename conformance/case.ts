/** What a reference case holds, and what a mapping answers. */

/** A number, nested lists of numbers, or named values; NaN and infinities are already numbers. */
export type Value =
  | number
  | readonly Value[]
  | Float64Array
  | Float32Array
  | { readonly [name: string]: Value }

/** One argument of the library's callable, under the library's own name. */
export type Parameter = number | string | boolean | null | readonly Parameter[]
export type Parameters = Readonly<Record<string, Parameter>>

export interface Case {
  readonly library: string
  readonly op: string
  readonly call: string
  readonly domain: 'probs' | 'logits' | 'labels'
  readonly layout: 'N1HW' | 'NCHW' | 'NHW' | 'NDHW'
  readonly classes: number
  /** Prediction values, row-major in `shape`: [N, 1 or C, H, W] for maps, [N, H, W] for labels. */
  readonly prediction: Float64Array
  readonly shape: readonly number[]
  /** Labels, row-major in `targetShape` [N, H, W]; 255 is ignored where the callable is told so. */
  readonly target: Int32Array
  readonly targetShape: readonly number[]
  /** Coarsest arithmetic inside the library. */
  readonly precision: 'float64' | 'float32'
}

/** `gradient` is d(sum of value)/d(prediction), flat in `shape`. */
export type Answer =
  | { value: Value; gradient?: Float64Array | Float32Array }
  | { unsupported: string }
  | { notReproduced: string }

/**
 * Answers a case with the public functions. `parameters` are the case's own, and where a case tries several
 * values of one argument, the value tried is among them (a number if it is written as one, null for `none`).
 * An argument the callable would refuse throws. An argument the mapping does not know is `unsupported`.
 */
export type Mapping = (c: Case, parameters: Parameters) => Answer

/** Mappings of one library by op. */
export type Mappings = Readonly<Record<string, Readonly<Record<string, Mapping>>>>
