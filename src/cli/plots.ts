import type { FrameTable } from '../report/frames.ts'
import { plotFiles } from '../report/plots/plots.ts'
import type { Summary } from '../report/summary.ts'
import { writeFiles } from '../report/write-files.ts'

/** Writes the charts of a run into a directory. */
export function writePlots(directory: string, summary: Summary, frames: FrameTable | undefined): void {
  writeFiles(directory, plotFiles(summary, frames))
}
