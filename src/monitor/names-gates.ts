import type { Moment } from '../pairing/moment.ts'
import type { Parameters } from '../parameters/table.ts'
import { pairingOptions } from './configuration.ts'
import type { CountingRules } from './count-pair.ts'
import type { Frame } from './frame.ts'
import { maskError } from './mask-error.ts'
import { MaskNames, type NamesFrom } from './mask-names.ts'
import type { MaskName } from './mask-rules.ts'
import { type Limits, NamesGate } from './names-gate.ts'
import type { ReceivedImage } from './received-image.ts'

const MASKS = ['prediction', 'label'] as const

/** The gates of the topics whose names are published, and what goes through them. */
export class NamesGates {
  readonly #offer: (mask: MaskName, image: ReceivedImage) => void
  readonly #gates: Record<MaskName, NamesGate | undefined> = { prediction: undefined, label: undefined }
  #limits: Limits = { maxWait: 0, queueSize: 0, queueBytes: 0 }

  /** @param offer takes a mask that need not wait for names any longer */
  constructor(offer: (mask: MaskName, image: ReceivedImage) => void) {
    this.#offer = offer
  }

  /** The gate of a topic; undefined where its names are not published. */
  of(mask: MaskName): NamesGate | undefined {
    return this.#gates[mask]
  }

  /** Makes the gates that the parameters ask for. What waited at one that is no more goes on. */
  configure(parameters: Parameters, rules: CountingRules): void {
    this.#limits = pairingOptions(parameters)
    for (const mask of MASKS) {
      const from = parameters[`${mask}.names_from`] as NamesFrom | 'none'
      const gate = this.#gates[mask]
      if (gate && from === gate.names.from) gate.names.configure(parameters, rules[mask])
      else {
        const names = from === 'none' ? undefined : new MaskNames(parameters, rules[mask], from)
        this.#gates[mask] = names && new NamesGate(names)
        this.#release(mask, gate, Number.POSITIVE_INFINITY)
      }
    }
  }

  /** Lets on what need not wait any longer. */
  release(moment: Moment): void {
    const { prediction, label } = this.#gates
    // The time as an argument would be put on the heap, also where there is nothing to wait for.
    if (prediction) this.#release('prediction', prediction, moment.now)
    if (label) this.#release('label', label, moment.now)
  }

  /** As {@link release}, when nothing more will come. */
  releaseAll(): void {
    for (const mask of MASKS) this.#release(mask, this.#gates[mask], Number.POSITIVE_INFINITY)
  }

  /**
   * Has the masks of a frame read by the names that hold for their stamps.
   * @throws MessageError where no names have come
   */
  place(rules: CountingRules, frame: Frame): void {
    for (let i = 0; i < MASKS.length; i++) {
      const mask = MASKS[i]!
      const names = this.#gates[mask]?.names
      if (!names) continue
      if (names.isEmpty) throw maskError(mask, `no names have come (${mask}.names_from: ${names.from})`)
      rules[mask] = names.rulesAt(frame[mask].sec, frame[mask].nanosec)
    }
  }

  /** Whether a message is held. */
  get isHolding(): boolean {
    return MASKS.some(mask => this.#gates[mask]?.isHolding)
  }

  /** The messages that are held. */
  *messages(): Generator<Uint8Array> {
    for (const mask of MASKS) if (this.#gates[mask]) yield* this.#gates[mask].messages()
  }

  #release(mask: MaskName, gate: NamesGate | undefined, now: number): void {
    if (!gate) return
    for (let image = gate.next(now, this.#limits); image; image = gate.next(now, this.#limits)) {
      this.#offer(mask, image)
    }
  }
}
