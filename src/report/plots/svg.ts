import { printable } from '../../printable.ts'
import type { Drawing, Shape } from './drawing.ts'

/** A drawing as SVG, which needs nothing else. */
export function svgOf({ width, height, shapes }: Drawing): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}pt" height="${height}pt" viewBox="0 0 ${width} ${height}" font-family="Helvetica, Arial, sans-serif">
<rect width="${width}" height="${height}" fill="#ffffff"/>
${shapes.map(element).join('\n')}
</svg>
`
}

function element(shape: Shape): string {
  if (shape.kind === 'line') {
    const points = shape.points.map(point => point.map(number).join(',')).join(' ')
    return `<polyline points="${points}" fill="none" stroke="${shape.colour}" stroke-width="${number(shape.width)}" stroke-linejoin="round"/>`
  }
  if (shape.kind === 'rect') {
    const { x, y, width, height, fill } = shape
    return `<rect x="${number(x)}" y="${number(y)}" width="${number(width)}" height="${number(height)}" fill="${fill}"/>`
  }
  const { x, y, size, anchor, colour } = shape
  return `<text x="${number(x)}" y="${number(y)}" font-size="${number(size)}" text-anchor="${anchor}" fill="${colour}">${escaped(shape.text)}</text>`
}

const number = (value: number) => String(Math.round(value * 100) / 100)

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
const escaped = (content: string) =>
  printable(content)
    .replace(/[&<>]/g, character => ENTITIES[character]!)
    .replace(/[\ufffe\uffff]/g, '\ufffd')
