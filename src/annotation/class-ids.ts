import { type MaskFolder, requestOf } from '../evaluation/folder-source.ts'
import { FolderError } from '../folder/error.ts'
import { MaskReader, type ReadMask } from '../folder/mask-file.ts'
import { ImageHeader, readImageHeader } from '../image/header.ts'
import { type MaskRules, maskRules } from '../monitor/mask-rules.ts'
import type { Parameters } from '../parameters/table.ts'
import { NO_CLASS, sampleMask } from '../report/masks.ts'

/** Masks as they are written: class ids after the map, or the values that are in the files. */
export interface ClassIds {
  width: number
  height: number
  encoding: 'mono8' | 'mono16'
  data: Uint8Array
}

/** Makes class ids of the masks of a folder, all in one encoding. */
export class ClassIdReader {
  readonly #reader = new MaskReader()
  readonly #folder: MaskFolder
  readonly #rules: MaskRules
  readonly #classes: number
  /** What pixels are that are no class; undefined where values stay as they are. */
  readonly #ignored: number | undefined

  /** @throws ParameterError for a map that cannot be read */
  constructor(folder: MaskFolder, parameters: Parameters) {
    this.#folder = folder
    this.#rules = maskRules(parameters, 'label')
    const classes = parameters['classes.names'].length
    const free = parameters['classes.ignored_labels'].find(value => value >= classes && value < 256)
    this.#classes = classes
    this.#ignored = this.#rules.table && Number(free ?? 255)
  }

  /** @throws FolderError for a file that cannot be read, or of which the map does not say what it means */
  read(file: string): { ids: ClassIds; only: number | undefined; areColours: boolean } {
    const mask = this.#reader.read(requestOf(this.#folder, file, 0n))
    const { table, channel } = this.#rules
    if (mask.areColours && !table?.colours && channel === 'auto' && !isGray(mask)) {
      throw new FolderError('a mask of colours, of which label.map and label.ontology name none')
    }
    const header = new ImageHeader()
    readImageHeader(mask.message, header)
    const { width, height, only, areColours } = mask
    const { ids } = sampleMask(mask.message, header, {
      width,
      height,
      classes: table ? this.#classes : NO_CLASS,
      threshold: 0,
      rules: this.#rules,
    })
    const isWide = this.#folder.form.bits === 16 && !table
    const data = new Uint8Array(ids.length * (isWide ? 2 : 1))
    const view = new DataView(data.buffer)
    ids.forEach((id, i) => {
      const value = id === NO_CLASS && this.#ignored !== undefined ? this.#ignored : id
      if (isWide) view.setUint16(2 * i, value, true)
      else data[i] = value
    })
    return { ids: { width, height, encoding: isWide ? 'mono16' : 'mono8', data }, only, areColours }
  }
}

function isGray({ message, offset, pixelBytes }: ReadMask): boolean {
  for (let i = offset; i < message.length; i += pixelBytes) {
    if (message[i] !== message[i + 1] || message[i] !== message[i + 2]) return false
  }
  return true
}
