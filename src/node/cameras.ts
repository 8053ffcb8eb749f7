import { LEVEL_NAMES, Level } from '../monitor/verdict.ts'
import type { DiagnosticStatus } from './messages.ts'
import { DEFAULT_NAME } from './node-names.ts'
import { fixed } from './values.ts'

/** Digits behind the point of a dice. */
const DIGITS = 4

/** A monitor as far as it is compared with the others. */
export interface Camera {
  /** Fully qualified. */
  readonly name: string
  /** The windowed dice; NaN before the first pair. */
  readonly dice: number
  onDiagnostics: (statuses: readonly DiagnosticStatus[]) => void
  publishStatus(statuses: readonly DiagnosticStatus[]): void
}

/** Of a camera's tasks the one that is worst, the first of equals. */
interface Condition {
  level: number
  message: string
}

/**
 * The combined status of several monitors: that of the worst. Published whenever the first one's are, and at once when
 * its level changes.
 */
export class Cameras {
  readonly #cameras: readonly Camera[]
  readonly #conditions: Condition[]
  readonly #task: string
  #published: number = Level.OK

  constructor(cameras: readonly Camera[]) {
    this.#cameras = cameras
    this.#conditions = cameras.map(() => ({ level: Level.OK, message: 'starting' }))
    this.#task = `${combinedName(cameras.map(({ name }) => name))}: Cameras`
    cameras.forEach((camera, i) => {
      camera.onDiagnostics = statuses => this.#onDiagnostics(i, statuses)
    })
  }

  #onDiagnostics(index: number, statuses: readonly DiagnosticStatus[]): void {
    this.#conditions[index] = statuses.reduce((worst, status) =>
      status.level > worst.level ? status : worst,
    )
    const worst = this.#worst()
    const { level } = this.#conditions[worst]!
    if (index > 0 && level === this.#published) return
    this.#published = level
    this.#cameras[0]!.publishStatus([this.#status(worst)])
  }

  /** The one with the highest level; of equals the one with the lowest dice, then the first. */
  #worst(): number {
    let worst = 0
    for (let i = 1; i < this.#cameras.length; i++) {
      const [here, there] = [this.#conditions[i]!.level, this.#conditions[worst]!.level]
      const [dice, least] = [this.#cameras[i]!.dice, this.#cameras[worst]!.dice]
      if (here > there || (here === there && (dice < least || (Number.isNaN(least) && !Number.isNaN(dice)))))
        worst = i
    }
    return worst
  }

  #status(worst: number): DiagnosticStatus {
    const { level, message } = this.#conditions[worst]!
    const values = this.#cameras.flatMap(({ name, dice }, i) => [
      { key: `${name} level`, value: LEVEL_NAMES[this.#conditions[i]!.level]! },
      { key: `${name} window_dice`, value: fixed(dice, DIGITS) },
    ])
    const { name } = this.#cameras[worst]!
    return {
      level,
      name: this.#task,
      message: `worst of ${this.#cameras.length}: ${name}: ${message}`,
      hardware_id: 'none',
      values: [{ key: 'worst camera', value: name }, ...values],
    }
  }
}

/** In the namespace that all have in common: two processes in two namespaces must not have tasks of one name. */
function combinedName(names: readonly string[]): string {
  const paths = names.map(name => name.split('/').slice(1, -1))
  const first = paths[0]!
  const differs = first.findIndex((part, i) => paths.some(path => path[i] !== part))
  const common = differs < 0 ? first : first.slice(0, differs)
  return common.length === 0 ? DEFAULT_NAME : `/${common.join('/')}/${DEFAULT_NAME}`
}
