/** `#rrggbb`. */
export type Colour = string

/** A drawing in points of 1/72 inch, from the upper left corner. */
export interface Drawing {
  width: number
  height: number
  shapes: Shape[]
}

export type Shape =
  | { kind: 'line'; points: readonly (readonly [number, number])[]; colour: Colour; width: number }
  | { kind: 'rect'; x: number; y: number; width: number; height: number; fill: Colour }
  | { kind: 'text'; x: number; y: number; size: number; text: string; anchor: Anchor; colour: Colour }

/** Which part of a text is at its x. */
export type Anchor = 'start' | 'middle' | 'end'

const INK = '#222222'
export const FAINT = '#d0d0d0'

export const line = (points: readonly (readonly [number, number])[], colour = INK, width = 1): Shape => ({
  kind: 'line',
  points,
  colour,
  width,
})

export const rect = (x: number, y: number, width: number, height: number, fill: Colour): Shape => ({
  kind: 'rect',
  x,
  y,
  width,
  height,
  fill,
})

export const text = (
  x: number,
  y: number,
  content: string,
  { size = 9, anchor = 'start', colour = INK }: { size?: number; anchor?: Anchor; colour?: Colour } = {},
): Shape => ({ kind: 'text', x, y, size, text: content, anchor, colour })
