import { type Dirent, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Deeper than recordings are kept. */
const MOST_DEPTH = 16

/** Whether a path has characters that a shell would match names with. */
export const isGlob = (path: string): boolean => /[*?[{]/.test(path)

/**
 * Paths that match a pattern, in order of names: `*` and `?` within a name, `[a-c]`, `{a,b}`, and `**` for any folders.
 * Names that begin with a dot match only where the pattern does too.
 */
export function globbed(pattern: string): string[] {
  const found = new Set(alternatives(pattern).flatMap(one => matches(one)))
  return [...found].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
}

function matches(pattern: string): string[] {
  const isAbsolute = pattern.startsWith('/')
  return walk(isAbsolute ? '/' : '', pattern.split('/').filter(Boolean), 0)
}

function walk(directory: string, parts: readonly string[], depth: number): string[] {
  const [part, ...rest] = parts
  if (part === undefined) return directory === '' ? [] : [directory]
  if (depth > MOST_DEPTH) return []
  if (part === '**') {
    const below = entries(directory).filter(entry => entry.isDirectory() && !entry.name.startsWith('.'))
    const deeper = below.flatMap(({ name }) => walk(join(directory, name), parts, depth + 1))
    return [...walk(directory, rest, depth + 1), ...deeper]
  }
  if (part === '.' || part === '..') return walk(join(directory, part), rest, depth + 1)
  const expression = nameExpression(part)
  return entries(directory)
    .filter(({ name }) => expression.test(name) && (part.startsWith('.') || !name.startsWith('.')))
    .flatMap(({ name }) => walk(join(directory, name), rest, depth + 1))
}

function entries(directory: string): Dirent[] {
  try {
    return readdirSync(directory || '.', { withFileTypes: true })
  } catch (error) {
    // A file, or a folder that is not ours to read: nothing in it matches.
    if (error instanceof Error && 'syscall' in error) return []
    throw error
  }
}

/** A pattern without braces for each of what they hold. */
function alternatives(pattern: string): string[] {
  const [whole, before = '', choices = '', after = ''] = /^(.*?)\{([^{}]*,[^{}]*)\}(.*)$/s.exec(pattern) ?? []
  if (whole === undefined) return [pattern]
  return choices.split(',').flatMap(choice => alternatives(`${before}${choice}${after}`))
}

function nameExpression(part: string): RegExp {
  const source = part.replace(/\[!?[^\]]+\]|[\s\S]/g, token => {
    if (token === '*') return '[^/]*'
    if (token === '?') return '[^/]'
    if (token.length > 1) return token.replace(/^\[!/, '[^').replaceAll('\\', '\\\\')
    return token.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')
  })
  try {
    return new RegExp(`^${source}$`, 's')
  } catch {
    // A range such as [z-a] matches nothing.
    return /^(?!)/
  }
}
