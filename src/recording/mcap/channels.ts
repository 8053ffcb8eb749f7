import { type Transcoder, transcoderOf } from '../transcode/transcode.ts'
import { type Channel, type Fields, Opcode, parseChannel, parseSchema, type Schema } from './records.ts'

/** The channels that a walk through a file knows, and what is to be done with the messages of each. */
export class Channels {
  readonly #schemas: Map<number, Schema>
  readonly #channels: Map<number, Channel>
  readonly #wantsTopic: (topic: string) => boolean
  readonly #wanted = new Map<number, boolean>()
  readonly #transcoders = new Map<number, Transcoder | undefined>()

  /** @param schemas by id; they and the channels gain those that are defined */
  constructor(
    schemas: Map<number, Schema>,
    channels: Map<number, Channel>,
    wantsTopic: (topic: string) => boolean,
  ) {
    this.#schemas = schemas
    this.#channels = channels
    this.#wantsTopic = wantsTopic
  }

  /** Takes in a schema's or a channel's record. */
  define(opcode: number, fields: Fields): void {
    if (opcode === Opcode.schema) {
      const schema = parseSchema(fields)
      this.#schemas.set(schema.id, schema)
      this.#transcoders.clear()
    } else {
      const channel = parseChannel(fields)
      this.#channels.set(channel.id, channel)
      this.#wanted.delete(channel.id)
      this.#transcoders.delete(channel.id)
    }
  }

  get(id: number): Channel | undefined {
    return this.#channels.get(id)
  }

  /** Whether the topic of a known channel is wanted. */
  wants({ id, topic }: Channel): boolean {
    let wanted = this.#wanted.get(id)
    if (wanted === undefined) {
      wanted = this.#wantsTopic(topic)
      this.#wanted.set(id, wanted)
    }
    return wanted
  }

  /** What makes messages of ROS 2 of the channel's; undefined where nothing need or can be made. */
  transcoder({ id, encoding, schemaId }: Channel): Transcoder | undefined {
    if (!this.#transcoders.has(id)) {
      this.#transcoders.set(id, transcoderOf(encoding, this.#schemas.get(schemaId)?.name ?? ''))
    }
    return this.#transcoders.get(id)
  }

  /** The channels of a topic whose messages are read as they are. */
  idsOf(topic: string): number[] {
    const ofTopic = [...this.#channels.values()].filter(channel => channel.topic === topic)
    return ofTopic.filter(channel => this.transcoder(channel) === undefined).map(({ id }) => id)
  }
}
