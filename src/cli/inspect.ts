import { IMAGE } from '../evaluation/image-description.ts'
import { type ImageTopic, plausiblePairs } from '../evaluation/pair.ts'
import type { TopicPair } from '../evaluation/source.ts'
import { type Advice, advise } from '../inspection/advice.ts'
import { byKind, pngFiles, readPngFile } from '../inspection/files.ts'
import { type Inspection, inspectFiles, inspectTopics } from '../inspection/inspect.ts'
import { printable } from '../printable.ts'
import { openRecording } from '../recording/open.ts'
import type { Recording } from '../recording/recording.ts'
import { Exit, inputError } from './errors.ts'
import { inspectionJson, inspectionText, parameterText } from './inspection-text.ts'
import { Messages } from './messages.ts'
import { pairOptions } from './topics.ts'

/** Masks of a topic or folder that are looked at. */
export const MOST_MASKS = 20

export interface InspectOptions {
  topic?: readonly string[]
  masks?: number
  json?: boolean
}

/** What was found at one path, and the parameters for it. */
interface Found {
  path: string
  inspections: Inspection[]
  pair: TopicPair | undefined
  advice: Advice
  problems: readonly string[]
}

/** `dice-monitor inspect`. @returns the exit code @throws CliError */
export async function inspect(paths: readonly string[], options: InspectOptions): Promise<number> {
  const messages = new Messages(false)
  const { json = false, masks = MOST_MASKS, topic = [] } = options
  const found: Found[] = []
  const files: string[] = []
  for (const path of paths) {
    const listed = pngFiles(path)
    if (listed === undefined) found.push(await inspectPath(path, masks, topic))
    else {
      // One by one: a call takes only so many arguments.
      for (const file of listed.files) files.push(file)
      for (const problem of listed.problems) messages.warn(printable(problem))
    }
  }
  const folders = [...byKind(files)].map(([name, list]) => inspectFiles(name, list, masks, readPngFile))
  for (const inspection of folders) {
    const advice = advise({ label: inspection })
    found.push({ path: inspection.name, inspections: [inspection], pair: undefined, advice, problems: [] })
  }
  process.stdout.write(json ? jsonOf(found) : `${found.map(foundText).join('\n\n')}\n`)
  for (const { problems } of found) for (const problem of problems) messages.warn(problem)
  const isAny = found.some(({ inspections }) => inspections.some(({ form }) => form !== undefined))
  if (!isAny) throw inputError(`${paths.join(', ')}: no masks that can be read`)
  return Exit.DONE
}

async function inspectPath(path: string, masks: number, topics: readonly string[]): Promise<Found> {
  const recording = await openRecording(path)
  try {
    return await inspectRecording(recording, masks, topics)
  } finally {
    await recording.close()
  }
}

/**
 * Looks at the masks of a recording.
 * @param topics of these alone, if there are any
 * @throws CliError when a topic is not there
 */
export async function inspectRecording(
  recording: Recording,
  masks: number,
  topics: readonly string[],
): Promise<Found> {
  const { path } = recording
  const missing = topics.find(name => !recording.topics.some(topic => topic.name === name))
  if (missing !== undefined) throw inputError(`${path}: topic ${missing} is not in it`)
  const inspections = await inspectTopics(recording, masks, topics)
  return { path, inspections, problems: [...recording.problems], ...pairAndAdvice(inspections) }
}

/** The pair among masks, if there is one alone, and the parameters for it; else those for each mask as a label. */
function pairAndAdvice(inspections: readonly Inspection[]): Pick<Found, 'pair' | 'advice'> {
  const { pairs, count } = plausiblePairs(imageTopics(inspections), {})
  const pair = count === 1 ? pairs[0] : undefined
  const named = (topic: string) => inspections.find(({ name }) => name === topic)!
  if (pair) return { pair, advice: advise({ label: named(pair.label), prediction: named(pair.prediction) }) }
  const [only] = inspections.filter(({ reading }) => reading !== undefined)
  return { pair, advice: only ? advise({ label: only }) : { parameters: {}, notes: [] } }
}

/** Colours that turned out to be a mask's may be of a pair, as ids may. */
function imageTopics(inspections: readonly Inspection[]): ImageTopic[] {
  return inspections.flatMap(({ name, count, form, reading }) => {
    if (!form || (reading === undefined && form.holds !== 'probabilities')) return []
    const holds = form.holds === 'probabilities' ? form.holds : 'ids'
    return [{ name, type: IMAGE, count, image: { ...form, holds } }]
  })
}

/** What was found, for people. */
export function foundText({ path, inspections, pair, advice }: Found): string {
  const sections = inspections.map(inspectionText)
  if (inspections.length === 0) sections.push(`${printable(path)}: no image topics`)
  else if (inspections.some(({ name }) => name !== path)) sections.unshift(printable(path))
  const role = pair
    ? `dice-monitor evaluate ${printable(path)} ${printable(pairOptions(pair))} --config masks.yaml, with this as masks.yaml:`
    : 'parameters for it as a label (for a prediction write prediction instead):'
  const isAny = inspections.some(({ reading }) => reading !== undefined)
  return [...sections, ...(isAny ? [`${role}\n\n${parameterText(advice)}`.trimEnd()] : [])].join('\n\n')
}

const jsonOf = (found: readonly Found[]) =>
  `${JSON.stringify(
    found.map(({ path, inspections, pair, advice, problems }) => ({
      path,
      masks: inspections.map(inspectionJson),
      pair: pair ?? null,
      parameters: advice.parameters,
      notes: advice.notes,
      yaml: parameterText(advice),
      problems,
    })),
    null,
    1,
  )}\n`
