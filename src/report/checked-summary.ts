import { CLASS_SCORES, PIXEL_SCORES } from '../metrics/score-table.ts'
import { ParameterError } from '../parameters/parameters.ts'
import { isParameterName, PARAMETERS, type ParameterType } from '../parameters/table.ts'
import { evaluatedFlags, limitsByClass } from './config.ts'
import { PERCENTILES, type Summary } from './summary.ts'

type Fields = Record<string, unknown>

/** A value that is no summary; the message says what was expected where. */
class Unexpected extends Error {}

/**
 * What keeps a value from being a summary; undefined for one. What the rest of the program builds on is looked at, so
 * that a summary by another program, or by someone who means harm, is refused here.
 */
export function problemOfSummary(value: unknown): string | undefined {
  try {
    checkSummary(value)
    return undefined
  } catch (error) {
    if (error instanceof Unexpected || error instanceof ParameterError) return error.message
    throw error
  }
}

function checkSummary(value: unknown): asserts value is Summary {
  if (!isRecord(value)) throw new Unexpected('expected an object')
  if (value.schema !== 1) {
    throw new Unexpected(`expected schema 1, got ${JSON.stringify(value.schema)?.slice(0, 40) ?? 'none'}`)
  }
  const record = (key: string) => {
    const part = value[key]
    if (!isRecord(part)) throw new Unexpected(`expected an object under "${key}"`)
    return part
  }
  const parts = ['source', 'pairing', 'pixels', 'pooled', 'frame_mean', 'frame_percentiles', 'config']
  const [source, pairing, pixels, pooled, means, percentiles, config] = parts.map(record) as [
    Fields,
    Fields,
    Fields,
    Fields,
    Fields,
    Fields,
    Fields,
  ]
  checkSource(source)
  checkPairing(pairing)
  expectAll('pixels', ['evaluated', 'ignored', 'unknown_prediction'], pixels, isCount, 'a count')
  expectAll('pooled', [...PIXEL_SCORES, 'dice_loss'], pooled, isScore, 'a number or null')
  expectAll('pooled', ['classes_defined'], pooled, isCount, 'a count')
  expectAll('frame_mean', ['dice', 'iou', ...Object.keys(means)], means, isScore, 'a number or null')
  if (!isRecord(percentiles.dice)) throw new Unexpected('expected an object under "frame_percentiles.dice"')
  const ranks = Object.keys(PERCENTILES)
  expectAll('frame_percentiles.dice', ranks, percentiles.dice, isScore, 'a number or null')
  checkClasses(value.classes)
  checkCounts(value, value.classes.length)
  checkFrames(value)
  checkVerdict(value)
  checkIntervals(value.intervals)
  checkShapes(value)
  expectAll('', ['version'], value, isText, 'a text')
  checkConfig(config)
  evaluatedFlags(value.classes, config as unknown as Summary['config'])
  limitsByClass(config as unknown as Summary['config'])
}

function checkSource(source: Fields): void {
  const isName = (name: unknown) => isText(name) || isListOf(name, isText)
  expectAll('source', ['recording', 'prediction_topic', 'label_topic'], source, isName, 'a text or a list')
  expectAll('source', ['start', 'end'], source, isScore, 'a number or null')
}

function checkPairing(pairing: Fields): void {
  const counts = ['matched', 'prediction_unmatched', 'label_unmatched', 'rejected']
  expectAll('pairing', counts, pairing, isCount, 'a count')
  const isAbsent = (item: unknown) => item === undefined || isCount(item)
  expectAll('pairing', ['labels'], pairing, isAbsent, 'a count')
  expectAll('pairing', ['truncated'], pairing, item => typeof item === 'boolean', 'true or false')
  expectAll('pairing', ['problems'], pairing, item => isListOf(item, isText), 'a list of texts')
}

function checkClasses(classes: unknown): asserts classes is (Fields & { id: number })[] {
  const isClass = (item: unknown) =>
    isRecord(item) && isText(item.name) && isCount(item.id) && (item.id as number) < 256
  if (!isListOf(classes, isClass)) {
    throw new Unexpected('expected a list of classes with id and name under "classes"')
  }
  const ids = (classes as Fields[]).map(({ id }) => id)
  if (new Set(ids).size < ids.length) throw new Unexpected('expected each class once under "classes"')
  for (const item of classes as Fields[]) {
    expectAll('classes', CLASS_SCORES, item, isScore, 'a number or null')
    expectAll('classes', ['label_pixels', 'prediction_pixels'], item, isCount, 'a count')
  }
}

function checkCounts({ confusion, unknown_prediction: unknown }: Fields, size: number): void {
  const isRow = (row: unknown): row is number[] => isListOf(row, isCount) && row.length === size
  if (!isListOf(confusion, isRow) || confusion.length !== size) {
    throw new Unexpected(`expected ${size} rows of ${size} counts under "confusion"`)
  }
  if (!isRow(unknown)) throw new Unexpected(`expected ${size} counts under "unknown_prediction"`)
  // Every score is a ratio of sums of these.
  const total = [...confusion, unknown].reduce(
    (sum, row) => row.reduce((inner, count) => inner + count, sum),
    0,
  )
  if (!Number.isSafeInteger(total)) throw new Unexpected('expected fewer than 2^53 pixels under "confusion"')
}

function checkVerdict({ levels = [], episodes = [], verdict }: Fields): void {
  checkSaid('verdict', verdict)
  const isLevel = (level: unknown) => isCount(level) && (level as number) < 4
  const isChange = (change: unknown) => isRecord(change) && isStamp(change.stamp_ns) && isLevel(change.level)
  if (!isListOf(levels, isChange)) {
    throw new Unexpected('expected a list of levels with stamp_ns and level under "levels"')
  }
  const isNullOr = (is: (value: unknown) => boolean, value: unknown) => value === null || is(value)
  const isEpisode = (item: unknown) =>
    isRecord(item) &&
    isStamp(item.from_ns) &&
    isStamp(item.to_ns) &&
    isLevel(item.level) &&
    isNullOr(isText, item.class) &&
    isNullOr(isText, item.taken_for) &&
    isNullOr(isStamp, item.worst_stamp_ns)
  if (!isListOf(episodes, isEpisode)) {
    throw new Unexpected(
      'expected a list of episodes with from_ns, to_ns, level, class, taken_for and worst_stamp_ns under "episodes"',
    )
  }
}

/** A verdict in short, if there is one. */
function checkSaid(place: string, verdict: unknown): void {
  if (verdict === undefined) return
  if (!isRecord(verdict)) throw new Unexpected(`expected an object under "${place}"`)
  const isLevel = (level: unknown) => isCount(level) && level < 4
  expectAll(place, ['level'], verdict, isLevel, 'a level from 0 to 3')
  expectAll(place, ['text'], verdict, isText, 'a text')
  const seconds = ['seconds', 'warn_seconds', 'error_seconds', 'stale_seconds']
  expectAll(place, seconds, verdict, value => isNumber(value) && value >= 0, 'seconds')
}

const isStamp = (value: unknown) => /^-?\d{1,19}$/.test(String(value))

function checkFrames({ worst_frames: worst, recordings }: Fields): void {
  const isFrame = (frame: unknown) =>
    isRecord(frame) && isStamp(frame.stamp_ns) && Number.isFinite(frame.dice)
  if (!isListOf(worst, isFrame)) {
    throw new Unexpected('expected a list of frames with stamp_ns and dice under "worst_frames"')
  }
  const isPart = (part: unknown) => isRecord(part) && isText(part.recording) && isCount(part.frames)
  if (recordings !== undefined && !isListOf(recordings, isPart)) {
    throw new Unexpected('expected a list of recordings with their number of frames under "recordings"')
  }
  for (const part of (recordings ?? []) as Fields[]) {
    const isAbsentOr = (is: (value: unknown) => boolean) => (value: unknown) =>
      value === undefined || is(value)
    expectAll('recordings', ['dice', 'iou'], part, isAbsentOr(isScore), 'a number or null')
    const counts = ['label_unmatched', 'prediction_unmatched', 'rejected']
    expectAll('recordings', counts, part, isAbsentOr(isCount), 'a count')
    expectAll('recordings', ['truncated'], part, isAbsentOr(isTruth), 'true or false')
    checkSaid('recordings.verdict', part.verdict)
  }
}

function checkShapes({ boundary, wrong_regions: regions }: Fields): void {
  const isRegion = (item: unknown) =>
    isRecord(item) &&
    isStamp(item.stamp_ns) &&
    [item.pixels, item.x, item.y, item.width, item.height].every(isCount) &&
    isNumber(item.share) &&
    isText(item.label) &&
    (item.prediction === null || isText(item.prediction))
  if (regions !== undefined && !isListOf(regions, isRegion))
    throw new Unexpected('expected a list of regions with their place under "wrong_regions"')
  if (boundary === undefined) return
  if (!isRecord(boundary)) throw new Unexpected('expected an object under "boundary"')
  expectAll('boundary', ['tolerance'], boundary, isNumber, 'a number')
  expectAll('boundary', ['frames'], boundary, isCount, 'a count')
  expectAll('boundary', ['f_score'], boundary, isScore, 'a number or null')
  const isClass = (item: unknown) => isRecord(item) && isCount(item.id) && isText(item.name)
  if (!isListOf(boundary.classes, isClass))
    throw new Unexpected('expected a list of classes with id and name under "boundary.classes"')
  for (const item of boundary.classes as Fields[]) {
    expectAll('boundary.classes', ['f_score', 'precision', 'recall'], item, isScore, 'a number or null')
    const counts = ['label_pixels', 'label_near', 'prediction_pixels', 'prediction_near']
    expectAll('boundary.classes', counts, item, isCount, 'a count')
  }
}

const isTruth = (value: unknown): boolean => typeof value === 'boolean'
const isNumber = (value: unknown): value is number => Number.isFinite(value)

function checkIntervals(intervals: unknown): void {
  if (intervals === undefined) return
  if (!isRecord(intervals)) throw new Unexpected('expected an object under "intervals"')
  for (const [place, scores] of Object.entries(intervals)) {
    if (!isRecord(scores)) throw new Unexpected(`expected an object under "intervals.${place}"`)
    for (const name of place === 'frame_mean' ? ['dice', 'iou'] : ['dice']) {
      const interval = scores[name]
      if (!isRecord(interval)) throw new Unexpected(`expected an object under "intervals.${place}.${name}"`)
      const where = `intervals.${place}.${name}`
      expectAll(where, ['low', 'high'], interval, isScore, 'a number or null')
      expectAll(where, ['frames', 'drives'], interval, isCount, 'a count')
      expectAll(where, ['independent'], interval, Number.isFinite, 'a number')
    }
  }
}

const isOfType: Record<ParameterType, (value: unknown) => boolean> = {
  bool: value => typeof value === 'boolean',
  integer: Number.isSafeInteger,
  double: value => typeof value === 'number',
  string: isText,
  integer_array: value => isListOf(value, Number.isSafeInteger),
  string_array: value => isListOf(value, isText),
}

/** Parameters that this version does not know are those of another one. */
function checkConfig(config: Fields): void {
  const isValue = (value: unknown) => Object.values(isOfType).some(isType => isType(value))
  for (const [name, value] of Object.entries(config)) {
    const isFit = isParameterName(name) ? isOfType[PARAMETERS[name].type] : isValue
    if (!isFit(value)) throw new Unexpected(`expected another kind of value under "config.${name}"`)
  }
  const needed = ['classes.names', 'classes.evaluated', 'classes.ignored_labels', 'thresholds.class_dice']
  expectAll('config', [...needed, 'empty_class'], config, value => value !== undefined, 'a value')
  expectAll(
    'config',
    ['empty_class'],
    config,
    value => ['exclude', 'one', 'zero'].includes(value as string),
    'exclude, one or zero',
  )
}

function expectAll(
  place: string,
  keys: readonly string[],
  fields: Fields,
  isExpected: (value: unknown) => boolean,
  expected: string,
): void {
  const key = keys.find(name => !isExpected(fields[name]))
  if (key !== undefined)
    throw new Unexpected(`expected ${expected} under "${place ? `${place}.` : ''}${key}"`)
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isListOf<T>(value: unknown, isItem: (item: unknown) => item is T): value is T[]
function isListOf(value: unknown, isItem: (item: unknown) => boolean): value is unknown[]
function isListOf(value: unknown, isItem: (item: unknown) => boolean): value is unknown[] {
  return Array.isArray(value) && value.every(isItem)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

const isScore = (value: unknown): boolean => value === null || Number.isFinite(value)
