import { ParameterError } from '../parameters/parameters.ts'
import { loadOntology } from './load.ts'

/** Classes that are scored as one. */
export interface Group {
  /** As written before its classes; of its own among groups. */
  name: string
  /** Ascending class ids. */
  ids: readonly number[]
}

/** The id of a class by its name; undefined where it is none. */
export type ClassLookup = (name: string) => number | undefined

/**
 * Reads `classes.groups`: `"traversable: grass, trail"`, or `"goose/category"` for all groups of an ontology's
 * grouping, of the classes there are. A group may have the name of a class that is in it, and groups may overlap.
 * @throws ParameterError for what cannot be read, an unknown class or a name that is given twice
 */
export function groupsOf(texts: readonly string[], idOf: ClassLookup): Group[] {
  const groups: Group[] = []
  for (const text of texts) {
    const read = text.includes(':') ? [writtenGroup(text, idOf)] : groupsOfOntology(text, idOf)
    for (const group of read) {
      if (groups.some(({ name }) => name === group.name)) throw fault(`"${group.name}" names two groups`)
      const id = idOf(group.name)
      if (id !== undefined && !group.ids.includes(id))
        throw fault(`"${group.name}" is the name of a class that is not in the group`)
      groups.push(group)
    }
  }
  return groups
}

function writtenGroup(text: string, idOf: ClassLookup): Group {
  const colon = text.indexOf(':')
  const name = text.slice(0, colon).trim()
  const members = text.slice(colon + 1).split(',')
  if (name === '') throw fault(`"${text}": expected a name before the colon`)
  const ids = members.map(member => {
    const className = member.trim()
    const id = idOf(className)
    if (className === '') throw fault(`"${text}": expected classes, "name: class, class"`)
    if (id === undefined) throw fault(`"${text}": unknown class "${className}"`)
    return id
  })
  if (new Set(ids).size < ids.length) throw fault(`"${text}": a class stands in it twice`)
  return { name, ids: ids.sort((a, b) => a - b) }
}

function groupsOfOntology(text: string, idOf: ClassLookup): Group[] {
  const reference = text.trim()
  if (!reference.includes('/'))
    throw fault(`expected "name: class, class" or "ONTOLOGY/GROUPING", got "${text}"`)
  const { ontology, grouping } = loaded(reference)
  if (grouping === undefined) throw fault(`"${text}": expected a grouping, "ONTOLOGY/GROUPING"`)
  const groups = ontology.groupings.get(grouping)!.map(name => {
    const members = ontology.classes.filter(({ groups: of }) => of.get(grouping) === name)
    const ids = members.flatMap(member => idOf(member.name) ?? [])
    return { name, ids: ids.sort((a, b) => a - b) }
  })
  const present = groups.filter(({ ids }) => ids.length > 0)
  if (present.length === 0) throw fault(`"${text}": no class of ${ontology.name} is one of the classes`)
  return present
}

function loaded(reference: string): ReturnType<typeof loadOntology> {
  try {
    return loadOntology(reference)
  } catch (error) {
    throw error instanceof ParameterError ? fault(error.message) : error
  }
}

const fault = (message: string) => new ParameterError(`parameter classes.groups: ${message}`)
