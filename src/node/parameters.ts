import { ParameterError, type RawValue } from '../parameters/parameters.ts'
import {
  isParameterName,
  PARAMETER_NAMES,
  PARAMETERS,
  type ParameterSpec,
  type Parameters,
  type ParameterType,
} from '../parameters/table.ts'
import { printable } from '../printable.ts'

/** rcl_interfaces/msg/ParameterType. */
export const TYPE_CODES: Record<ParameterType, number> = {
  bool: 1,
  integer: 2,
  double: 3,
  string: 4,
  integer_array: 7,
  string_array: 9,
}

/** What every ROS 2 node has besides the parameters of the table. */
export interface NodeSettings {
  use_sim_time: boolean
}

const SETTINGS: Record<keyof NodeSettings, ParameterSpec<'bool'>> = {
  use_sim_time: { type: 'bool', default: false, description: 'Take the time from /clock.' },
}

/** A value that a request sets, or why it cannot be one. */
export type Change = { name: string } & ({ value: RawValue; problem?: never } | { problem: string })

/** rcl_interfaces/msg/SetParametersResult. */
export interface SetResult {
  successful: boolean
  reason: string
}

const DONE: SetResult = { successful: true, reason: '' }
const refusal = (reason: string): SetResult => ({ successful: false, reason: printable(reason) })

/** What the node does with a set of changes that may be made. @throws ParameterError, and then nothing changes */
export type Apply = (changes: ReadonlyMap<string, RawValue>) => void

/** The node's parameters as its services show and set them. */
export class NodeParameters {
  readonly names: readonly string[] = [...PARAMETER_NAMES, ...Object.keys(SETTINGS)]
  readonly #values: () => Parameters & NodeSettings
  readonly #apply: Apply

  /** @param values the values that hold now */
  constructor(values: () => Parameters & NodeSettings, apply: Apply) {
    this.#values = values
    this.#apply = apply
  }

  specification(name: string): ParameterSpec | undefined {
    if (isParameterName(name)) return PARAMETERS[name]
    return Object.hasOwn(SETTINGS, name) ? SETTINGS[name as keyof NodeSettings] : undefined
  }

  value(name: string): Parameters[keyof Parameters] {
    return this.#values()[name as keyof Parameters]
  }

  /**
   * Makes changes, with a result for each. They are judged together, as a parameter file that is loaded is meant
   * (a new error threshold may be above the old warn threshold). If they do not fit together each is judged by
   * itself, in their order, as rclcpp does; and what is refused once more when others have been made, as it may fit
   * them (the file holds a read-only parameter too), unless one of the same name has.
   */
  set(changes: readonly Change[]): SetResult[] {
    if (changes.length > 1 && this.setAtomically(changes).successful) return changes.map(() => DONE)
    const results = changes.map(change => this.setAtomically([change]))
    const made = new Set(changes.filter((_, i) => results[i]!.successful).map(({ name }) => name))
    for (let before = 0; made.size > before; ) {
      before = made.size
      changes.forEach((change, i) => {
        if (results[i]!.successful || made.has(change.name)) return
        results[i] = this.setAtomically([change])
        if (results[i]!.successful) made.add(change.name)
      })
    }
    return results
  }

  /** Makes all changes or none. */
  setAtomically(changes: readonly Change[]): SetResult {
    const wanted = new Map<string, RawValue>()
    for (const change of changes) {
      const { name } = change
      const spec = this.specification(name)
      if (!spec) return refusal(`parameter ${name}: not declared`)
      if (spec.readOnly) return refusal(`parameter ${name}: read-only`)
      if (change.problem !== undefined) return refusal(`parameter ${name}: ${change.problem}`)
      wanted.set(name, change.value)
    }
    try {
      this.#apply(wanted)
    } catch (error) {
      if (error instanceof ParameterError) return refusal(error.message)
      throw error
    }
    return DONE
  }
}
