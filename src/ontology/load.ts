import { readdirSync, readFileSync } from 'node:fs'
import { ParameterError } from '../parameters/parameters.ts'
import { type Ontology, parseOntology } from './ontology.ts'

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
 * with `/GROUPING` behind it or not.
 * @throws ParameterError when there is none, or it cannot be read
 */
export function loadOntology(reference: string): OntologyChoice {
  const match = /^(.+\.(?:yaml|yml|json)|[^/]+)(?:\/([^/]+))?$/.exec(reference)
  const [, name, grouping] = match ?? []
  const shipped = shippedOntologies()
  const isShipped = name !== undefined && shipped.includes(name)
  if (name === undefined || !(isShipped || /\.(yaml|yml|json)$/.test(name))) {
    throw new ParameterError(
      `unknown ontology "${reference}": expected a file NAME.yaml, or one of ${shipped.join(', ')}`,
    )
  }
  const ontology = parseOntology(readText(isShipped ? new URL(`${name}.yaml`, SHIPPED) : name), name)
  if (grouping !== undefined && !ontology.groupings.has(grouping)) {
    const known = [...ontology.groupings.keys()].join(', ') || 'none'
    throw new ParameterError(`ontology ${name} has no grouping "${grouping}", it has ${known}`)
  }
  return { ontology, grouping }
}

function readText(file: URL | string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new ParameterError(`cannot read the ontology ${String(file)}: ${(error as Error).message}`)
  }
}
