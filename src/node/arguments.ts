import { readFileSync } from 'node:fs'
import { matchesNode, parametersInFile, parseValue } from '../parameters/file.ts'
import { ParameterError, type RawValue } from '../parameters/parameters.ts'

/** One parameter file or one `-p` of the command line, in the order given. */
type ParameterSource =
  | { kind: 'file'; path: string }
  | { kind: 'rule'; node: string | undefined; name: string; value: string }

/** How many arguments name the program: Node.js and its script. */
const PROGRAM = 2

/** The command line, taken apart. */
export interface NodeArguments {
  /** What rcl is to see: remappings, log levels, and all that is no parameter. */
  rest: string[]
  sources: ParameterSource[]
  /** What is no ROS argument: names of nodes. */
  names: string[]
}

/**
 * Takes the parameters out of the ROS arguments: rclnodejs ignores parameter files with namespaces and throws at
 * integer arrays. Everything else stays for rcl.
 * @param argv as of a process: the first two are the program
 * @throws ParameterError for a flag without its value or a rule that is none
 */
export function splitArguments(argv: readonly string[]): NodeArguments {
  const rest: string[] = []
  const sources: ParameterSource[] = []
  const names: string[] = []
  let isRos = false
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i]!
    if (argument === '--ros-args') isRos = true
    else if (argument === '--') isRos = false
    else if (isRos && argument === '--params-file') {
      sources.push({ kind: 'file', path: valueBehind(argument, argv[++i]) })
      continue
    } else if (isRos && (argument === '-p' || argument === '--param')) {
      sources.push(parseRule(valueBehind(argument, argv[++i])))
      continue
    } else if (!isRos && i >= PROGRAM) names.push(argument)
    rest.push(argument)
  }
  return { rest, sources, names }
}

function valueBehind(flag: string, value: string | undefined): string {
  if (value === undefined) throw new ParameterError(`${flag}: expected a value behind it`)
  return value
}

/** `name:=value` or `node:name:=value`. */
function parseRule(rule: string): ParameterSource {
  const match = /^(?:([^:=]+):)?([^:=]+):=([\s\S]*)$/.exec(rule)
  if (!match) throw new ParameterError(`-p: expected name:=value, got "${rule}"`)
  return { kind: 'rule', node: match[1], name: match[2]!, value: match[3]! }
}

/**
 * The values that files and rules give to a node; of several the later wins.
 * @throws ParameterError when a file cannot be read or something is no YAML
 */
export function parameterOverrides(
  sources: readonly ParameterSource[],
  fullyQualifiedName: string,
): Map<string, RawValue> {
  const values = new Map<string, RawValue>()
  for (const source of sources) {
    if (source.kind === 'file') {
      const found = parametersInFile(readText(source.path), fullyQualifiedName, source.path)
      for (const [name, value] of found) values.set(name, value)
    } else if (source.node === undefined || matchesNode(source.node, fullyQualifiedName)) {
      values.set(source.name, parseValue(source.value, `-p ${source.name}`))
    }
  }
  return values
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new ParameterError(
      `parameter file ${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`,
    )
  }
}
