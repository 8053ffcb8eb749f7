import type { NameStamp } from './stamp.ts'

/** Which file belongs to which message, by their places in the lists given. */
export interface Match {
  file: number
  message: number
  /** ns from the file's stamp to the message's. */
  apart: bigint
}

const absolute = (value: bigint) => (value < 0n ? -value : value)

/**
 * Matches files to messages by their stamps: the nearest first, each once, none further than the file's tolerance. Of
 * equal distances the earlier message goes first.
 * @param tolerance allowed for every file besides its own, ns
 */
export function matchByStamp(
  files: readonly NameStamp[],
  messages: readonly bigint[],
  tolerance = 0n,
): Match[] {
  const order = [...messages.keys()].sort((a, b) => compare(messages[a]!, messages[b]!) || a - b)
  const candidates = files.flatMap(({ stamp, tolerance: own }, file) => {
    const most = own > tolerance ? own : tolerance
    const found: Match[] = []
    for (let i = firstFrom(order, messages, stamp - most); i < order.length; i++) {
      const message = order[i]!
      const apart = messages[message]! - stamp
      if (apart > most) break
      found.push({ file, message, apart })
    }
    return found
  })
  candidates.sort(
    (a, b) =>
      compare(absolute(a.apart), absolute(b.apart)) ||
      compare(messages[a.message]!, messages[b.message]!) ||
      a.file - b.file,
  )
  const isUsed = { file: new Set<number>(), message: new Set<number>() }
  const matches = candidates.filter(({ file, message }) => {
    if (isUsed.file.has(file) || isUsed.message.has(message)) return false
    isUsed.file.add(file)
    isUsed.message.add(message)
    return true
  })
  return matches.sort((a, b) => a.message - b.message)
}

/** ns from each file to the nearest message, the sign dropped; undefined without messages. */
export function nearestMisses(files: readonly NameStamp[], messages: readonly bigint[]): bigint[] {
  const order = [...messages.keys()].sort((a, b) => compare(messages[a]!, messages[b]!))
  return files.flatMap(({ stamp }) => {
    const at = firstFrom(order, messages, stamp)
    const near = [order[at - 1], order[at]].flatMap(i =>
      i === undefined ? [] : [absolute(messages[i]! - stamp)],
    )
    return near.sort(compare).slice(0, 1)
  })
}

const compare = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0)

/** The first place in `order` whose message is not before `stamp`. */
function firstFrom(order: readonly number[], messages: readonly bigint[], stamp: bigint): number {
  let [low, high] = [0, order.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (messages[order[middle]!]! < stamp) low = middle + 1
    else high = middle
  }
  return low
}
