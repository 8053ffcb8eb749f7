import type { Command, Option } from 'commander'
import { PARAMETER_NAMES } from '../parameters/table.ts'
import { FORMATS } from '../report/formats.ts'
import { GATE_NAMES } from '../report/gates.ts'
import { Exit, usageError } from './errors.ts'

export const SHELLS = ['bash', 'zsh', 'fish'] as const

/** `dice-monitor completion`. @returns the exit code */
export function completion(shell: string, program: Command): number {
  const commands = program.commands.map(command => ({
    name: command.name(),
    description: command.description(),
    options: command.options,
  }))
  const scripts: Record<string, (commands: readonly CommandOutline[]) => string> = { bash, zsh, fish }
  const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined
  if (!script) throw usageError(`completion: expected one of ${SHELLS.join(', ')}, got "${shell}"`)
  process.stdout.write(script(commands))
  return Exit.DONE
}

interface CommandOutline {
  name: string
  description: string
  options: readonly Option[]
}

/** What may follow an option, when it is not a file. */
function wordsAfter(option: Option): readonly string[] | undefined {
  if (option.long === '--set') return PARAMETER_NAMES.map(name => `${name}=`)
  if (option.long === '--fail-under' || option.long === '--max-drop')
    return GATE_NAMES.map(name => `${name}=`)
  if (option.long === '--format') return FORMATS
  return undefined
}

const flagsOf = ({ short, long }: Option) => [short, long].filter(flag => flag !== undefined)

function bash(commands: readonly CommandOutline[]): string {
  const cases = commands.map(({ name, options }) => {
    const lists = options.flatMap(option => {
      const words = wordsAfter(option)
      return words
        ? [`      ${flagsOf(option).join('|')}) compopt -o nospace; words="${words.join(' ')}" ;;`]
        : []
    })
    const flags = options.flatMap(flagsOf).join(' ')
    return `    ${name})
      case $last in
${[...lists, `      *) words="${name === 'completion' ? SHELLS.join(' ') : flags}" ;;`].join('\n')}
      esac ;;`
  })
  return `# bash completion of dice-monitor
_dice_monitor() {
  local current=\${COMP_WORDS[COMP_CWORD]} last= words= i
  # Options that take several values are looked for behind the words before.
  for ((i = COMP_CWORD - 1; i > 1; i--)); do
    if [[ \${COMP_WORDS[i]} == -* ]]; then last=\${COMP_WORDS[i]}; break; fi
  done
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(' ')} help --help --version" -- "$current"))
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
  esac
  if [[ $current == -* ]]; then words=\${words:+$words }--help; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _dice_monitor dice-monitor
`
}

const shellQuoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`

/** A description inside an argument of `_arguments`, where brackets and colons end it. */
const zshDescription = (text: string) => text.replace(/[[\]:]/g, '\\$&')

function zsh(commands: readonly CommandOutline[]): string {
  const argumentsOf = ({ name, options }: CommandOutline) => {
    const specs = options.flatMap(option =>
      flagsOf(option).map(flag => {
        const words = wordsAfter(option)
        const value = option.required
          ? words
            ? `:value:(${words.join(' ')})`
            : `:${option.attributeName()}:_files`
          : ''
        const repeat = option.variadic ? '*' : ''
        return shellQuoted(`${repeat}${flag}[${zshDescription(option.description)}]${value}`)
      }),
    )
    const rest = name === 'completion' ? `'1:shell:(${SHELLS.join(' ')})'` : "'*:file:_files'"
    return `    ${name}) _arguments ${[...specs, rest].join(' ')} ;;`
  }
  return `#compdef dice-monitor
_dice_monitor() {
  local -a commands
  commands=(${commands.map(({ name, description }) => shellQuoted(`${name}:${description}`)).join(' ')})
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
  case $command in
${commands.map(argumentsOf).join('\n')}
  esac
}
if [[ $funcstack[1] == _dice-monitor ]]; then _dice_monitor "$@"; else compdef _dice_monitor dice-monitor; fi
`
}

const fishQuoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

function fish(commands: readonly CommandOutline[]): string {
  const lines = commands.flatMap(({ name, description, options }) => {
    const when = `-n '__fish_seen_subcommand_from ${name}'`
    return [
      `complete -c dice-monitor -n __fish_use_subcommand -f -a ${name} -d ${fishQuoted(description)}`,
      ...options.map(option => {
        const flags = flagsOf(option).map(flag =>
          flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
        )
        const words = wordsAfter(option)
        const value = option.required ? (words ? ` -x -a ${fishQuoted(words.join(' '))}` : ' -r') : ''
        return `complete -c dice-monitor ${when} ${flags.join(' ')}${value} -d ${fishQuoted(option.description)}`
      }),
    ]
  })
  const shells = `complete -c dice-monitor -n '__fish_seen_subcommand_from completion' -f -a ${fishQuoted(SHELLS.join(' '))}`
  return `# fish completion of dice-monitor\n${[...lines, shells].join('\n')}\n`
}
