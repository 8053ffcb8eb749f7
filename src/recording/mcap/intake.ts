import { Survey } from '../order.ts'
import type { RecordedMessage } from '../recording.ts'
import type { Reading } from '../storage.ts'
import { transcodedOrProblem } from '../transcode/transcode.ts'
import type { Channels } from './channels.ts'
import { type Channel, Fields, type MessageHeader, Opcode, parseMessageHeader, recordsOf } from './records.ts'
import type { WalkOptions } from './walk.ts'

/** What is done with the messages of a file, wherever in it they stand. */
export class Intake {
  /** Messages met, wanted or not. */
  messages = 0
  readonly #options: WalkOptions & Reading
  readonly #channels: Channels

  constructor(options: WalkOptions & Reading, channels: Channels) {
    this.#options = options
    this.#channels = channels
  }

  /** The channel of a message that is wanted. */
  wantedChannel(channelId: number): Channel | undefined {
    const channel = this.#channels.get(channelId)
    if (channel === undefined) {
      const { problems, name } = this.#options
      problems.add(`${name}: a message of an unknown channel was passed over`, `channel ${channelId}`)
      return undefined
    }
    return this.#channels.wants(channel) ? channel : undefined
  }

  /**
   * Counts a message; its channel if it is to be delivered.
   * @param times what notes the time of one that is surveyed
   */
  accept({ channelId, logTime }: MessageHeader, times = this.#options.survey): Channel | undefined {
    this.messages++
    const channel = this.wantedChannel(channelId)
    const { survey, selection } = this.#options
    if (channel === undefined) return undefined
    if (survey) {
      survey.count(channelId)
      times?.spread(logTime, logTime)
      return undefined
    }
    return logTime >= selection.start && logTime <= selection.end ? channel : undefined
  }

  /** A message whose bytes are there, as ROS 2 has it where it can be that; undefined, and a problem, where it is damaged. */
  decoded(channel: Channel, logTime: bigint, bytes: Uint8Array): RecordedMessage | undefined {
    const stored = this.#options.decoder.decode(bytes, logTime, this.#options)
    const data = stored && this.transcoded(channel, logTime, stored)
    return data && { topic: channel.topic, logTime, data }
  }

  transcoded(channel: Channel, logTime: bigint, data: Uint8Array): Uint8Array | undefined {
    const transcoder = this.#channels.transcoder(channel)
    if (transcoder === undefined) return data
    const { name, problems, memory } = this.#options
    return transcodedOrProblem(transcoder, { name, topic: channel.topic, logTime, data }, problems, memory)
  }

  /** Takes in the records of a chunk, its messages to `found`. @throws DamageError where they are damaged */
  readChunk(records: Uint8Array, found: RecordedMessage[]): void {
    const view = new DataView(records.buffer, records.byteOffset, records.byteLength)
    const times = new Survey()
    try {
      for (const record of recordsOf(view)) {
        const { opcode, begin, end } = record
        if (opcode === Opcode.schema || opcode === Opcode.channel) {
          this.#channels.define(opcode, new Fields(view, begin, end))
        }
        if (opcode !== Opcode.message) continue
        const header = parseMessageHeader(view, record)
        const channel = this.accept(header, times)
        const message =
          channel && this.decoded(channel, header.logTime, records.subarray(header.dataOffset, end))
        if (message) found.push(message)
      }
    } finally {
      if (times.startTime !== undefined) this.#options.survey?.spread(times.startTime, times.endTime!)
    }
  }
}
