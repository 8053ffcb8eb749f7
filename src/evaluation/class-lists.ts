import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { Folder } from '../folder/walk.ts'
import type { MaskName } from '../monitor/mask-rules.ts'
import { classListRank, classListSource } from '../ontology/class-list.ts'
import { loadOntology } from '../ontology/load.ts'
import type { Ontology } from '../ontology/ontology.ts'
import { ParameterError, type RawValue } from '../parameters/parameters.ts'

/** What is taken from the class lists beside masks. */
export interface FoundLists {
  /** Parameters that they give, where the user gave none. */
  parameters: Map<string, RawValue>
  /** What was taken, a line each. */
  notes: string[]
  warnings: string[]
}

/** Folders above the one that was given in which a list may lie: `SegmentationClass`, `masks_machine`. */
const LEVELS_ABOVE = 2
/** Class names that are said. */
const MOST_NAMES = 8

/**
 * Finds what the masks mean in files that lie in or above their folders. The list of the labels is taken for
 * predictions too, where these have none and nothing was chosen for them.
 * @param json of each side, a JSON that says which segments its masks have, if there is one
 */
export function findClassLists(
  folders: Partial<Record<MaskName, Folder>>,
  json: Partial<Record<MaskName, string>>,
  chosen: ReadonlyMap<string, RawValue>,
): FoundLists {
  const found: FoundLists = { parameters: new Map(), notes: [], warnings: [] }
  const lists: Partial<Record<MaskName, string>> = {}
  for (const mask of ['label', 'prediction'] as const) {
    const folder = folders[mask]
    if (!folder || isChosen(chosen, mask)) continue
    const list = json[mask] ?? nearestList(folder, found.warnings)
    if (list !== undefined) lists[mask] = list
  }
  if (
    lists.prediction === undefined &&
    lists.label !== undefined &&
    !isChosen(chosen, 'prediction') &&
    !chosen.has('classes.names')
  ) {
    lists.prediction = lists.label
  }
  if (lists.label !== undefined && lists.label === lists.prediction)
    take(lists.label, ['label', 'prediction'], found)
  else for (const mask of ['label', 'prediction'] as const) if (lists[mask]) take(lists[mask], [mask], found)
  return found
}

const isChosen = (chosen: ReadonlyMap<string, RawValue>, mask: MaskName) =>
  chosen.has(`${mask}.map`) || chosen.has(`${mask}.ontology`)

function take(list: string, masks: readonly MaskName[], found: FoundLists): void {
  let ontology: Ontology
  try {
    ontology = loadOntology(list).ontology
  } catch (error) {
    if (!(error instanceof ParameterError)) throw error
    found.warnings.push(`class list not used: ${error.message}`)
    return
  }
  for (const mask of masks) found.parameters.set(`${mask}.ontology`, list)
  const classes = ontology.classes.filter(({ isVoid }) => !isVoid)
  const names = classes.slice(0, MOST_NAMES).map(({ name, ids: [id], color }) => {
    const value = id ?? (color === undefined ? '' : `#${color.toString(16).padStart(6, '0')}`)
    return `${value} ${name}`
  })
  const more = classes.length > MOST_NAMES ? ` and ${classes.length - MOST_NAMES} more` : ''
  const source = classListSource(list)
  found.notes.push(
    `classes from ${list}${source === undefined ? '' : ` (${source})`}, for ${masks.map(mask => `${mask}s`).join(' and ')} (${masks.map(mask => `${mask}.ontology`).join(', ')}): ${names.join(', ')}${more}`,
  )
}

/** The list nearest to the top of a folder, else above it. */
function nearestList(folder: Folder, warnings: string[]): string | undefined {
  const inside = folder.lists.filter(path => classListRank(path) !== undefined)
  const depth = (path: string) => path.split('/').length
  const least = Math.min(...inside.map(depth))
  const nearest = inside.filter(path => depth(path) === least).sort(byRank)
  const [first] = nearest
  if (first !== undefined) {
    const same = nearest
      .filter(path => basename(path) === basename(first))
      .map(path => join(folder.path, path))
    if (same.every(path => isSameList(path, same[0]!))) return same[0]
    warnings.push(
      `class list not used: ${same.join(' and ')} differ; name one with --set label.ontology=FILE`,
    )
    return undefined
  }
  let directory = resolve(folder.path)
  for (let level = 0; level < LEVELS_ABOVE && dirname(directory) !== directory; level++) {
    directory = dirname(directory)
    const [list] = readdirSync(directory)
      .filter(name => classListRank(name) !== undefined && existsSync(join(directory, name)))
      .sort(byRank)
    if (list !== undefined) return join(directory, list)
  }
  return undefined
}

const byRank = (a: string, b: string) => classListRank(a)! - classListRank(b)!

/** Roboflow writes one for each split. */
function isSameList(a: string, b: string): boolean {
  if (a === b) return true
  const [x, y] = [a, b].map(path => JSON.stringify(loadOntology(path).ontology.classes))
  return x === y
}
