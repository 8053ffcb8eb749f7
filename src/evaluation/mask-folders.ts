import { type PngHeader, pngHeader, sample } from '../folder/header.ts'
import { type MaskForm, MaskReader } from '../folder/mask-file.ts'
import type { FolderSide } from '../folder/pairing.ts'
import { findPanoptic, type PanopticJson } from '../folder/panoptic.ts'
import { readOne } from '../folder/readers.ts'
import { listed } from '../folder/reasons.ts'
import type { Segments } from '../folder/segments.ts'
import { coloursIn } from '../folder/values.ts'
import type { Folder } from '../folder/walk.ts'
import { type MaskName, maskRules, withClassNames } from '../monitor/mask-rules.ts'
import { loadOntology } from '../ontology/load.ts'
import type { Ontology } from '../ontology/ontology.ts'
import { parametersFrom, type RawValue } from '../parameters/parameters.ts'
import type { Parameters } from '../parameters/table.ts'
import { findClassLists } from './class-lists.ts'
import type { MaskFolder } from './folder-source.ts'
import type { Background } from './unannotated.ts'

/** A folder of masks, and the files in it that will be scored. */
export interface UsedSide extends FolderSide {
  files: readonly string[]
}

/** How folders of masks are read. */
export interface PreparedFolders {
  folders: Partial<Record<MaskName, MaskFolder>>
  /** What the user chose, and what the folders tell. */
  chosen: ReadonlyMap<string, RawValue>
  parameters: Parameters
  /** Of the labels, where one is named. */
  ontology: Ontology | undefined
  background: Background
  notes: string[]
  warnings: string[]
}

const MASKS: readonly MaskName[] = ['prediction', 'label']

/**
 * Looks at folders of masks, and at what lies beside them, for what the masks are.
 * @throws ParameterError when the parameters do not fit together
 */
export function prepareFolders(
  sides: Partial<Record<MaskName, UsedSide>>,
  chosenByUser: ReadonlyMap<string, RawValue>,
): PreparedFolders {
  const looks = MASKS.flatMap(mask =>
    sides[mask] ? [[mask, sides[mask], lookAt(sides[mask])] as const] : [],
  )
  const json = Object.fromEntries(
    looks.flatMap(([mask, , { panoptic }]) => (panoptic?.hasCategories ? [[mask, panoptic.path]] : [])),
  )
  const walked = Object.fromEntries(looks.map(([mask, { folder }]) => [mask, folder]))
  const { parameters: ofLists, notes, warnings } = findClassLists(walked, json, chosenByUser)
  takeBrushes(walked, chosenByUser, ofLists, notes)
  const chosen = new Map([...ofLists, ...chosenByUser])
  const named = withClassNames(parametersFrom(chosen))
  for (const [mask, , { areColouredIds }] of looks) {
    const isByValue = areColouredIds && maskRules(named, mask).namesValues
    if (isByValue && !chosen.has(`${mask}.channel`)) chosen.set(`${mask}.channel`, 'r')
  }
  const parameters = withClassNames(parametersFrom(chosen))
  const folders = Object.fromEntries(
    looks.map(([mask, side, look]) => [mask, folderOf(side, look, parameters, mask)]),
  )
  const reference = parameters['label.ontology']
  const ontology = reference === '' ? undefined : loadOntology(reference).ontology
  return { folders, chosen, parameters, ontology, background: backgroundOf(ontology), notes, warnings }
}

/** What frames are painted with: the labels' are taken for predictions too, as a class list would be. */
function takeBrushes(
  folders: Partial<Record<MaskName, Folder>>,
  chosen: ReadonlyMap<string, RawValue>,
  parameters: Map<string, RawValue>,
  notes: string[],
): void {
  const isOpen = (mask: MaskName) =>
    ['map', 'ontology'].every(name => !chosen.has(`${mask}.${name}`) && !parameters.has(`${mask}.${name}`))
  for (const mask of ['label', 'prediction'] as const) {
    const brushed = folders[mask]?.brushed
    if (!brushed || !isOpen(mask)) continue
    const isForBoth = mask === 'label' && isOpen('prediction') && !chosen.has('classes.names')
    const masks: MaskName[] = isForBoth && !folders.prediction?.brushed ? ['label', 'prediction'] : [mask]
    const map = brushed.classes.map((name, i) => `${i + 1}:${name}`)
    for (const each of masks) parameters.set(`${each}.map`, each === 'label' ? ['0:ignore', ...map] : map)
    notes.push(
      `brushes from ${brushed.path} (Label Studio), for ${masks.map(each => `${each}s (${each}.map)`).join(' and ')}: ${listed(map, MOST_BRUSHES)}`,
    )
  }
}

/** Brushes that are named. */
const MOST_BRUSHES = 8

interface Look {
  /** What most of its masks have. */
  bits: 8 | 16
  /** Whether its names say ids, and its masks are of colours: each channel holds the id. */
  areColouredIds: boolean
  /** Of masks whose colours are numbers of segments. */
  panoptic: PanopticJson | undefined
}

/** Headers that are looked at. */
const MOST_HEADERS = 64

function lookAt({ folder, names, files }: UsedSide): Look {
  const headers = sample(files, MOST_HEADERS).flatMap(file => pngHeader(`${folder.path}/${file}`) ?? [])
  const most = (is: (header: PngHeader) => boolean) => 2 * headers.filter(is).length > headers.length
  const used = new Set(files)
  const usedNames = names.filter(({ path }) => used.has(path))
  const areIds = usedNames.every(({ kind }) => kind === 'ids' || kind === 'train ids')
  const areColours = most(header => header.areColours)
  const stems = sample(usedNames, MOST_HEADERS).flatMap(({ path, stem }) => [stem, ownStem(path)])
  const panoptic = areColours && !areIds ? findPanoptic(folder, stems) : undefined
  return {
    bits: most(({ bits }) => bits === 16) ? 16 : 8,
    areColouredIds: areIds && areColours,
    panoptic,
  }
}

const ownStem = (path: string) => path.slice(path.lastIndexOf('/') + 1).replace(/\.[^.]+$/, '')

const NO_SEGMENTS: Segments = new Map()

function folderOf(side: UsedSide, look: Look, parameters: Parameters, mask: MaskName): MaskFolder {
  const { path, brushed } = side.folder
  const { panoptic } = look
  if (brushed) return { path, form: { bits: 8, palette: 'index' }, brushed: brushed.frames }
  if (!panoptic) return { path, form: formOf(side, look, parameters, mask) }
  const stems = new Map(side.names.map(name => [name.path, name.stem]))
  return {
    path,
    form: { bits: look.bits, palette: 'colour' },
    segmentsOf: file =>
      panoptic.segments.get(ownStem(file)) ?? panoptic.segments.get(stems.get(file)!) ?? NO_SEGMENTS,
  }
}

/** Masks with a palette of which all colours are looked at. */
const MOST_PALETTES = 4

/** A palette's indices are the ids, unless the map names colours alone, or all colours that are used. */
function formOf(
  { folder, files }: UsedSide,
  { bits }: Look,
  parameters: Parameters,
  mask: MaskName,
): MaskForm {
  const { table, namesValues, channel } = maskRules(parameters, mask)
  const asColours: MaskForm = { bits, palette: 'colour' }
  if (!table?.colours || (channel !== 'auto' && channel !== 'color')) return { bits, palette: 'index' }
  if (!namesValues || channel === 'color') return asColours
  const paths = files.map(file => `${folder.path}/${file}`)
  const withPalette = sample(paths, MOST_HEADERS).filter(path => pngHeader(path)?.isPalette)
  const reader = new MaskReader()
  const areNamed = sample(withPalette, MOST_PALETTES).every(path => {
    const mask = readOne(reader, { path, form: asColours, stamp: 0n })
    return 'failure' in mask || coloursIn(mask).every(colour => table.named.has(colour))
  })
  return areNamed ? asColours : { bits, palette: 'index' }
}

function backgroundOf(ontology: Ontology | undefined): Background {
  const classes = ontology?.classes.filter(({ name, isVoid }) => isVoid || IS_BACKGROUND.test(name)) ?? []
  return {
    values: new Set([0, ...classes.flatMap(({ ids }) => ids)]),
    colours: new Set([0, ...classes.flatMap(({ color }) => color ?? [])]),
  }
}

const IS_BACKGROUND = /^_*background_*$/i
