import { classesOf } from '../ontology/class-names.ts'
import { isReadable } from '../ontology/entry.ts'
import { loadOntology } from '../ontology/load.ts'
import { type MaskTable, maskTable } from '../ontology/mask-table.ts'
import { type Meanings, meaningsOf } from '../ontology/meanings.ts'
import { ParameterError } from '../parameters/parameters.ts'
import type { Parameters } from '../parameters/table.ts'
import { checkNamesParameters } from './mask-names.ts'

export type MaskName = 'prediction' | 'label'

/** How the masks of one topic become class ids. */
export interface MaskRules {
  mask: MaskName
  channel: Parameters['label.channel']
  /** undefined where a value is the class id. */
  table: MaskTable | undefined
  /** Whether the map names values, not only colours. */
  namesValues: boolean
}

/**
 * Whether a map, an ontology or published names say what the values of a mask mean. A summary of an earlier version has
 * not all of these parameters.
 */
export function isMapped(parameters: Partial<Parameters>, mask: MaskName): boolean {
  return (
    (parameters[`${mask}.map`] ?? []).length > 0 ||
    (parameters[`${mask}.ontology`] ?? '') !== '' ||
    hasNames(parameters, mask)
  )
}

const hasNames = (parameters: Partial<Parameters>, mask: MaskName) =>
  (parameters[`${mask}.names_from`] ?? 'none') !== 'none'

/**
 * The same parameters with the classes in `classes.names`: where it is empty, those that the maps name.
 * @throws ParameterError for a map or an ontology that cannot be read, or when they name no class
 */
export function withClassNames(parameters: Parameters): Parameters {
  if (parameters['classes.names'].length > 0) return parameters
  if (!isMapped(parameters, 'prediction') && !isMapped(parameters, 'label')) return parameters
  for (const mask of ['prediction', 'label'] as const) {
    if (hasNames(parameters, mask)) checkNamesParameters(parameters, mask)
  }
  const names = classesOf(meanings(parameters, 'label'), meanings(parameters, 'prediction'))
  if (names.length === 0) {
    throw new ParameterError(
      'parameter classes.names: expected names, as prediction.map and label.map have none',
    )
  }
  return { ...parameters, 'classes.names': names }
}

/**
 * @param parameters with the classes' names
 * @throws ParameterError for a map or an ontology that cannot be read, or does not fit the classes
 */
export function maskRules(parameters: Parameters, mask: MaskName): MaskRules {
  if (hasNames(parameters, mask)) checkNamesParameters(parameters, mask)
  const channel = parameters[`${mask}.channel`]
  const meant = meanings(parameters, mask)
  if (meant && parameters['classes.names'].length === 0) {
    throw new ParameterError(`parameter ${mask}.map: a map needs classes with names from the start`)
  }
  const ignored = mask === 'label' ? parameters['classes.ignored_labels'] : []
  const table = meant && within(`${mask}.map`, () => maskTable(meant, parameters['classes.names'], ignored))
  if (channel === 'color' && !table?.colours) {
    throw new ParameterError(
      `parameter ${mask}.channel: color needs colours in ${mask}.map or ${mask}.ontology`,
    )
  }
  const namesValues = meant !== undefined && (meant.values.length > 0 || meant.rest !== undefined)
  return { mask, channel, table, namesValues }
}

/** The colour, 0xrrggbb, that masks of a topic show a class in: of several the first. By the class's name. */
export function coloursOf(parameters: Parameters, mask: MaskName): ReadonlyMap<string, number> {
  const colours = [...(meanings(parameters, mask)?.colours ?? [])]
  return new Map(colours.map(([colour, { target }]) => [target, colour] as const).reverse())
}

function meanings(parameters: Parameters, mask: MaskName): Meanings | undefined {
  if (!isMapped(parameters, mask)) return undefined
  const reference = parameters[`${mask}.ontology`]
  const choice = reference === '' ? undefined : within(`${mask}.ontology`, () => loadOntology(reference))
  // What published names mean is known once they are.
  const map = parameters[`${mask}.map`].filter(text => !hasNames(parameters, mask) || isReadable(text))
  return within(`${mask}.map`, () => meaningsOf(map, choice, mask === 'label'))
}

/** Names the parameter in what is wrong with it. */
function within<T>(parameter: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof ParameterError) throw new ParameterError(`parameter ${parameter}: ${error.message}`)
    throw error
  }
}
