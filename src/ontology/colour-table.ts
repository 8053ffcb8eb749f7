import type { ColourTable, ColourTables } from '../kernels/tables.ts'
import { ParameterError } from '../parameters/parameters.ts'

/** More colours would need slots that no near cache holds. */
const MOST_COLOURS = 1024
/** With so many slots for n colours, a multiplier is found in some tens of tries: about n² / 4. */
const LEAST_SLOT_BITS = 8

/**
 * Tables that look colours up exactly.
 * @param codes by 0xrrggbb
 * @param rest the code of other colours
 * @throws ParameterError when there are more than 1024 colours
 */
export function colourTables(codes: ReadonlyMap<number, number>, rest: number): ColourTables {
  if (codes.size > MOST_COLOURS) {
    throw new ParameterError(`expected at most ${MOST_COLOURS} colours, got ${codes.size}`)
  }
  const pairs = [...codes]
  return {
    bgr: tableOf(pairs, rest),
    rgb: tableOf(
      pairs.map(([colour, code]) => [reversed(colour), code]),
      rest,
    ),
  }
}

/** 0xbbggrr of 0xrrggbb. */
const reversed = (colour: number) => ((colour & 255) << 16) | (colour & 0xff00) | (colour >> 16)

/** The slot of a colour, as the kernels find it. */
const slotOf = (colour: number, { multiplier, shift }: Pick<ColourTable, 'multiplier' | 'shift'>) =>
  Math.imul(colour, multiplier) >>> shift

function tableOf(pairs: readonly (readonly [number, number])[], rest: number): ColourTable {
  for (let bits = Math.max(LEAST_SLOT_BITS, Math.ceil(Math.log2(pairs.length ** 2 / 4 || 1))); ; bits++) {
    const shift = 32 - bits
    // As a signed integer: what is larger is a double, and reading one may put it on the heap.
    let multiplier = 0x9e3779b1 | 0
    for (let attempt = 0; attempt < 500; attempt++) {
      const slots = fill(pairs, multiplier, shift, 2 ** bits)
      if (slots) return { multiplier, shift, slots, rest }
      // Any odd numbers will do; these are the same at every start.
      multiplier = (Math.imul(multiplier, 1664525) + 1013904223) | 1
    }
  }
}

function fill(
  pairs: readonly (readonly [number, number])[],
  multiplier: number,
  shift: number,
  length: number,
): Uint8Array | undefined {
  const slots = new Uint32Array(length)
  const isTaken = new Uint8Array(length)
  for (const [colour, code] of pairs) {
    const slot = slotOf(colour, { multiplier, shift })
    if (isTaken[slot] === 1) return undefined
    isTaken[slot] = 1
    slots[slot] = ((code << 24) | colour) >>> 0
  }
  // An empty slot holds a colour that is looked for elsewhere: black's own is the first.
  if (isTaken[0] === 0) {
    let elsewhere = 1
    while (slotOf(elsewhere, { multiplier, shift }) === 0) elsewhere++
    slots[0] = elsewhere
  }
  return new Uint8Array(slots.buffer)
}
