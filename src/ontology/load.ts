import { readdirSync, readFileSync } from 'node:fs'
import { ParameterError } from '../parameters/parameters.ts'
import { parseClassList } from './class-list.ts'
import { ClassListError } from './class-list-row.ts'
import { checkUnique, type Ontology, parseOntology } from './ontology.ts'

const SHIPPED = new URL('../../config/ontologies/', import.meta.url)

/** An ontology, and which of its groupings its classes are to be known by: by their own names without one. */
export interface OntologyChoice {
  ontology: Ontology
  grouping: string | undefined
}

/** The names of the ontologies that come with the project. */
export function shippedOntologies(): string[] {
  return readdirSync(SHIPPED)
    .filter(name => name.endsWith('.yaml'))
    .map(name => name.slice(0, -5))
    .sort()
}

/**
 * Reads the ontology that a parameter names: `NAME`, one that is shipped, or a file `PATH.yaml` (`.yml`, `.json`),
 * with `/GROUPING` behind it or not, or a class list of an annotation tool or a data set.
 * @throws ParameterError when there is none, or it cannot be read
 */
export function loadOntology(reference: string): OntologyChoice {
  const match = /^(.+\.(?:yaml|yml|json|txt|csv)|[^/]+)(?:\/([^/]+))?$/.exec(reference)
  const [, name, grouping] = match ?? []
  const shipped = shippedOntologies()
  const isShipped = name !== undefined && shipped.includes(name)
  if (name === undefined || !(isShipped || /\.(yaml|yml|json|txt|csv)$/.test(name))) {
    throw new ParameterError(
      `unknown ontology "${reference}": expected a file NAME.yaml, or one of ${shipped.join(', ')}`,
    )
  }
  const text = readText(isShipped ? new URL(`${name}.yaml`, SHIPPED) : name)
  const ontology = (isShipped ? undefined : classList(name, text)) ?? parseOntology(text, name)
  if (grouping !== undefined && !ontology.groupings.has(grouping)) {
    const known = [...ontology.groupings.keys()].join(', ') || 'none'
    throw new ParameterError(`ontology ${name} has no grouping "${grouping}", it has ${known}`)
  }
  return { ontology, grouping }
}

/** The ontology that a class list makes; undefined for a file of another kind. */
function classList(name: string, text: string): Ontology | undefined {
  try {
    const classes = parseClassList(name, text)
    if (!classes) return undefined
    if (classes.length === 0) throw new ClassListError('names no class')
    checkUnique(classes, message => new ClassListError(message))
    return { name, groupings: new Map(), classes }
  } catch (error) {
    if (error instanceof ClassListError) throw new ParameterError(`${name}: ${error.message}`)
    throw error
  }
}

function readText(file: URL | string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new ParameterError(`cannot read the ontology ${String(file)}: ${(error as Error).message}`)
  }
}
