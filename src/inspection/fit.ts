import { loadOntology, shippedOntologies } from '../ontology/load.ts'
import type { Ontology, OntologyClass } from '../ontology/ontology.ts'
import type { ValueCounts } from './value-counts.ts'

/** How values are read: as ids, or as colours. */
export type Reading = 'ids' | 'colours'

/** How well an ontology names the values of masks. */
export interface Fit {
  ontology: Ontology
  /** Values that it names, of those there are, without what is no class by custom. */
  named: number
  values: number
  /** Share of the pixels that it names. */
  share: number
  /** Named values of those in the masks or the ontology. */
  overlap: number
}

/** Values that are void by custom, whatever the ontology. */
const VOID_IDS: ReadonlySet<number> = new Set([-1, 255])
/** Masks of a few ids fit anything. */
const FEWEST_IDS = 5
/** Ids of a data set leave gaps, where those of a network are counted from 0 on: so many numbers an id, in so many gaps. */
const SPREAD = 1.5
const FEWEST_GAPS = 2
/** Nearly all, for what annotators left over. */
const MOST = 0.98
const FEWEST_COLOURS = 2

/** Those that ship, once they were needed. */
let ontologies: readonly Ontology[] | undefined

/** The ontologies that ship, the best first; those that name no pixel are left out. */
export function fits(counts: ValueCounts, reading: Reading, source: string): Fit[] {
  ontologies ??= shippedOntologies().map(name => loadOntology(name).ontology)
  const found = ontologies.map(ontology => fitOf(ontology, counts, reading)).filter(({ share }) => share > 0)
  const hinted = (fit: Fit) => (isNamedIn(fit.ontology, source) ? 1 : 0)
  const shown = (fit: Fit) => Math.round(fit.share * 1000)
  return found.sort(
    (a, b) =>
      shown(b) - shown(a) ||
      b.named - a.named ||
      hinted(b) - hinted(a) ||
      b.overlap - a.overlap ||
      a.ontology.name.localeCompare(b.ontology.name),
  )
}

/** The first of {@link fits}, if it says what the values are and not only could. */
export function convincing(
  found: readonly Fit[],
  reading: Reading,
  counts: ValueCounts,
  source: string,
): Fit | undefined {
  const [best, second] = found
  if (!best || best.share < MOST) return undefined
  const isLike = second?.named === best.named && second.share === best.share
  if (isNamedIn(best.ontology, source) && !(isLike && isNamedIn(second.ontology, source))) return best
  if (reading === 'colours') return best.named >= FEWEST_COLOURS ? best : undefined
  const ids = counts.values.filter(value => !VOID_IDS.has(value))
  const gaps = ids.filter((id, i) => id > (ids[i - 1] ?? -1) + 1).length
  const isSpread = ids.length >= FEWEST_IDS && ids.at(-1)! + 1 >= SPREAD * ids.length && gaps >= FEWEST_GAPS
  return best.named === best.values && isSpread ? best : undefined
}

/** Whether ids are counted from 0 on with few gaps, as a network's are: then any ontology of as many classes has them. */
export function areCounted(values: readonly number[]): boolean {
  const ids = values.filter(value => !VOID_IDS.has(value))
  return ids.length > 0 && ids[0]! >= 0 && ids.at(-1)! + 1 < SPREAD * ids.length
}

/** Whether an ontology has all the ids, and these are not just counted: as of masks beside others that it fits. */
export function mayBeOf(values: readonly number[], { classes }: Ontology): boolean {
  const ids = values.filter(value => !VOID_IDS.has(value))
  const isAnyBeyond = ids.length > 0 && ids.at(-1)! >= ids.length
  return isAnyBeyond && ids.every(id => classes.some(one => one.ids.includes(id)))
}

/** The class that a value is in an ontology; undefined if it is none. */
export function classOf(value: number, { classes }: Ontology, reading: Reading): OntologyClass | undefined {
  return classes.find(({ ids, color }) => (reading === 'ids' ? ids.includes(value) : color === value))
}

function fitOf(ontology: Ontology, counts: ValueCounts, reading: Reading): Fit {
  const own = new Set(
    ontology.classes.flatMap(({ ids, color }) =>
      reading === 'ids' ? ids : color === undefined ? [] : [color],
    ),
  )
  const isVoid = (value: number) => reading === 'ids' && VOID_IDS.has(value)
  const values = counts.values.filter(value => !isVoid(value))
  const named = values.filter(value => own.has(value))
  const pixels = (of: readonly number[]) => of.reduce((sum, value) => sum + counts.counts.get(value)!, 0)
  const share = named.length === 0 ? 0 : pixels(named) / (pixels(values) + counts.others)
  return {
    ontology,
    named: named.length,
    values: values.length,
    share,
    overlap: named.length / (own.size + values.length - named.length),
  }
}

/** Of `rellis3d` that is `rellis`, which `/data/RELLIS-3D/label_id` has; of `carla13` `carla`. */
function isNamedIn({ name }: Ontology, source: string): boolean {
  const family = name.replace(/(?:_.*|3d|(?<=carla)\d+)$/, '')
  return source
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .includes(family)
}
