import { ClassSums } from '../metrics/class-sums.ts'
import type { ConfusionMatrix } from '../metrics/confusion.ts'
import { ConfusionSums, costliest, writeErrorRates } from '../metrics/confusions.ts'
import { writeGroupSums } from '../metrics/groups.ts'
import { percent } from '../monitor/complaints.ts'
import { classId } from '../monitor/configuration.ts'
import { criticalErrorsOf } from '../ontology/critical-errors.ts'
import { type Group, groupsOf } from '../ontology/groups.ts'
import { listScores } from './class-scores.ts'
import { type ClassScores, type Config, type Score, score } from './scores.ts'

/** Classes that were scored as one. */
export interface GroupSummary extends ClassScores {
  name: string
  classes: string[]
}

/** Labels that were taken for what they must not be taken for. */
export interface CriticalErrorSummary {
  name: string
  /** Of the label's evaluated pixels. */
  rate: Score
  pixels: number
  label_pixels: number
  warn: number
  error: number
  /** The pair of classes with most of the pixels, and their share of the label's; null where there are none. */
  costliest: { label: string; prediction: string; pixels: number; share: number } | null
}

/** "12 % of rock taken for trail"; empty for none. */
export const costliestText = ({ costliest: worst }: CriticalErrorSummary): string =>
  worst ? `${percent(worst.share)} of ${worst.label} taken for ${worst.prediction}` : ''

interface NamedClass {
  id: number
  name: string
}

/**
 * The groups of a run from its added counts.
 * @param counts in the order of `classes`
 */
export function groupSummaries(
  classes: readonly NamedClass[],
  counts: ConfusionMatrix,
  config: Config,
): GroupSummary[] {
  const groups = placed(groupsIn(config), classes)
  const sums = new ClassSums(groups.length)
  writeGroupSums(counts, counts.sums(), groups, sums)
  const { at } = listScores(sums, new Uint8Array(groups.length).fill(1), 'exclude')
  return groups.map(({ name, ids }, i) => ({
    name,
    classes: ids.map(place => classes[place]!.name),
    ...at(i),
  }))
}

/** As {@link groupSummaries}, of critical errors. */
export function criticalErrorSummaries(
  classes: readonly NamedClass[],
  counts: ConfusionMatrix,
  config: Config,
): CriticalErrorSummary[] {
  const errors = criticalErrorsOf(list(config, 'errors.critical'), groupsIn(config), lookup(config))
  const inPlaces = errors.map(error => ({
    ...error,
    labels: placesOf(error.labels, classes),
    predictions: placesOf(error.predictions, classes),
  }))
  const sums = counts.sums()
  const confusions = new ConfusionSums(inPlaces)
  confusions.take(counts, sums)
  const rates = new Float64Array(errors.length)
  writeErrorRates(inPlaces, confusions.sums, rates)
  return inPlaces.map(({ name, labels, predictions, warn, error }, i) => {
    const worst = costliest(inPlaces, confusions.sums, i)
    const pixels = labels.flatMap(l => predictions.map(p => counts.at(l, p)))
    return {
      name,
      rate: score(rates[i]!),
      pixels: total(pixels),
      label_pixels: total(labels.map(label => sums.labelPixels[label]!)),
      warn,
      error,
      costliest: worst
        ? { ...worst, label: classes[worst.label]!.name, prediction: classes[worst.prediction]!.name }
        : null,
    }
  })
}

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)

/** A summary of an earlier version has no such parameter. */
const list = (config: Config, name: string) => (config[name] ?? []) as readonly string[]

const lookup = (config: Config) => {
  const names = list(config, 'classes.names')
  return (name: string) => classId(name, names)
}

const groupsIn = (config: Config) => groupsOf(list(config, 'classes.groups'), lookup(config))

/** Ids as places in `classes`; without names not every class was seen. */
const placesOf = (ids: readonly number[], classes: readonly NamedClass[]) =>
  ids.map(id => classes.findIndex(c => c.id === id)).filter(place => place >= 0)

const placed = (groups: readonly Group[], classes: readonly NamedClass[]) =>
  groups.map(({ name, ids }) => ({ name, ids: placesOf(ids, classes) }))
