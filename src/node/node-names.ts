import { ParameterError } from '../parameters/parameters.ts'
import { printable } from '../printable.ts'

/** What the one node is called when no names are given. */
export const DEFAULT_NAME = 'dice_monitor'
/** Names of topics and services below a node's may have 247 characters. */
const LONGEST = 200
const NAME = /^\/?(?:[A-Za-z_]\w*\/)*[A-Za-z_]\w*$/

/** One of the nodes that the command line asks for. */
export interface NodeName {
  name: string
  /** With its slash: `/` or `/front`. */
  namespace: string
  /** Whether its topics lie below its name, as nothing else would keep them apart from another node's. */
  hasOwnTopics: boolean
}

/**
 * The nodes that the names ask for, `front` or `/front/dice_monitor`; without names one by the default name. Topics are
 * relative to the namespace; below the node's own name where the name has no namespace or several share it.
 * @throws ParameterError for what cannot be the name of a node, and for one that is there twice
 */
export function nodeNames(names: readonly string[]): NodeName[] {
  if (names.length === 0) return [{ name: DEFAULT_NAME, namespace: '/', hasOwnTopics: false }]
  for (const name of names) checkName(name)
  const absolute = names.map(name => `/${name.replace(/^\//, '')}`)
  requireDifferent(absolute)
  const namespaces = absolute.map(name => name.slice(0, name.lastIndexOf('/')) || '/')
  return absolute.map((name, i) => {
    const namespace = namespaces[i]!
    const shared = namespaces.filter(other => other === namespace).length > 1
    return {
      name: name.slice(name.lastIndexOf('/') + 1),
      namespace,
      hasOwnTopics: namespace === '/' || shared,
    }
  })
}

/**
 * Looks at what rcl will call the nodes, as it would warn of two of one name before we could say anything.
 * @param rest what rcl is to see of the command line
 * @throws ParameterError when remapping gives two nodes one name
 */
export function requireDifferentWhenRemapped(nodes: readonly NodeName[], rest: readonly string[]): void {
  requireDifferent(
    nodes.map(({ name, namespace }) => {
      const newNamespace = remapped(['__ns'], name, rest) ?? namespace
      return `${newNamespace === '/' ? '' : newNamespace}/${remapped(['__node', '__name'], name, rest) ?? name}`
    }),
  )
}

/** Whether a rule gives a node's topic a name, which may be the one that it has anyhow. */
export const isRemapped = (topic: string, node: string, rest: readonly string[]): boolean =>
  remapped([topic], node, rest) !== undefined

/** The first rule for it that is for every node or for this one, `-r front:__ns:=/robot`. */
function remapped(what: readonly string[], node: string, rest: readonly string[]): string | undefined {
  for (let i = rest.indexOf('--ros-args') + 1; i > 0 && i < rest.length; i++) {
    if (rest[i - 1] !== '-r' && rest[i - 1] !== '--remap') continue
    const [, of, from, to] = /^(?:(\w+):)?(\w+):=(.*)$/.exec(rest[i]!) ?? []
    if (from !== undefined && what.includes(from) && (of === undefined || of === node)) return to
  }
  return undefined
}

/** @throws ParameterError when two of the fully qualified names are the same */
function requireDifferent(names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (twice === undefined) return
  throw new ParameterError(`two nodes would be called ${printable(twice)}: each needs a name of its own`)
}

function checkName(name: string): void {
  if (name.startsWith('-')) {
    throw new ParameterError(`expected names of nodes before --ros-args, got ${printable(name)}`)
  }
  if (name.length > LONGEST) {
    throw new ParameterError(
      `expected names of nodes of at most ${LONGEST} characters, got one of ${name.length}`,
    )
  }
  if (NAME.test(name)) return
  throw new ParameterError(
    `"${printable(name)}" is no name of a node: expected letters, digits and _, not a digit first, as in front or /front/dice_monitor`,
  )
}
