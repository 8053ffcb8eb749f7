import { MAPPED_CLASSES } from '../kernels/tables.ts'
import type { MaskName } from '../monitor/mask-rules.ts'
import type { OntologyChoice } from '../ontology/load.ts'
import { meaningsOf, NO_CLASS } from '../ontology/meanings.ts'
import { colourText, type Ontology } from '../ontology/ontology.ts'
import type { RawValue } from '../parameters/parameters.ts'
import { areCounted, mayBeOf, type Reading } from './fit.ts'

/** What masks of one topic or folder turned out to be. */
export interface MaskFinding {
  /** How the values are read; undefined for probabilities, pictures and what cannot be read. */
  reading: Reading | undefined
  /** The channel of a colour that holds the id; undefined where there are no channels, or the colour is the class. */
  channel: 'r' | 'g' | 'b' | undefined
  /** Whether ids are indices of a palette: where a map names colours, those of the palette are looked up. */
  isIndexed: boolean
  /** The different values, ascending. */
  values: readonly number[]
  /** What they mean, if that is clear. */
  ontology: Ontology | undefined
}

/** Parameters, and what is left to be done by hand. */
export interface Advice {
  parameters: Record<string, RawValue>
  notes: string[]
}

/** The largest id that is a class without a map. */
const LARGEST_ID = 255
/** What two data sets' classes are made to compare them. */
const COMMON = 'terrain'

/** Parameters by which the masks of one side, or of both, are read. */
export function advise(found: Partial<Record<MaskName, MaskFinding>>): Advice {
  const sides = withSharedOntology(found)
  const { label, prediction } = sides
  const names = [label?.ontology?.name, prediction?.ontology?.name]
  const isMixed = names[0] !== undefined && names[1] !== undefined && names[0] !== names[1]
  const advice: Advice = { parameters: {}, notes: [] }
  for (const side of ['label', 'prediction'] as const) {
    const finding = sides[side]
    if (!finding?.reading) continue
    const { parameters, notes } = adviseSide(side, finding, isMixed ? COMMON : undefined)
    Object.assign(advice.parameters, parameters)
    advice.notes.push(...notes)
  }
  const readings = [label, prediction].filter(side => side?.reading !== undefined)
  const isNamed = Object.keys(advice.parameters).some(name => /map|ontology/.test(name))
  if (!isNamed && readings.every(side => areCounted(side!.values))) {
    const largest = Math.max(...readings.flatMap(side => side!.values.filter(value => value < LARGEST_ID)))
    advice.parameters['classes.names'] = Array.from({ length: largest + 1 }, (_, id) => String(id))
    advice.notes.push('values are class ids as they are: give the classes their names')
  }
  if (isMixed) {
    advice.notes.push(
      `${names[0]} and ${names[1]} have other classes: their groups of "${COMMON}" are compared`,
    )
  }
  for (const [side, other] of [
    ['label', 'prediction'],
    ['prediction', 'label'],
  ] as const) {
    if (sides[side]?.ontology && sides[other]?.reading && !sides[other].ontology) {
      advice.notes.push(
        `say in ${other}.map which of its values is which class of ${sides[side].ontology.name}${valuesText(sides[other])}`,
      )
    }
  }
  return advice
}

/** Of two masks of ids, one that fits an ontology tells the other's, if that has ids of it alone. */
function withSharedOntology(
  sides: Partial<Record<MaskName, MaskFinding>>,
): Partial<Record<MaskName, MaskFinding>> {
  const shared = (own: MaskFinding | undefined, other: MaskFinding | undefined) => {
    const isOf =
      own?.reading === 'ids' && !own.ontology && other?.ontology && mayBeOf(own.values, other.ontology)
    return isOf ? { ...own, ontology: other.ontology } : own
  }
  const { label, prediction } = sides
  return { label: shared(label, prediction), prediction: shared(prediction, label) } as typeof sides
}

function adviseSide(side: MaskName, finding: MaskFinding, grouping: string | undefined): Advice {
  const { reading, channel, isIndexed, values, ontology } = finding
  const parameters: Record<string, RawValue> = channel ? { [`${side}.channel`]: channel } : {}
  if (ontology) {
    const { sharedColour } = meaningsOf([], { ontology, grouping }, side === 'label')
    if (isIndexed) {
      parameters[`${side}.map`] = idsOf({ ontology, grouping }, side === 'label')
      return { parameters, notes: [] }
    }
    if (reading === 'ids' || sharedColour === undefined) {
      parameters[`${side}.ontology`] = grouping ? `${ontology.name}/${grouping}` : ontology.name
      return { parameters, notes: [] }
    }
    parameters[`${side}.map`] = coloursOf({ ontology, grouping }, side === 'label')
    return {
      parameters,
      notes: [`of ${ontology.name} ${sharedColour}: the first of them is meant in ${side}.map`],
    }
  }
  if (reading === 'colours') return adviseColours(side, values, parameters)
  return adviseIds(side, values, parameters)
}

/** Colours name classes that nobody has named yet. */
function adviseColours(side: MaskName, values: readonly number[], parameters: Advice['parameters']): Advice {
  const map = values
    .slice(0, MAPPED_CLASSES)
    .map(value => `${colourText(value)}:color_${colourText(value).slice(1)}`)
  return {
    parameters: { ...parameters, [`${side}.map`]: map },
    notes: [`give the classes of ${side}.map their names, and write ignore for void`],
  }
}

function adviseIds(side: MaskName, values: readonly number[], parameters: Advice['parameters']): Advice {
  const [first, second] = values
  if (values.length === 2 && first === 0 && second! > 1) {
    const map = ['0:background', `${second}:foreground`]
    return { parameters: { ...parameters, [`${side}.map`]: map }, notes: [] }
  }
  if (values.every(value => value <= LARGEST_ID)) return { parameters, notes: [] }
  // Without a map, ids beyond 255 are no classes.
  const classes = values.filter(value => value >= 0)
  const map = classes.slice(0, MAPPED_CLASSES).map(value => `${value}:id_${value}`)
  return {
    parameters: { ...parameters, [`${side}.map`]: map },
    notes: [`give the classes of ${side}.map their names, and write ignore for void`],
  }
}

/** Each colour of an ontology with the first class that has it. */
function coloursOf({ ontology, grouping }: OntologyChoice, isLabel: boolean): string[] {
  const { colours } = meaningsOf([], { ontology, grouping }, isLabel)
  return [...colours].flatMap(([colour, { target }]) =>
    target === NO_CLASS ? [] : [`${colourText(colour)}:${target}`],
  )
}

/** Each id of an ontology with its class. */
function idsOf({ ontology, grouping }: OntologyChoice, isLabel: boolean): string[] {
  return meaningsOf([], { ontology, grouping }, isLabel).values.flatMap(({ first, target }) =>
    target === NO_CLASS ? [] : [`${first}:${target}`],
  )
}

function valuesText({ values, reading }: MaskFinding): string {
  const shown = values.slice(0, 40).map(value => (reading === 'colours' ? colourText(value) : String(value)))
  return `: ${shown.join(', ')}${values.length > shown.length ? ', ...' : ''}`
}
