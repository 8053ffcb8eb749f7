import { basename } from 'node:path'
import { jsonClassList } from './class-list-json.ts'
import { ClassListError, colourOf, IS_VOID, type ListedClass, type Row, rowsOf } from './class-list-row.ts'
import type { OntologyClass } from './ontology.ts'

/** A file that annotation tools and data sets put beside masks, which says what their values and colours mean. */
interface Format {
  /** Of the file. */
  name: RegExp
  /** Who writes it. */
  source: string
  parse(text: string): ListedClass[]
}

/** Those whose name says what they are, in the order in which one is preferred to another. */
const FORMATS: readonly Format[] = [
  { name: /^labelmap\.txt$/, source: 'CVAT, Datumaro', parse: labelmap },
  { name: /^goose_label_mapping\.csv$/, source: 'GOOSE', parse: gooseMapping },
  { name: /^RUGD_annotation-colormap\.txt$/, source: 'RUGD', parse: rugdColormap },
  { name: /^_classes\.csv$/, source: 'Roboflow', parse: roboflowClasses },
  { name: /^class_names\.txt$/, source: 'labelme', parse: classNames },
  { name: /^label_colors\.txt$/, source: 'CamVid', parse: labelColors },
  { name: /^obj_class_to_machine_color\.json$/, source: 'Supervisely', parse: text => jsonClassList(text) },
  { name: /^dataset_meta\.json$/, source: 'Datumaro', parse: text => jsonClassList(text) },
]

/** The place of a file among the formats, by its name; undefined when its name says nothing. */
export function classListRank(file: string): number | undefined {
  const rank = FORMATS.findIndex(({ name }) => name.test(basename(file)))
  return rank < 0 ? undefined : rank
}

/** Who writes files of this name; undefined when it says nothing. */
export const classListSource = (file: string): string | undefined =>
  FORMATS[classListRank(file) ?? -1]?.source

/**
 * The classes of a class list.
 * @param file its name says the format
 * @returns undefined for a file of another kind
 * @throws ClassListError that says what is wrong with it
 */
export function parseClassList(file: string, text: string): OntologyClass[] | undefined {
  const format = FORMATS[classListRank(file) ?? -1]
  const listed = format ? format.parse(text) : isCategories(file, text) ? jsonClassList(text) : undefined
  if (listed?.some(({ name }) => name === '')) throw new ClassListError('expected a name for each class')
  return listed?.map(({ name, ids, color, isVoid = IS_VOID.test(name) }) => ({
    name,
    ids,
    color,
    isVoid,
    groups: new Map(),
  }))
}

/** Segments.ai's and COCO's JSON have names of their own. */
const isCategories = (file: string, text: string) => /\.json$/i.test(file) && /"categories"\s*:/.test(text)

/** `name:r,g,b:parts:actions`; the place is the id of masks of one channel. */
function labelmap(text: string): ListedClass[] {
  return rowsOf(text)
    .filter(({ text: line }) => !line.startsWith('#'))
    .map((row, id) => {
      const fields = row.text.split(':')
      if (fields.length !== 4) throw row.unlike('name:r,g,b:parts:actions')
      return { name: fields[0]!.trim(), ids: [id], color: colourOf(fields[1]!, row) }
    })
}

/** `r g b name`. */
function labelColors(text: string): ListedClass[] {
  return rowsOf(text)
    .filter(({ text: line }) => !line.startsWith('#'))
    .map((row, id) => {
      const [, colour, name] = /^(\d+\s+\d+\s+\d+)\s+(\S.*)$/.exec(row.text) ?? []
      if (name === undefined) throw row.unlike('r g b name')
      return { name: name.trim(), ids: [id], color: colourOf(colour!, row) }
    })
}

/** `id name r g b`. */
function rugdColormap(text: string): ListedClass[] {
  return rowsOf(text).map(row => {
    const [, id, name, colour] = /^(\d+)\s+(\S.*?)\s+(\d+\s+\d+\s+\d+)$/.exec(row.text) ?? []
    if (name === undefined) throw row.unlike('id name r g b')
    return { name, ids: [Number(id)], color: colourOf(colour!, row) }
  })
}

/** One name a line; the place is the id. labelme's own list has one line before it, which is 255 in its masks. */
function classNames(text: string): ListedClass[] {
  const names = rowsOf(text).map(row => row.text)
  const ignored = names[0] === '__ignore__' ? 1 : 0
  return names.map((name, place) => ({ name, ids: [place < ignored ? 255 : place - ignored] }))
}

/** `Pixel Value, Class`, with blanks behind the comma. */
function roboflowClasses(text: string): ListedClass[] {
  return table(text, ['pixel value', 'class']).map(([row, value, name]) => ({
    name: name!,
    ids: [idOf(value!, row)],
  }))
}

/** `class_name,label_key,has_instance,hex`. */
function gooseMapping(text: string): ListedClass[] {
  return table(text, ['class_name', 'label_key', 'hex']).map(([row, name, key, hex]) => ({
    name: name!,
    ids: [idOf(key!, row)],
    color: colourOf(hex!, row),
  }))
}

/** The rows of a CSV, of each the columns that are named. */
function table(text: string, columns: readonly string[]): [Row, ...string[]][] {
  const [header, ...rows] = rowsOf(text)
  const cells = (row: Row) => row.text.split(',').map(cell => cell.trim().replace(/^"(.*)"$/, '$1'))
  const names = header ? cells(header).map(name => name.toLowerCase()) : []
  const places = columns.map(column => names.indexOf(column))
  if (places.includes(-1)) throw new ClassListError(`line 1: expected the columns ${columns.join(', ')}`)
  return rows.map(row => {
    const values = cells(row)
    if (values.length !== names.length) throw row.unlike(`${names.length} columns`)
    return [row, ...places.map(place => values[place]!)]
  })
}

function idOf(text: string, row: Row): number {
  if (!/^\d{1,9}$/.test(text)) throw row.unlike('a number as the value')
  return Number(text)
}
