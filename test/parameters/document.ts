import { PARAMETER_NAMES, PARAMETERS, type ParameterSpec } from '../../src/parameters/table.ts'

const WIDTH = 96

/** The annotated parameter file: every parameter with its default, so that the file changes nothing as it is. */
export function parameterFile(): string {
  const lines = [
    '# Every parameter of dice_monitor with its default.',
    '# Pass it with --ros-args --params-file, or params_file:= of the launch files, or --config of dice-monitor.',
    '/**:',
    '  ros__parameters:',
  ]
  for (const name of PARAMETER_NAMES) {
    const spec: ParameterSpec = PARAMETERS[name]
    lines.push('', ...wrapped(`${spec.description}${constraints(spec)}`, '    # '))
    lines.push(`    ${spec.unsetInFile ? '# ' : ''}${name}: ${yamlValue(spec)}`)
  }
  return `${lines.join('\n')}\n`
}

/** The parameters as a Markdown table. */
export function parameterTable(): string {
  const rows = PARAMETER_NAMES.map(name => {
    const spec: ParameterSpec = PARAMETERS[name]
    const text = `${spec.description}${constraints(spec)}`.replaceAll('|', '\\|')
    return `| \`${name}\` | ${spec.type.replace('_array', '[]')} | \`${yamlValue(spec)}\` | ${text} |`
  })
  return ['| parameter | type | default | meaning |', '|---|---|---|---|', ...rows].join('\n')
}

function constraints({ unit, min, max, choices, readOnly }: ParameterSpec): string {
  const parts: string[] = []
  if (choices) parts.push(`One of ${choices.join(', ')}.`)
  if (min !== undefined) parts.push(`From ${min} to ${max}${unit ? ` ${unit}` : ''}.`)
  if (readOnly) parts.push('Read-only.')
  return parts.map(part => ` ${part}`).join('')
}

function yamlValue({ type, default: value }: ParameterSpec): string {
  if (typeof value === 'object') return `[${value.join(', ')}]`
  if (typeof value === 'string') return `"${value}"`
  return type === 'double' && Number.isInteger(value) ? `${value}.0` : String(value)
}

function wrapped(text: string, prefix: string): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && prefix.length + line.length + 1 + word.length > WIDTH) {
      lines.push(prefix + line)
      line = ''
    }
    line += line === '' ? word : ` ${word}`
  }
  return [...lines, prefix + line]
}
