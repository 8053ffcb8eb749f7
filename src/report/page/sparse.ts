import { percentile, sorted } from '../statistics.ts'
import type { Stretch } from './timeline.ts'

/** One topic comes less often than the other, and nearly every message of it found its partner. */
export interface Sparse {
  /** The topic of which messages are left over by design. */
  denser: Stretch['side']
  /** One of so many messages of the denser topic is of a pair. */
  every: number
  /** Messages of the denser topic in stretches that are longer than usual, where one of the other is missing. */
  missed: number
}

/** So much of the sparser topic must have found its partner. */
const MATCHED = 0.9
/** From so many messages of the denser topic to one of the other on. */
const DENSER = 1.5
/** A stretch so much longer than usual is a gap. */
const GAP = 2

/**
 * Whether one topic is sparse by design: labels of every tenth frame are no failure of the nine between.
 * @param counts messages that came
 */
export function sparseOf(
  matched: number,
  counts: Record<Stretch['side'], number>,
  stretches: readonly Stretch[],
): Sparse | undefined {
  const [sparser, denser] =
    counts.label <= counts.prediction
      ? (['label', 'prediction'] as const)
      : (['prediction', 'label'] as const)
  if (matched < MATCHED * counts[sparser] || counts[denser] < DENSER * counts[sparser]) return undefined
  const usual = usualLength(denser, stretches)
  const missed = stretches
    .filter(stretch => stretch.side === denser && !isUsual(stretch, denser, usual))
    .reduce((sum, { messages }) => sum + messages, 0)
  return { denser, every: Math.round(counts[denser] / counts[sparser]), missed }
}

/** The stretches that are no consequence of a topic being sparse. */
export function withoutSparse(stretches: readonly Stretch[], sparse: Sparse | undefined): Stretch[] {
  if (!sparse) return [...stretches]
  const usual = usualLength(sparse.denser, stretches)
  return stretches.filter(stretch => !isUsual(stretch, sparse.denser, usual))
}

const usualLength = (denser: Stretch['side'], stretches: readonly Stretch[]) =>
  percentile(
    sorted(
      Float64Array.from(
        stretches.filter(({ side }) => side === denser),
        ({ messages }) => messages,
      ),
    ),
    50,
  )

const isUsual = ({ side, messages }: Stretch, denser: Stretch['side'], usual: number) =>
  side === denser && messages <= GAP * usual

export function sparseText({ denser, every }: Sparse): string {
  const [many, few] = denser === 'prediction' ? ['prediction', 'label'] : ['label', 'prediction']
  return `${few}s are sparser by design: about one ${many} in ${every} has one, and is scored`
}
