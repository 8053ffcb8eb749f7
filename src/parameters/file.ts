import { isAlias, isMap, isScalar, isSeq, type Node, parseDocument, type ScalarTag } from 'yaml'
import { ParameterError, type RawValue } from './parameters.ts'

/** Parameters of one node entry in a file: the entry's name pattern and its values, dots joining nested keys. */
interface NodeEntry {
  pattern: string
  values: Map<string, RawValue>
}

/**
 * The parameters that a ROS 2 parameter file gives to one node, under the rules of rcl_yaml_param_parser and
 * rclcpp: keys nest namespaces until `ros__parameters`, `/*` stands for one name and `/**` for any number, and of
 * several entries that match the later wins.
 * @param text content of the file
 * @param fullyQualifiedName the node's namespace and name, `/ns/dice_monitor`
 * @param source what to call the file in an error
 * @throws ParameterError when the text is not YAML or not of this form
 */
export function parametersInFile(
  text: string,
  fullyQualifiedName: string,
  source: string,
): Map<string, RawValue> {
  const values = new Map<string, RawValue>()
  for (const entry of nodeEntries(parseYaml(text, source), source)) {
    if (!matchesNode(entry.pattern, fullyQualifiedName)) continue
    for (const [name, value] of entry.values) values.set(name, value)
  }
  return values
}

/** A value written in YAML, as after `-p name:=` or `--set name=`. @throws ParameterError */
export function parseValue(text: string, source: string): RawValue {
  const node = parseYaml(text, source)
  if (node === null) throw new ParameterError(`${source}: expected a value, got nothing`)
  return rawValue(node, source)
}

/** rcl takes YAML 1.1's words for booleans and plain decimal or hexadecimal integers; the rest is YAML 1.2. */
const BOOLEAN: ScalarTag = {
  identify: value => typeof value === 'boolean',
  default: true,
  tag: 'tag:yaml.org,2002:bool',
  test: /^(?:[Yy]|[Yy]es|YES|[Tt]rue|TRUE|[Oo]n|ON|[Nn]|[Nn]o|NO|[Ff]alse|FALSE|[Oo]ff|OFF)$/,
  resolve: text => /^(?:y|t|on)/i.test(text),
}

/** A type that is said, as ROS 2 takes it from Lyrical on: `!!float 10`. */
const FLOAT: ScalarTag = {
  default: false,
  tag: 'tag:yaml.org,2002:float',
  resolve: (text, onError) => {
    const named: Record<string, number> = {
      '.inf': Infinity,
      '+.inf': Infinity,
      '-.inf': -Infinity,
      '.nan': NaN,
    }
    const value = named[text.toLowerCase()] ?? (text.trim() === '' ? Number.NaN : Number(text))
    if (Number.isNaN(value) && text.toLowerCase() !== '.nan')
      onError(`!!float: expected a number, got "${text}"`)
    return value
  },
}

function parseYaml(text: string, source: string): Node | null {
  const document = parseDocument(text, {
    intAsBigInt: true,
    merge: true,
    customTags: tags => [BOOLEAN, FLOAT, ...tags],
  })
  const [error] = document.errors
  if (error) throw new ParameterError(`${source}: not YAML: ${error.message.split('\n')[0]}`)
  return document.contents
}

function nodeEntries(root: Node | null, source: string): NodeEntry[] {
  if (root === null) return []
  const entries: NodeEntry[] = []
  collect(root, '', entries, source)
  return entries
}

function collect(node: unknown, path: string, entries: NodeEntry[], source: string): void {
  if (!isMap(node)) {
    const where = path === '' ? 'the top' : `"${path}"`
    throw new ParameterError(`${source}: expected a map of nodes with ros__parameters at ${where}`)
  }
  for (const { key, value } of node.items) {
    const name = String(isScalar(key) ? key.value : key)
    if (name === 'ros__parameters') {
      if (path === '') throw new ParameterError(`${source}: ros__parameters needs a node name above it`)
      const values = new Map<string, RawValue>()
      if (isMap(value)) flatten(value, '', values, source)
      else if (!isScalar(value) || value.value !== null) {
        throw new ParameterError(`${source}: expected a map under ros__parameters of "${path}"`)
      }
      entries.push({ pattern: path, values })
    } else {
      collect(value, join(path, name), entries, source)
    }
  }
}

/** `ns` + `node` -> `/ns/node`; an empty namespace, as launch_ros may write it, adds nothing. */
function join(path: string, name: string): string {
  const trimmed = name.replace(/^\/+|\/+$/g, '')
  return trimmed === '' ? path || '/' : `${path === '/' ? '' : path}/${trimmed}`
}

function flatten(map: Node, prefix: string, values: Map<string, RawValue>, source: string): void {
  if (!isMap(map)) return
  for (const { key, value } of map.items) {
    const name = prefix + String(isScalar(key) ? key.value : key)
    if (isMap(value)) flatten(value, `${name}.`, values, source)
    else values.set(name, rawValue(value, `${source}: parameter ${name}`))
  }
}

function rawValue(node: unknown, source: string): RawValue {
  if (isAlias(node)) throw new ParameterError(`${source}: YAML aliases are not supported here`)
  if (isSeq(node)) return node.items.map(item => rawValue(item, source))
  const value = isScalar(node) ? node.value : undefined
  switch (typeof value) {
    case 'boolean':
    case 'bigint':
    case 'number':
    case 'string':
      return value
    default:
      throw new ParameterError(`${source}: expected a value, got ${value === null ? 'nothing' : 'a map'}`)
  }
}

/** rclcpp's rule (parameter_map_from): `/**` is any number of names, `/*` is one; a leading slash may be left out. */
export function matchesNode(pattern: string, fullyQualifiedName: string): boolean {
  const expression = pattern
    .replace(/^\//, '')
    .split('/')
    .map(part => (part === '**' ? '(/\\w+)*' : part === '*' ? '/\\w+' : `/${escaped(part)}`))
    .join('')
  return new RegExp(`^${expression}$`).test(fullyQualifiedName)
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
