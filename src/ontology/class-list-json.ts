import { ClassListError, type ListedClass, rgb } from './class-list-row.ts'

/** Pixels of a panoptic mask that are in no segment, as they are read: see folder/segments.ts. */
const NO_SEGMENT = 0xffff

type Fields = Record<string, unknown>

/**
 * The classes in the JSON of Supervisely, Datumaro, Segments.ai and COCO.
 * @throws ClassListError when it is none of these
 */
export function jsonClassList(text: string): ListedClass[] {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    throw new ClassListError(`not JSON: ${(error as Error).message}`)
  }
  const categories = isFields(document) ? categoriesIn(document) : undefined
  if (categories) return categories.map(category).concat(noCategory(categories))
  if (isFields(document) && (document.labels || document.label_map)) return datasetMeta(document)
  if (isFields(document) && Object.values(document).every(isColour)) return machineColours(document)
  throw new ClassListError('expected categories, labels or colours by class')
}

/** COCO's `categories`, or those of Segments.ai's release. */
function categoriesIn(document: Fields): unknown[] | undefined {
  const { categories, dataset } = document
  if (Array.isArray(categories)) return categories
  const attributes =
    isFields(dataset) && isFields(dataset.task_attributes) ? dataset.task_attributes : undefined
  return Array.isArray(attributes?.categories) ? attributes.categories : undefined
}

function category(value: unknown, place: number): ListedClass {
  const { id, name, color } = isFields(value) ? value : {}
  if (typeof name !== 'string' || !isId(id)) {
    throw new ClassListError(`categories[${place}]: expected an id and a name`)
  }
  return { name, ids: [id], color: isColour(color) ? rgb(color) : undefined }
}

/** 0 is what nobody painted, unless a category has it. */
function noCategory(categories: readonly unknown[]): ListedClass[] {
  const hasZero = categories.some(value => isFields(value) && value.id === 0)
  return [{ name: '(none)', ids: hasZero ? [NO_SEGMENT] : [0, NO_SEGMENT], isVoid: true }]
}

function datasetMeta(document: Fields): ListedClass[] {
  const { labels, label_map: map, segmentation_colors: colours } = document
  const named: [number, unknown][] = isFields(map)
    ? Object.entries(map).map(([id, name]) => [Number(id), name])
    : (labels as unknown[]).map((name, id) => [id, name])
  return named.map(([id, name], place) => {
    if (typeof name !== 'string' || !isId(id))
      throw new ClassListError('expected labels, or a label_map of ids')
    const colour = Array.isArray(colours) ? colours[place] : undefined
    if (colour !== undefined && !isColour(colour)) {
      throw new ClassListError(`segmentation_colors[${place}]: expected three numbers up to 255`)
    }
    return { name, ids: [id], color: colour && rgb(colour) }
  })
}

/** Supervisely: three equal channels hold the id; 0 is what nobody painted. */
function machineColours(document: Fields): ListedClass[] {
  const colours = Object.entries(document) as [string, number[]][]
  const areIds = colours.every(([, [r, g, b]]) => r === g && g === b)
  const classes = colours.map(([name, colour]) =>
    areIds ? { name, ids: [colour[0]!] } : { name, ids: [], color: rgb(colour) },
  )
  const hasZero = colours.some(([, [r]]) => r === 0)
  return areIds && !hasZero ? [...classes, { name: '(none)', ids: [0], isVoid: true }] : classes
}

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isId = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 0

const isColour = (value: unknown): value is number[] =>
  Array.isArray(value) &&
  value.length === 3 &&
  value.every(part => Number.isInteger(part) && part >= 0 && part <= 255)
