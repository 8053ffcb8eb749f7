import type { FrameTable } from '../frames.ts'
import type { Summary } from '../summary.ts'
import { charts } from './charts.ts'
import { pdfOf } from './pdf.ts'
import { svgOf } from './svg.ts'

/** The charts of a run as files: each as SVG and as PDF. */
export function plotFiles(
  summary: Summary,
  frames: FrameTable | undefined,
): Map<string, string | Uint8Array> {
  const files = new Map<string, string | Uint8Array>()
  for (const [name, drawing] of charts(summary, frames)) {
    files.set(`${name}.svg`, svgOf(drawing))
    files.set(`${name}.pdf`, pdfOf(drawing))
  }
  return files
}
