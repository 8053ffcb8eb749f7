import { ParameterError } from '../parameters/parameters.ts'
import { type Ontology, type OntologyClass, parseColour } from './ontology.ts'

/** What stands on the left of a map entry. */
export type Subject =
  | { kind: 'values'; first: number; last: number }
  | { kind: 'colour'; colour: number }
  | { kind: 'name'; class: OntologyClass }
  | { kind: 'rest' }

/** One line of `prediction.map` or `label.map`: what means which class. */
export interface Entry {
  subject: Subject
  /** A class name, or {@link IGNORE}. */
  target: string
  /** As it was written. */
  text: string
}

const VALUES = /^\s*(-?\d+)\s*(?:-\s*(-?\d+)\s*)?:(.*)$/s
const COLOUR = /^\s*(#[^:]*?)\s*:(.*)$/s
const REST = /^\s*\*\s*:(.*)$/s

/**
 * Reads `"3:grass"`, `"4-7:tree"`, `"-1:ignore"`, `"#00ff00:grass"`, `"*:obstacle"`, and with an ontology
 * `"its class:grass"`.
 * @throws ParameterError that says what is wrong with it
 */
export function parseEntry(text: string, ontology?: Ontology): Entry {
  const [subject, target] =
    readValues(text) ??
    readColour(text) ??
    readRest(text) ??
    readName(text, ontology) ??
    unreadable(text, ontology)
  const name = target.trim()
  if (name === '') throw new ParameterError(`"${text}": expected a class behind the colon`)
  return { subject, target: name, text }
}

/** Whether an entry can be read: one that begins with a name, by the ontology that has it. */
export function isReadable(text: string, ontology?: Ontology): boolean {
  try {
    parseEntry(text, ontology)
    return true
  } catch (error) {
    if (error instanceof ParameterError) return false
    throw error
  }
}

type Read = [Subject, string] | undefined

function readValues(text: string): Read {
  const match = VALUES.exec(text)
  if (!match) return undefined
  const first = Number(match[1])
  const last = Number(match[2] ?? first)
  if (!isInt32(first) || !isInt32(last)) throw new ParameterError(`"${text}": expected values of 32 bits`)
  if (last < first)
    throw new ParameterError(`"${text}": expected a range that goes up, got ${first} to ${last}`)
  return [{ kind: 'values', first, last }, match[3]!]
}

function readColour(text: string): Read {
  const match = COLOUR.exec(text)
  if (!match) return undefined
  const colour = parseColour(match[1]!)
  if (colour === undefined) {
    throw new ParameterError(`"${text}": expected a colour of six hexadecimal digits, as in "#00ff00:grass"`)
  }
  return [{ kind: 'colour', colour }, match[2]!]
}

function readRest(text: string): Read {
  const match = REST.exec(text)
  return match ? [{ kind: 'rest' }, match[1]!] : undefined
}

/** Names may hold colons: of the ontology's classes that `text` begins with, the longest is meant. */
function readName(text: string, ontology: Ontology | undefined): Read {
  let found: OntologyClass | undefined
  for (const candidate of ontology?.classes ?? []) {
    const isMeant = text.startsWith(`${candidate.name}:`)
    if (isMeant && candidate.name.length > (found?.name.length ?? -1)) found = candidate
  }
  return found && [{ kind: 'name', class: found }, text.slice(found.name.length + 1)]
}

function unreadable(text: string, ontology: Ontology | undefined): never {
  const forms = '"3:grass", "4-7:tree", "-1:ignore", "#00ff00:grass" or "*:obstacle"'
  if (!text.includes(':')) throw new ParameterError(`"${text}": expected ${forms}`)
  if (!ontology) throw new ParameterError(`"${text}": expected ${forms}; names on the left need an ontology`)
  const names = ontology.classes.map(({ name }) => name).join(', ')
  throw new ParameterError(`"${text}": no class of ${ontology.name}, which has ${names}`)
}

const isInt32 = (value: number) => value === value >> 0
