import { parse } from 'yaml'
import { ParameterError } from '../parameters/parameters.ts'

/** The word on the right of a map entry, and of a grouping, that leaves pixels out. */
export const IGNORE = 'ignore'

/** A class of an ontology: how masks show it. */
export interface OntologyClass {
  name: string
  ids: readonly number[]
  /** 0xrrggbb; undefined where masks of it hold ids alone. */
  color: number | undefined
  /** Void: no label of it is evaluated, and no prediction of it is right. */
  isVoid: boolean
  /** The class's group in each grouping, where it has one. */
  groups: ReadonlyMap<string, string>
}

/** Names for the ids and colours of masks. */
export interface Ontology {
  name: string
  /** The groups of each grouping, in the order in which they are listed as classes. */
  groupings: ReadonlyMap<string, readonly string[]>
  classes: readonly OntologyClass[]
}

/** A mapping of YAML. */
type Fields = Record<string, unknown>

/**
 * Reads an ontology: YAML with `classes`, a list of `{ name, ids, color: "#rrggbb", ignore, GROUPING: group }`, and
 * `groups`, which lists the groups of each grouping. JSON is YAML too.
 * @param source what to call the text in an error
 * @throws ParameterError when it is not of this form, or a name or an id stands in it twice
 */
export function parseOntology(text: string, source: string): Ontology {
  const fail = (message: string) => new ParameterError(`${source}: ${message}`)
  let document: unknown
  try {
    document = parse(text)
  } catch (error) {
    throw fail(`not YAML: ${String(error).split('\n')[0]}`)
  }
  if (!isFields(document)) throw fail('expected an ontology with classes')
  const groupings = new Map<string, readonly string[]>()
  for (const [grouping, groups] of Object.entries(isFields(document.groups) ? document.groups : {})) {
    if (!isList(groups, isName)) throw fail(`groups.${grouping}: expected a list of names`)
    groupings.set(grouping, groups)
  }
  if (!isList(document.classes, isFields) || document.classes.length === 0) {
    throw fail('classes: expected a list of { name, ids, color }')
  }
  const classes = document.classes.map((fields, i) => readClass(fields, i, groupings, fail))
  checkUnique(classes, fail)
  const name = isName(document.name) ? document.name : source
  return { name, groupings, classes }
}

function readClass(
  fields: Fields,
  index: number,
  groupings: ReadonlyMap<string, readonly string[]>,
  fail: (message: string) => ParameterError,
): OntologyClass {
  const { name, id, ids = id === undefined ? [] : [id], color, ignore = false } = fields
  if (!isName(name)) throw fail(`classes[${index}]: expected a name, got ${JSON.stringify(name)}`)
  if (!isList(ids, isId)) throw fail(`class ${name}: expected ids, integers of 32 bits`)
  if (typeof ignore !== 'boolean') throw fail(`class ${name}: expected ignore to be true or false`)
  const rgb = color === undefined ? undefined : parseColour(String(color))
  if (color !== undefined && rgb === undefined) {
    throw fail(`class ${name}: expected a color "#rrggbb", got ${JSON.stringify(color)}`)
  }
  if (ids.length === 0 && rgb === undefined) throw fail(`class ${name}: expected ids or a color`)
  const groups = new Map<string, string>()
  for (const [grouping, known] of groupings) {
    const group = fields[grouping]
    if (group === undefined) continue
    if (!isName(group) || !known.includes(group)) {
      throw fail(`class ${name}: ${grouping} ${JSON.stringify(group)} is none of ${known.join(', ')}`)
    }
    groups.set(grouping, group)
  }
  return { name, ids, color: rgb, isVoid: ignore, groups }
}

/** @throws what `fail` makes when a name or an id stands in it twice */
export function checkUnique(classes: readonly OntologyClass[], fail: (message: string) => Error): void {
  const names = new Set<string>()
  const owners = new Map<number, string>()
  for (const { name, ids } of classes) {
    if (names.has(name)) throw fail(`class ${name} is named twice`)
    names.add(name)
    for (const id of ids) {
      const owner = owners.get(id)
      if (owner !== undefined) throw fail(`id ${id} is both ${owner} and ${name}`)
      owners.set(id, name)
    }
  }
}

/** 0xrrggbb of `#rrggbb`; undefined when it is none. */
export function parseColour(text: string): number | undefined {
  return /^#[\da-f]{6}$/i.test(text) ? Number.parseInt(text.slice(1), 16) : undefined
}

export const colourText = (colour: number) => `#${colour.toString(16).padStart(6, '0')}`

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isName = (value: unknown): value is string => typeof value === 'string' && value.trim() !== ''
const isId = (value: unknown): value is number => Number.isInteger(value) && value === Number(value) >> 0
const isList = <T>(value: unknown, is: (item: unknown) => item is T): value is T[] =>
  Array.isArray(value) && value.every(is)
