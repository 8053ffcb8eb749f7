import { ParameterError } from '../parameters/parameters.ts'
import { type Entry, parseEntry } from './entry.ts'
import type { OntologyChoice } from './load.ts'
import { colourText, IGNORE, type OntologyClass } from './ontology.ts'

/** The target of an ontology's void in a prediction: it is no class, which needs no telling. */
export const NO_CLASS = ''

/** What a value or a colour means: a class's name, {@link IGNORE} or {@link NO_CLASS}. */
export interface Meaning {
  target: string
  /** What says so: a map entry, or a class of an ontology. */
  source: string
  /** Whether a map entry names the class, which then must be one. */
  isExplicit: boolean
}

export interface ValueMeaning extends Meaning {
  first: number
  last: number
}

/** What the values and colours of one topic's masks mean. */
export interface Meanings {
  /** Disjoint and ascending. */
  values: readonly ValueMeaning[]
  /** By 0xrrggbb. */
  colours: ReadonlyMap<number, Meaning>
  /** Why colours cannot be told apart: two classes share one, and no entry says which is meant. */
  sharedColour: string | undefined
  rest: Meaning | undefined
  /** The names of classes in the order in which they are named. */
  classes: readonly string[]
}

/**
 * What a topic's map and ontology say together. Entries that name colours win over those that name classes of the
 * ontology. The ontology's own names, or the groups of its chosen grouping, are what entries leave open; without a
 * grouping only if there are no entries.
 * @throws ParameterError for an entry that cannot be read, or two classes for one value or colour
 */
export function meaningsOf(
  map: readonly string[],
  choice: OntologyChoice | undefined,
  isLabel: boolean,
): Meanings {
  const entries = map.map(text => parseEntry(text, choice?.ontology))
  const own = ownMeanings(
    entries.length === 0 || choice?.grouping !== undefined ? choice : undefined,
    isLabel,
  )
  const values = disjoint(entries.flatMap(valuesOf))
  const covered = [...values]
  for (const {
    class: { ids },
    meaning,
  } of own) {
    for (const id of ids) if (!covers(covered, id)) values.push({ ...meaning, first: id, last: id })
  }
  const exact = exactColours(entries)
  const derived = [
    ...entries.flatMap(derivedColour),
    ...own.map(({ class: { color }, meaning }) => [color, meaning] as const),
  ]
  const { colours, sharedColour } = withDerived(exact, derived)
  return {
    values: values.sort((a, b) => a.first - b.first),
    colours,
    sharedColour,
    rest: restOf(entries),
    classes: classNames(entries, own, choice),
  }
}

const meaningOf = ({ target, text }: Entry): Meaning => ({ target, source: `"${text}"`, isExplicit: true })

interface OwnMeaning {
  class: OntologyClass
  meaning: Meaning
}

function ownMeanings(choice: OntologyChoice | undefined, isLabel: boolean): OwnMeaning[] {
  if (!choice) return []
  const { ontology, grouping } = choice
  return ontology.classes.flatMap(entry => {
    const isVoid = entry.isVoid && (grouping === undefined || !entry.groups.has(grouping))
    const name = grouping === undefined ? entry.name : entry.groups.get(grouping)
    const target = isVoid ? (isLabel ? IGNORE : NO_CLASS) : name
    if (target === undefined) return []
    const source = `${entry.name} of ${ontology.name}`
    return [{ class: entry, meaning: { target, source, isExplicit: false } }]
  })
}

function valuesOf(entry: Entry): ValueMeaning[] {
  const { subject } = entry
  if (subject.kind === 'values') {
    return [{ ...meaningOf(entry), first: subject.first, last: subject.last }]
  }
  if (subject.kind !== 'name') return []
  return subject.class.ids.map(id => ({ ...meaningOf(entry), first: id, last: id }))
}

/** Ascending ranges without overlap. @throws ParameterError where two that overlap have different targets */
function disjoint(ranges: readonly ValueMeaning[]): ValueMeaning[] {
  const result: ValueMeaning[] = []
  for (const range of [...ranges].sort((a, b) => a.first - b.first)) {
    const before = result.at(-1)
    if (!before || range.first > before.last) result.push({ ...range })
    else if (before.target !== range.target) throw twice(`value ${range.first}`, before, range)
    else if (range.last > before.last)
      result[result.length - 1] = { ...before, last: range.last, source: range.source }
  }
  return result
}

function covers(ranges: readonly ValueMeaning[], value: number): boolean {
  return ranges.some(({ first, last }) => first <= value && value <= last)
}

function exactColours(entries: readonly Entry[]): Map<number, Meaning> {
  const colours = new Map<number, Meaning>()
  for (const entry of entries) {
    if (entry.subject.kind !== 'colour') continue
    const { colour } = entry.subject
    const before = colours.get(colour)
    const meaning = meaningOf(entry)
    if (before && before.target !== meaning.target)
      throw twice(`colour ${colourText(colour)}`, before, meaning)
    colours.set(colour, before ?? meaning)
  }
  return colours
}

function derivedColour(entry: Entry): (readonly [number | undefined, Meaning])[] {
  return entry.subject.kind === 'name' ? [[entry.subject.class.color, meaningOf(entry)]] : []
}

const isClass = ({ target }: Meaning) => target !== IGNORE && target !== NO_CLASS

/** Where a class shares its colour with void, the class is meant. */
function withDerived(
  exact: ReadonlyMap<number, Meaning>,
  derived: readonly (readonly [number | undefined, Meaning])[],
): Pick<Meanings, 'colours' | 'sharedColour'> {
  const colours = new Map<number, Meaning>()
  let sharedColour: string | undefined
  for (const [colour, meaning] of derived) {
    if (colour === undefined || exact.has(colour)) continue
    const before = colours.get(colour)
    if (before && before.target !== meaning.target && isClass(before) && isClass(meaning)) {
      sharedColour ??= `${colourText(colour)} is ${before.target} (${before.source}) and ${meaning.target} (${meaning.source})`
    }
    if (!before || !isClass(before)) colours.set(colour, meaning)
  }
  return { colours: new Map([...colours, ...exact]), sharedColour }
}

function restOf(entries: readonly Entry[]): Meaning | undefined {
  let rest: Meaning | undefined
  for (const entry of entries) {
    if (entry.subject.kind !== 'rest') continue
    const meaning = meaningOf(entry)
    if (rest && rest.target !== meaning.target) throw twice('the rest', rest, meaning)
    rest = meaning
  }
  return rest
}

function classNames(
  entries: readonly Entry[],
  own: readonly OwnMeaning[],
  choice: OntologyChoice | undefined,
): string[] {
  const groups = choice?.grouping === undefined ? [] : choice.ontology.groupings.get(choice.grouping)!
  const names = [
    ...groups,
    ...entries.map(({ target }) => target),
    ...own.map(({ meaning }) => meaning.target),
  ]
  return [...new Set(names)].filter(name => name !== IGNORE && name !== NO_CLASS)
}

function twice(what: string, first: Meaning, second: Meaning): ParameterError {
  return new ParameterError(
    `${what} is both ${first.target} (${first.source}) and ${second.target} (${second.source})`,
  )
}
