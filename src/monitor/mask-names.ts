import { MessageError } from '../cdr/message-error.ts'
import { isReadable } from '../ontology/entry.ts'
import { maskTable } from '../ontology/mask-table.ts'
import { meaningsOf } from '../ontology/meanings.ts'
import { IGNORE, type Ontology, type OntologyClass } from '../ontology/ontology.ts'
import { ParameterError } from '../parameters/parameters.ts'
import type { Parameters } from '../parameters/table.ts'
import { printable } from '../printable.ts'
import type { MaskName, MaskRules } from './mask-rules.ts'
import { type PublishedNames, readLabelInfo, readSemanticLabels } from './published-names.ts'

const READERS = { label_info: readLabelInfo, semantic_labels: readSemanticLabels }
export type NamesFrom = keyof typeof READERS

/** So many messages of names in a row with the stamps of masks come with each: LabelInfo is mostly sent once. */
const ENOUGH = { label_info: 2, semantic_labels: 1 }

/** Changes that are kept, and names of all of them together: masks that wait are older than the newest. */
const MOST_CHANGES = 1024
const MOST_NAMES = 100_000
/** Names that are met once, and of these those listed at a time. */
const MOST_MET = 1000
const MOST_LISTED = 8
/** The grouping that stands for `classes.names`. */
const OWN = 'classes.names'

interface Change {
  sec: number
  nanosec: number
  names: ReadonlyMap<number, string>
  rules: MaskRules
}

/**
 * What the ids of one topic's masks mean, by the names that a second topic publishes. These are those of
 * `classes.names`, also where only their case differs, or stand on the left of the map. A change holds from the mask of
 * its stamp on; masks older than all are read by the oldest names.
 */
export class MaskNames {
  readonly mask: MaskName
  readonly from: NamesFrom
  /** Messages of names that could not be used, and why the last. */
  rejected = 0
  lastError = ''
  /** Names that are no class, as they were met. */
  readonly unknown = new Set<string>()
  readonly #met = new Set<string>()
  #news: string[] = []
  #unknownNews: string[] = []
  #parameters: Parameters
  #base: MaskRules
  /** By ascending stamps. */
  #changes: Change[] = []
  #newestSec = 0
  #newestNanosec = 0
  /** Of the last mask; NaN before the first. */
  #maskSec = Number.NaN
  #maskNanosec = Number.NaN
  /** How many messages of names in a row had the stamp of a mask. */
  #withMask = 0
  #isNewestMatched = false

  /** @param base the rules of the masks, but for what names say */
  constructor(parameters: Parameters, base: MaskRules, from: NamesFrom) {
    this.mask = base.mask
    this.from = from
    this.#parameters = parameters
    this.#base = base
  }

  /** Whether no names have come. */
  get isEmpty(): boolean {
    return this.#changes.length === 0
  }

  /** Takes other classes or another map. */
  configure(parameters: Parameters, base: MaskRules): void {
    this.#parameters = parameters
    this.#base = base
    const changes = this.#changes
    this.#changes = []
    for (const { sec, nanosec, names } of changes) this.#use(() => this.#insert(sec, nanosec, names))
  }

  /** Takes a serialized message of names. What cannot be used is counted and named. */
  receive(message: Uint8Array): void {
    this.#use(() => this.#take(READERS[this.from](message)))
  }

  #use(take: () => void): void {
    try {
      take()
    } catch (error) {
      if (!(error instanceof MessageError || error instanceof ParameterError)) throw error
      this.rejected++
      this.lastError = error.message
    }
  }

  /** Whether the names of a mask may still come: none have, or they come with each mask and those of this one have not. */
  mustWait(sec: number, nanosec: number): boolean {
    if (this.isEmpty) return true
    return (
      this.#withMask >= ENOUGH[this.from] && compare(sec, nanosec, this.#newestSec, this.#newestNanosec) > 0
    )
  }

  /** Learns whether names come with each mask. */
  noteMask(sec: number, nanosec: number): void {
    this.#maskSec = sec
    this.#maskNanosec = nanosec
    this.#match()
  }

  /** That the names of a mask did not come: they do not come with each. */
  noteMissing(): void {
    this.#withMask = 0
  }

  /** How a mask of this stamp is read. */
  rulesAt(sec: number, nanosec: number): MaskRules {
    const changes = this.#changes
    let i = changes.length - 1
    while (i > 0 && compare(changes[i]!.sec, changes[i]!.nanosec, sec, nanosec) > 0) i--
    return i < 0 ? this.#base : changes[i]!.rules
  }

  /** What was met since this was asked last; empty if nothing. */
  takeNews(): string {
    const parts = []
    if (this.#news.length > 0) parts.push(listed(this.#news))
    if (this.#unknownNews.length > 0) parts.push(`no class: ${listed(this.#unknownNews)}`)
    this.#news = []
    this.#unknownNews = []
    return parts.join('; ')
  }

  #take({ stamp, names }: PublishedNames): void {
    const [sec, nanosec] = stamp ? [stamp.sec, stamp.nanosec] : [this.#maskSec || 0, this.#maskNanosec || 0]
    const newest = this.#changes.at(-1)
    const isNewer = compare(sec, nanosec, this.#newestSec, this.#newestNanosec) > 0
    if (!(newest && isNewer && isSame(newest.names, names))) this.#insert(sec, nanosec, names)
    if (newest && !this.#isNewestMatched) this.#withMask = 0
    // Names without a stamp do not tell of which mask they are.
    this.#isNewestMatched = stamp === undefined
    if (!newest || isNewer) {
      this.#newestSec = sec
      this.#newestNanosec = nanosec
    }
    this.#match()
  }

  #match(): void {
    if (this.#isNewestMatched || this.isEmpty) return
    if (compare(this.#maskSec, this.#maskNanosec, this.#newestSec, this.#newestNanosec) !== 0) return
    this.#isNewestMatched = true
    this.#withMask++
  }

  #insert(sec: number, nanosec: number, names: ReadonlyMap<number, string>): void {
    const changes = this.#changes
    const rules = this.#rulesOf(names)
    let at = changes.length
    while (at > 0 && compare(changes[at - 1]!.sec, changes[at - 1]!.nanosec, sec, nanosec) > 0) at--
    const isAgain = at > 0 && compare(changes[at - 1]!.sec, changes[at - 1]!.nanosec, sec, nanosec) === 0
    changes.splice(isAgain ? at - 1 : at, isAgain ? 1 : 0, { sec, nanosec, names, rules })
    let all = changes.reduce((sum, change) => sum + change.names.size, 0)
    while (changes.length > 1 && (changes.length > MOST_CHANGES || all > MOST_NAMES)) {
      all -= changes.shift()!.names.size
    }
  }

  #rulesOf(names: ReadonlyMap<number, string>): MaskRules {
    const { mask } = this
    const classNames = this.#parameters['classes.names']
    const ontology = ontologyOf(names, classNames)
    const map = this.#parameters[`${mask}.map`].filter(text => isReadable(text, ontology))
    const isLabel = mask === 'label'
    const meanings = meaningsOf(map, { ontology, grouping: OWN }, isLabel)
    const ignored = isLabel ? this.#parameters['classes.ignored_labels'] : []
    const table = maskTable(meanings, classNames, ignored)
    this.#meet(ontology, map)
    return { ...this.#base, table, namesValues: true }
  }

  #meet({ classes }: Ontology, map: readonly string[]): void {
    for (const { name, ids, groups } of classes) {
      if (this.#met.has(name) || this.#met.size === MOST_MET) continue
      this.#met.add(name)
      const target = groups.get(OWN) ?? map.find(text => text.startsWith(`${name}:`))
      if (target !== undefined) this.#news.push(`${ids.join(', ')} ${printable(name, 40)}`)
      else {
        this.unknown.add(printable(name, 40))
        this.#unknownNews.push(`${ids.join(', ')} ${printable(name, 40)}`)
      }
    }
  }
}

/**
 * Checks what names say nothing of before any have come.
 * @throws ParameterError for a map entry that could be of no name, or without classes to match names with
 */
export function checkNamesParameters(parameters: Parameters, mask: MaskName): void {
  const classNames = parameters['classes.names']
  if (classNames.length === 0) {
    throw new ParameterError(
      `parameter ${mask}.names_from: names are matched to classes.names, which is empty`,
    )
  }
  if (parameters[`${mask}.ontology`] !== '') {
    throw new ParameterError(
      `parameter ${mask}.names_from: ${mask}.ontology says what ids mean already: set one of the two`,
    )
  }
  const known = [...classNames, IGNORE]
  for (const text of parameters[`${mask}.map`]) {
    if (isReadable(text)) continue
    const target = text.slice(text.lastIndexOf(':') + 1).trim()
    if (text.includes(':') && known.includes(target)) continue
    throw new ParameterError(
      `parameter ${mask}.map: "${text}": expected an id, a colour or a published name, and behind the colon one of ${known.join(', ')}`,
    )
  }
}

/** The published names as an ontology, whose classes are grouped by the class that each name is. */
function ontologyOf(names: ReadonlyMap<number, string>, classNames: readonly string[]): Ontology {
  const idsByName = new Map<string, number[]>()
  for (const [id, name] of names) idsByName.set(name, [...(idsByName.get(name) ?? []), id])
  const classes = [...idsByName].map(([name, ids]): OntologyClass => {
    const group = classCalled(name, classNames)
    const groups = new Map(group === undefined ? [] : [[OWN, group]])
    return { name, ids, color: undefined, isVoid: false, groups }
  })
  return { name: 'the names', groupings: new Map([[OWN, classNames]]), classes }
}

/** The class of that name; else the only one whose name differs in case alone. */
function classCalled(name: string, classNames: readonly string[]): string | undefined {
  if (classNames.includes(name)) return name
  const alike = classNames.filter(other => other.toLowerCase() === name.toLowerCase())
  return alike.length === 1 ? alike[0] : undefined
}

function isSame(a: ReadonlyMap<number, string>, b: ReadonlyMap<number, string>): boolean {
  return a.size === b.size && [...a].every(([id, name]) => b.get(id) === name)
}

const compare = (sec: number, nanosec: number, otherSec: number, otherNanosec: number) =>
  sec === otherSec ? nanosec - otherNanosec : sec - otherSec

const listed = (items: readonly string[]) =>
  items.slice(0, MOST_LISTED).join(', ') + (items.length > MOST_LISTED ? ', ...' : '')
