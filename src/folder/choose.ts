import type { FrameName, MaskKind } from './names.ts'

/** Best first. What is not among them is never read. */
const RANKS: readonly MaskKind[] = ['ids', 'train ids', 'plain', 'colours', 'panoptic', 'image']

/** The masks of a folder that may be scored, and how many of which kind are passed over. */
export interface Chosen {
  names: FrameName[]
  passedOver: ReadonlyMap<MaskKind, number>
}

/**
 * Of the masks of one frame the best kind stays: ids rather than colours, no instances, nothing that is for the eye
 * alone; what the camera saw only where there is nothing else.
 * @param side of labels, pictures of the camera are none of them if there are masks
 * @param prefersTrainIds whether train ids come before ids
 */
export function chooseKinds(
  names: readonly FrameName[],
  side: 'prediction' | 'label',
  prefersTrainIds: boolean,
): Chosen {
  const ranks = prefersTrainIds ? ['train ids', ...RANKS] : RANKS
  const rankOf = ({ kind }: FrameName) => {
    const rank = ranks.indexOf(kind)
    return rank < 0 ? Number.POSITIVE_INFINITY : rank
  }
  const hasMasks = names.some(name => rankOf(name) < ranks.indexOf('image'))
  const best = new Map<string, number>()
  for (const name of names) {
    const key = keyOf(name)
    best.set(key, Math.min(rankOf(name), best.get(key) ?? Number.POSITIVE_INFINITY))
  }
  const passedOver = new Map<MaskKind, number>()
  const chosen = names.filter(name => {
    const rank = rankOf(name)
    const isImage = side === 'label' && name.kind === 'image' && hasMasks
    if (rank === best.get(keyOf(name)) && Number.isFinite(rank) && !isImage) return true
    passedOver.set(name.kind, (passedOver.get(name.kind) ?? 0) + 1)
    return false
  })
  return { names: chosen, passedOver }
}

const keyOf = ({ folders, stem }: FrameName) => [...folders, stem].join('/')
