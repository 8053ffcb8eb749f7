import type { Random } from '../../recording/fuzz/variants.ts'
import type { PlainPng } from './plain-png.ts'

export const CLASSES = ['grass', 'tree', 'rock: wet']
const IGNORE = 'ignore'
export const COLOURS = [0, 0x00ff00, 0xff0000, 0x010203, 0x808080, 0xffffff, 0x07, 0x030303]

/** The place among the classes, or one of these. */
export const IGNORED = -1
export const NO_CLASS = -2

export type Channel = 'auto' | 'color' | 'r' | 'g' | 'b'

/** A map as it is written, and what it means. */
export interface RandomMap {
  texts: string[]
  /** undefined where texts are among it that may mean anything. */
  meaning: Meaning | 'refused' | undefined
}

interface Meaning {
  ranges: { first: number; last: number; target: string }[]
  colours: Map<number, string>
  rest: string | undefined
}

/** Some entries; now and then two that contradict each other, or no entry at all. */
export function randomMap(next: Random): RandomMap {
  const meaning: Meaning = { ranges: [], colours: new Map(), rest: undefined }
  const texts: string[] = []
  let isRefused = false
  let isAnything = false
  for (let i = next(6); i > 0; i--) {
    const target = next(40) === 0 ? 'no class' : [...CLASSES, IGNORE][next(4)]!
    const kind = next(16)
    const blank = ['', ' ', '  '][next(3)]!
    if (kind < 8) {
      const first = next(3) === 0 ? next(600) - 200 : next(12)
      const last = next(3) === 0 ? first + next(20) : first
      texts.push(
        `${blank}${first}${last > first || next(9) === 0 ? `-${last}` : ''}${blank}:${target}${blank}`,
      )
      const others = meaning.ranges.filter(range => range.first <= last && first <= range.last)
      if (others.some(range => range.target !== target)) isRefused = true
      meaning.ranges.push({ first, last, target })
    } else if (kind < 13) {
      const colour = COLOURS[next(COLOURS.length)]!
      texts.push(`#${colour.toString(16).padStart(6, '0')}:${target}`)
      if ((meaning.colours.get(colour) ?? target) !== target) isRefused = true
      meaning.colours.set(colour, target)
    } else if (kind < 15) {
      texts.push(`*${blank}:${blank}${target}`)
      if ((meaning.rest ?? target) !== target) isRefused = true
      meaning.rest = target
    } else if (next(3) === 0) {
      isAnything = true
      texts.push(
        String.fromCharCode(
          ...Array.from({ length: next(12) }, () => (next(3) > 0 ? 32 + next(95) : next(0xffff))),
        ),
      )
    }
  }
  if (texts.some(text => /:\s*no class\s*$/.test(text))) isRefused = true
  return { texts, meaning: isAnything ? undefined : isRefused ? 'refused' : meaning }
}

/**
 * What a picture means by a map: a class, {@link IGNORED} or {@link NO_CLASS} for each pixel; undefined where it
 * cannot be said.
 */
export function meant(
  { values, colourType, palette }: PlainPng,
  { ranges, colours, rest }: Meaning,
  channel: Channel,
  isLabel: boolean,
  ignoredLabels: readonly number[],
): number[] | undefined {
  const isEmpty = ranges.length === 0 && colours.size === 0 && rest === undefined
  const ofTarget = (target: string) => (target === IGNORE ? IGNORED : CLASSES.indexOf(target))
  const unnamed = isLabel ? IGNORED : NO_CLASS
  const ofColour = (colour: number) => {
    const target = colours.get(colour) ?? rest
    return target === undefined ? unnamed : ofTarget(target)
  }
  const ofValue = (value: number) => {
    if (isEmpty) {
      if (isLabel && ignoredLabels.includes(value)) return IGNORED
      return value < CLASSES.length ? value : unnamed
    }
    const target = ranges.find(({ first, last }) => first <= value && value <= last)?.target ?? rest
    if (target !== undefined) return ofTarget(target)
    return unnamed
  }
  const canValues = isEmpty || ranges.length > 0 || rest !== undefined
  const isByColour = channel === 'color' || (channel === 'auto' && colours.size > 0)
  const shift = { r: 16, g: 8, b: 0, auto: 16, color: 16 }[channel]
  const byChannel = (colour: number) => ofValue((colour >> shift) & 255)
  if (palette && (isByColour || channel !== 'auto')) {
    if (values.some(index => index >= palette.length)) return undefined
    if (!isByColour && !canValues) return undefined
    return values.map(index => (isByColour ? ofColour(palette[index]!) : byChannel(palette[index]!)))
  }
  if (colourType === 2 || colourType === 6) {
    if (isByColour) return values.map(ofColour)
    const isGray = values.every(c => c >> 16 === ((c >> 8) & 255) && c >> 16 === (c & 255))
    if (channel === 'auto' && !isGray) return undefined
    return canValues ? values.map(byChannel) : undefined
  }
  return canValues ? values.map(ofValue) : undefined
}
