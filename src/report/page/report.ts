import type { FrameTable } from '../frames.ts'
import type { Stamps } from '../stamps.ts'
import type { Summary } from '../summary.ts'
import type { PicturedFrame } from '../worst-frames.ts'

/** What a page is made of. */
export interface Report {
  summary: Summary
  /** The single frames; without them the page has no distributions. */
  frames: FrameTable | undefined
  /** The worst frames, worst first. */
  pictures: readonly PicturedFrame[]
  /** Stamps of the messages that came; undefined for a sum of recordings, which has no one course of time. */
  received: { predictions: Stamps; labels: Stamps } | undefined
}
