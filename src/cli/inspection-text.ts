import { stringify } from 'yaml'
import type { Advice } from '../inspection/advice.ts'
import { className, type Inspection, valueText } from '../inspection/inspect.ts'
import { printable } from '../printable.ts'
import { alignedColumns } from '../report/table.ts'

/** Values and ontologies that a table shows. */
const MOST_ROWS = 40
const MOST_FITS = 4

const percent = (share: number) => `${(100 * share).toFixed(share > 0 && share < 0.001 ? 4 : 2)} %`

/** What masks hold, as a table. */
export function inspectionText(inspection: Inspection): string {
  const { name, count, looked, form, channel, reading, counts, fits, problems } = inspection
  const what = form ? `${form.encoding}, ${form.width}x${form.height}` : 'not read'
  const lines = [`${printable(name)}: ${what}, ${looked} of ${count} masks looked at`]
  for (const problem of problems) lines.push(`  ${printable(problem)}`)
  if (form?.holds === 'probabilities') lines.push('  probabilities, which need no map')
  if (!reading) return lines.join('\n')
  if (channel) lines.push(`  ids in channel ${channel}`)
  const byPixels = [...counts.counts].sort((a, b) => b[1] - a[1])
  const palette = form?.palette
  const rows = byPixels
    .slice(0, MOST_ROWS)
    .map(([value, pixels]) => [
      `  ${valueText(value, inspection)}`,
      percent(pixels / counts.pixels),
      className(value, inspection),
      ...(palette
        ? [palette[value] === undefined ? '' : `#${palette[value].toString(16).padStart(6, '0')}`]
        : []),
    ])
  const header = [
    `  ${reading === 'ids' ? 'id' : 'colour'}`,
    'pixels',
    'class',
    ...(palette ? ['palette'] : []),
  ]
  lines.push(alignedColumns([header, ...rows], [0, 2, 3]))
  if (byPixels.length > MOST_ROWS) lines.push(`  and ${byPixels.length - MOST_ROWS} more`)
  lines.push(...fitLines(inspection, fits))
  return lines.join('\n')
}

function fitLines({ ontology, reading }: Inspection, fits: Inspection['fits']): string[] {
  const text = ({ ontology: { name }, named, values, share }: (typeof fits)[number]) =>
    `${name} (${named} of ${values} ${reading === 'ids' ? 'ids' : 'colours'}, ${percent(share)})`
  const list = fits.slice(0, MOST_FITS).map(text).join(', ')
  if (ontology) return [`  fits ${list}`]
  if (list === '') return ['  no ontology that ships has any of them']
  return [`  no ontology fits surely; these have some of them: ${list}`]
}

/** A parameter file, with what is left to be done as comments. */
export function parameterText({ parameters, notes }: Advice): string {
  const comments = notes.map(note => `# ${printable(note)}\n`).join('')
  if (Object.keys(parameters).length === 0) {
    return `${comments}# nothing to set: values are class ids as they are; name them in classes.names\n`
  }
  return comments + stringify({ '/**': { ros__parameters: parameters } }, { lineWidth: 0 })
}

/** What masks hold, for machines. */
export function inspectionJson(inspection: Inspection): Record<string, unknown> {
  const { name, count, looked, form, reading, channel, counts, fits, ontology, problems } = inspection
  return {
    name,
    masks: count,
    looked,
    encoding: form?.encoding ?? null,
    width: form?.width ?? null,
    height: form?.height ?? null,
    kind: reading ?? (form?.holds === 'probabilities' ? 'probabilities' : null),
    channel: channel ?? null,
    values: reading
      ? counts.values.map(value => ({
          value: reading === 'ids' ? value : valueText(value, inspection),
          pixels: counts.counts.get(value),
          share: counts.share(value),
          class: className(value, inspection) || null,
        }))
      : [],
    ontology: ontology?.name ?? null,
    fits: fits.map(({ ontology: { name: fit }, named, values, share }) => ({
      ontology: fit,
      named,
      values,
      share,
    })),
    problems,
  }
}
