import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { readText } from '../regular-file.ts'
import type { Segments } from './segments.ts'
import type { Folder } from './walk.ts'

/** A JSON of COCO's panoptic format or Segments.ai's release, and the segments of the masks it tells of. */
export interface PanopticJson {
  path: string
  /** By the name of a mask's file or of its picture, without folder and extension. */
  segments: ReadonlyMap<string, Segments>
  /** Whether it names the categories too. */
  hasCategories: boolean
}

type Fields = Record<string, unknown>

/** More in one folder are one for each picture, which are others. */
const MOST_FILES = 12

/**
 * Finds the JSON that tells of a folder's masks: the one of its name beside it, else one in it or above it.
 * @param stems of the masks, one of which it must tell of
 */
export function findPanoptic(folder: Folder, stems: readonly string[]): PanopticJson | undefined {
  const path = resolve(folder.path)
  const inside = folder.lists.filter(list => /\.json$/i.test(list) && !list.includes('/'))
  const above = [dirname(path), dirname(dirname(path))].map(directory => jsonIn(directory))
  const candidates = [
    `${path}.json`,
    ...[inside.map(list => join(folder.path, list)), ...above]
      .filter(list => list.length <= MOST_FILES)
      .flat(),
  ]
  for (const candidate of new Set(candidates)) {
    if (!existsSync(candidate)) continue
    const text = readText(candidate)
    const segments = segmentsIn(text)
    if (!segments || !stems.some(stem => segments.has(stem))) continue
    return { path: candidate, segments, hasCategories: /"categories"\s*:/.test(text) }
  }
  return undefined
}

function jsonIn(directory: string): string[] {
  try {
    const names = readdirSync(directory).filter(name => /\.json$/i.test(name))
    return names.map(name => join(directory, name))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error
    return []
  }
}

/** The categories of segments by mask; undefined for JSON of another kind. */
function segmentsIn(text: string): Map<string, Segments> | undefined {
  if (!/"(segments_info|category_id)"/.test(text)) return undefined
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isFields(document)) return undefined
  const found = isFields(document.dataset) ? ofRelease(document.dataset) : ofCoco(document)
  return found.size > 0 ? found : undefined
}

/** COCO: `annotations: [{ file_name, segments_info: [{ id, category_id }] }]`. */
function ofCoco({ annotations }: Fields): Map<string, Segments> {
  const found = new Map<string, Segments>()
  for (const annotation of list(annotations)) {
    if (typeof annotation.file_name !== 'string' || !Array.isArray(annotation.segments_info)) continue
    found.set(stemOf(annotation.file_name), categoriesBySegment(annotation.segments_info))
  }
  return found
}

/** Segments.ai: `samples: [{ name, labels: { SET: { attributes: { annotations: [{ id, category_id }] } } } }]`. */
function ofRelease({ samples }: Fields): Map<string, Segments> {
  const found = new Map<string, Segments>()
  for (const { name, labels } of list(samples)) {
    if (typeof name !== 'string' || !isFields(labels)) continue
    const [label] = Object.values(labels).filter(isFields)
    const annotations = isFields(label?.attributes) ? label.attributes.annotations : undefined
    if (Array.isArray(annotations)) found.set(stemOf(name), categoriesBySegment(annotations))
  }
  return found
}

function categoriesBySegment(segments: readonly unknown[]): Segments {
  return new Map(
    segments.filter(isFields).flatMap(({ id, category_id: category }) => {
      const areIds = Number.isInteger(id) && Number.isInteger(category)
      return areIds ? [[id as number, category as number] as const] : []
    }),
  )
}

const stemOf = (path: string) => basename(path).replace(/\.[^.]+$/, '')
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const list = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isFields) : [])
