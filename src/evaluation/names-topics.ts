import type { MaskName } from '../monitor/mask-rules.ts'
import type { Parameters } from '../parameters/table.ts'
import { EvaluationError } from './error.ts'
import type { MaskSource, TopicPair } from './source.ts'

/** The types of topics of names, and the word that their names end in. */
const KINDS: Record<string, { type: string; ending: RegExp }> = {
  label_info: { type: 'vision_msgs/msg/LabelInfo', ending: /./ },
  semantic_labels: { type: 'std_msgs/msg/String', ending: /semantic_labels$/ },
}

/**
 * The topics on which the names of the masks' ids are, where the parameters ask for them: the one below the mask's own,
 * or beside it, or else the nearest.
 * @throws EvaluationError where there is none, or several are as near
 */
export function namesTopics(
  source: MaskSource,
  topics: TopicPair,
  parameters: Parameters,
): Partial<Record<MaskName, string>> {
  const found: Partial<Record<MaskName, string>> = {}
  for (const mask of ['prediction', 'label'] as const) {
    const from = parameters[`${mask}.names_from`]
    if (from !== 'none') found[mask] = namesTopic(source, topics[mask], `${mask}.names_from`, from)
  }
  return found
}

function namesTopic(source: MaskSource, topic: string, parameter: string, from: string): string {
  const { type, ending } = KINDS[from]!
  const candidates = source.topics
    .filter(other => other.type === type && ending.test(other.name) && other.count > 0)
    .map(({ name }) => ({ name, shared: sharedParts(name, topic) }))
  const most = Math.max(...candidates.map(({ shared }) => shared))
  const nearest = candidates.filter(({ shared }) => shared === most)
  const [only] = nearest
  if (only && nearest.length === 1) return only.name
  const what = only
    ? `${nearest.map(({ name }) => name).join(' and ')} are as near to ${topic}`
    : `it has no topic of names (${type})`
  throw new EvaluationError(`${source.path}: parameter ${parameter} is ${from}, and ${what}`)
}

function sharedParts(a: string, b: string): number {
  const [x, y] = [a.split('/'), b.split('/')]
  let shared = 0
  while (shared < x.length && x[shared] === y[shared]) shared++
  return shared
}
