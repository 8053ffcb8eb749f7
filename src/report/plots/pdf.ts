import { printable } from '../../printable.ts'
import type { Colour, Drawing, Shape } from './drawing.ts'

/**
 * A drawing as a PDF of one page (ISO 32000-1): lines, areas and text in Helvetica, which every reader has. Characters
 * beyond Latin-1 are question marks.
 */
export function pdfOf({ width, height, shapes }: Drawing): Buffer {
  const content = shapes.map(shape => operators(shape, height)).join('\n')
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${width} ${height}] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>`,
    `<< /Length ${Buffer.byteLength(content, 'latin1')} >>\nstream\n${content}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
  ]
  let body = '%PDF-1.4\n'
  const offsets = objects.map((object, i) => {
    const offset = Buffer.byteLength(body, 'latin1')
    body += `${i + 1} 0 obj\n${object}\nendobj\n`
    return `${String(offset).padStart(10, '0')} 00000 n \n`
  })
  const start = Buffer.byteLength(body, 'latin1')
  const size = objects.length + 1
  body += `xref\n0 ${size}\n0000000000 65535 f \n${offsets.join('')}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`
  return Buffer.from(body, 'latin1')
}

/** y goes up in a PDF. */
function operators(shape: Shape, height: number): string {
  if (shape.kind === 'line') {
    const points = shape.points.map(
      ([x, y], i) => `${number(x)} ${number(height - y)} ${i === 0 ? 'm' : 'l'}`,
    )
    return `${rgb(shape.colour)} RG ${number(shape.width)} w 1 j ${points.join(' ')} S`
  }
  if (shape.kind === 'rect') {
    const { x, y, width, height: high, fill } = shape
    return `${rgb(fill)} rg ${number(x)} ${number(height - y - high)} ${number(width)} ${number(high)} re f`
  }
  const content = [...printable(shape.text)]
    .map(character => (character <= '\u00ff' ? character : '?'))
    .join('')
  const shift = { start: 0, middle: 0.5, end: 1 }[shape.anchor]
  const x = shape.x - shift * widthOf(content, shape.size)
  const escaped = content.replace(/[\\()]/g, '\\$&')
  return `BT ${rgb(shape.colour)} rg /F ${number(shape.size)} Tf ${number(x)} ${number(height - shape.y)} Td (${escaped}) Tj ET`
}

const number = (value: number) => String(Math.round(value * 100) / 100)

const rgb = (colour: Colour) =>
  [1, 3, 5].map(at => number(Number.parseInt(colour.slice(at, at + 2), 16) / 255)).join(' ')

/** Widths of Helvetica from the space on, in thousandths of the size (Adobe's font metrics); others as a digit. */
const WIDTHS = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
  556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
  500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
  556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
  278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
]

/** How wide a text in Helvetica is, in points. */
export const widthOf = (content: string, size: number): number =>
  [...content].reduce((sum, character) => sum + (WIDTHS[character.charCodeAt(0) - 32] ?? 556), 0) *
  (size / 1000)
