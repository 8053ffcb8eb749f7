import { printable } from '../printable.ts'
import type { Score } from './scores.ts'

/** How results may be printed. */
export const FORMATS = ['table', 'markdown', 'csv', 'latex', 'json'] as const
export type Format = (typeof FORMATS)[number]

/** A text, a number as it is, or a score, which is shown with four decimals but where all digits are wanted. */
export type Cell = string | number | { score: Score; isSigned?: boolean; isBest?: boolean }

/** Rows below a header, all of the same length. */
export interface Table {
  title: string
  header: readonly string[]
  rows: readonly (readonly Cell[])[]
}

/** Tables as text of a format. Of CSV, which is one table, only the first. */
export function formatTables(tables: readonly Table[], format: 'markdown' | 'csv' | 'latex'): string {
  if (format === 'csv') return csv(tables[0]!)
  return tables.map(format === 'markdown' ? markdown : latex).join('\n\n')
}

/** A score as it is shown: four decimals, a dash for undefined. */
export const shown = (value: Score): string => (value === null ? '-' : value.toFixed(4))

export const signed = (value: Score): string =>
  value === null ? '-' : `${value < 0 ? '' : '+'}${value.toFixed(4)}`

/** A cell as people read it. */
function cellText(cell: Cell): string {
  if (typeof cell === 'object') return cell.isSigned ? signed(cell.score) : shown(cell.score)
  return typeof cell === 'number' ? String(cell) : printable(cell)
}

function csv({ header, rows }: Table): string {
  const fieldOf = (cell: Cell) => (typeof cell === 'object' ? String(cell.score ?? '') : String(cell))
  const lines = [header, ...rows].map(row => row.map(cell => quoted(fieldOf(cell))).join(','))
  return lines.join('\n')
}

/** A field as RFC 4180 wants it. A spreadsheet would take a text that begins so for a formula. */
function quoted(field: string): string {
  const harmless = /^[=+\-@\t\r]/.test(field) && !Number.isFinite(Number(field)) ? `'${field}` : field
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

function markdown({ title, header, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rule = header.map((_, i) => (i === 0 ? '---' : '---:'))
  const cellOf = (cell: Cell) => {
    const text = markdownText(cellText(cell))
    return typeof cell === 'object' && cell.isBest ? `**${text}**` : text
  }
  const table = [line(header.map(markdownText)), line(rule), ...rows.map(row => line(row.map(cellOf)))]
  return [title === '' ? '' : `### ${markdownText(title)}\n`, ...table].filter(Boolean).join('\n')
}

/** Foreign text that Markdown and HTML leave as it is. */
export const markdownText = (text: string): string =>
  printable(text, 300).replace(/[\\`*_{}[\]()#!|<>&~]/g, character => `&#${character.codePointAt(0)};`)

/** Needs the package booktabs. */
function latex({ title, header, rows }: Table): string {
  const line = (cells: readonly string[]) => `  ${cells.join(' & ')} \\\\`
  const cellOf = (cell: Cell) => {
    const text = typeof cell === 'string' ? latexText(cell) : `$${cellText(cell)}$`
    if (cellText(cell) === '-') return '--'
    return typeof cell === 'object' && cell.isBest ? `$\\mathbf{${cellText(cell)}}$` : text
  }
  return [
    ...(title === '' ? [] : [`% ${printable(title)}`]),
    `\\begin{tabular}{l${'r'.repeat(header.length - 1)}}`,
    '  \\toprule',
    line(header.map(latexText)),
    '  \\midrule',
    ...rows.map(row => line(row.map(cellOf))),
    '  \\bottomrule',
    '\\end{tabular}',
  ].join('\n')
}

const LATEX: Record<string, string> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
}

const latexText = (text: string) =>
  printable(text).replace(/[\\~^<>#$%&_{}]/g, character => LATEX[character] ?? `\\${character}`)
