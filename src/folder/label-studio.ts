import { statSync } from 'node:fs'
import { readText } from '../regular-file.ts'
import type { Brushed } from './brush.ts'

/** Frames painted with brushes, from an export of Label Studio as JSON or JSON_MIN. */
export interface BrushedFrames {
  /** The export. */
  path: string
  /** Names of classes: those of the ids from 1 on. */
  classes: readonly string[]
  /** By the name of the picture. */
  frames: ReadonlyMap<string, Brushed>
}

/** As large as a string may be. */
const MOST_BYTES = 2 ** 28
const MOST_CLASSES = 254
const IS_PICTURE = /\.(png|jpe?g|bmp|webp|tiff?|gif)$/i
/** What its export of PNG files is called, whose names say no picture. */
export const IS_TASK = /(?:^|\/)task-\d+-annotation-[^/]*\.png$/i

type Json = Record<string, unknown>
interface Stroke {
  classes: readonly string[]
  rle: readonly number[]
  width: number
  height: number
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null

/** Reads an export; undefined where the file is something else, or nothing in it was painted. */
export function readLabelStudio(path: string): BrushedFrames | undefined {
  const tasks = tasksOf(path)
  if (tasks === undefined) return undefined
  const strokes = new Map<string, Stroke[]>()
  for (const task of tasks) {
    const picture = pictureOf(task)
    const found = picture === undefined ? [] : strokesOf(task)
    if (found.length > 0) strokes.set(picture!, found)
  }
  const classes = [...new Set([...strokes.values()].flat().flatMap(({ classes }) => classes))].sort()
  if (classes.length === 0 || classes.length > MOST_CLASSES) return undefined
  const frames = new Map(
    [...strokes].map(([picture, [...found]]): [string, Brushed] => [
      picture,
      {
        width: found[0]!.width,
        height: found[0]!.height,
        strokes: found.map(({ classes: [name], rle }) => ({
          id: 1 + classes.indexOf(name!),
          code: Uint8Array.from(rle),
        })),
      },
    ]),
  )
  return { path, classes, frames }
}

function tasksOf(path: string): Json[] | undefined {
  try {
    if (statSync(path).size > MOST_BYTES) return undefined
    const text = readText(path)
    if (!text.includes('"rle"')) return undefined
    const json: unknown = JSON.parse(text)
    return Array.isArray(json) ? json.filter(isObject) : undefined
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code !== undefined) return undefined
    throw error
  }
}

/** The name of the picture: the last part of the first address that ends as pictures do. */
function pictureOf(task: Json): string | undefined {
  const data = isObject(task.data) ? task.data : task
  const addresses = [...Object.values(data), task.file_upload].filter(value => typeof value === 'string')
  for (const address of addresses) {
    // In a local file's address it stands behind ?d=, in a store's a signature does.
    const candidates = [address, address.replace(/[?#].*$/, '')]
    const found = candidates.find(text => IS_PICTURE.test(text))
    if (found !== undefined) return decoded(found.replace(/^.*[/\\=]/s, ''))
  }
  return undefined
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (!(error instanceof URIError)) throw error
    return text
  }
}

/** What the last annotation that was not cancelled holds. */
function strokesOf(task: Json): Stroke[] {
  const list = task.annotations ?? task.completions
  const annotations = Array.isArray(list) ? list.filter(isObject) : undefined
  const last = annotations?.filter(({ was_cancelled: isCancelled }) => isCancelled !== true).at(-1)
  const results = annotations ? last?.result : Object.values(task).filter(Array.isArray).flat()
  if (!Array.isArray(results)) return []
  return results.filter(isObject).flatMap(result => {
    const value = isObject(result.value) ? result.value : result
    const { rle, format, brushlabels } = value
    if (format !== 'rle' || !Array.isArray(rle) || !Array.isArray(brushlabels)) return []
    const classes = brushlabels.filter(name => typeof name === 'string').slice(0, 1)
    const width = Number(result.original_width)
    const height = Number(result.original_height)
    return classes.length === 0 ? [] : [{ classes, rle: rle as number[], width, height }]
  })
}
