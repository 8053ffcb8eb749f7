import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { basename, join } from 'node:path'
import { McapWriter } from '@mcap/core'
import { stringify } from 'yaml'
import type { MessageDefinition } from '../recording.ts'
import { definitionOf } from './definitions.ts'
import { qosInNumbers } from './qos.ts'

/** A topic to be written, of messages in CDR. */
export interface WrittenTopic {
  name: string
  /** ROS 2 type. */
  type: string
  definition?: MessageDefinition | undefined
  /** YAML: what the publishers offered. */
  offeredQos?: string | undefined
}

interface Channel {
  topic: WrittenTopic
  qos: string
  id: number
  messages: number
}

/** Of rosbag2 Humble, which every later one reads. */
const METADATA_VERSION = 5

/**
 * Writes a rosbag2: a directory with an MCAP file and metadata.yaml. It has its name only once it is whole; until then
 * it lies beside that, under one that begins with a dot.
 */
export class Rosbag2Writer {
  readonly #path: string
  readonly #temporary: string
  readonly #file: number
  readonly #storageName: string
  readonly #writer: McapWriter
  readonly #channels = new Map<string, Channel>()
  #position = 0n
  #start: bigint | undefined
  #end: bigint | undefined
  #sequence = 0

  /** @param path of the directory, which must not be there @param temporary of another beside it */
  constructor(path: string, temporary: string) {
    this.#path = path
    this.#temporary = temporary
    this.#storageName = `${basename(path)}_0.mcap`
    mkdirSync(temporary)
    try {
      this.#file = openSync(join(temporary, this.#storageName), 'wx')
    } catch (error) {
      this.#remove()
      throw error
    }
    const writable = {
      position: () => this.#position,
      write: async (bytes: Uint8Array) => {
        for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at)
        this.#position += BigInt(bytes.length)
      },
    }
    this.#writer = new McapWriter({ writable })
  }

  /** Begins with these topics. */
  async begin(topics: readonly WrittenTopic[], library: string): Promise<void> {
    const writer = this.#writer
    await writer.start({ profile: 'ros2', library })
    for (const topic of topics) {
      const { name, type, definition = definitionOf(type) } = topic
      const schemaId = await writer.registerSchema({
        name: type,
        encoding: definition.encoding,
        data: Buffer.from(definition.text),
      })
      const qos = qosInNumbers(topic.offeredQos)
      const metadata = new Map([['offered_qos_profiles', qos]])
      const id = await writer.registerChannel({ topic: name, schemaId, messageEncoding: 'cdr', metadata })
      this.#channels.set(name, { topic, qos, id, messages: 0 })
    }
  }

  /** Writes a message of one of the topics. @param logTime when it was recorded, ns */
  async write(topic: string, logTime: bigint, data: Uint8Array): Promise<void> {
    const channel = this.#channels.get(topic)!
    channel.messages++
    if (this.#start === undefined || logTime < this.#start) this.#start = logTime
    if (this.#end === undefined || logTime > this.#end) this.#end = logTime
    const sequence = this.#sequence++
    await this.#writer.addMessage({
      channelId: channel.id,
      sequence,
      logTime,
      publishTime: logTime,
      data,
    })
  }

  /** Gives the recording its name. */
  async finish(): Promise<void> {
    await this.#writer.end()
    closeSync(this.#file)
    writeFileSync(join(this.#temporary, 'metadata.yaml'), this.#metadata(), { flag: 'wx' })
    renameSync(this.#temporary, this.#path)
  }

  /** Leaves nothing behind. */
  abandon(): void {
    try {
      closeSync(this.#file)
    } catch {
      // It is closed already.
    }
    this.#remove()
  }

  #remove(): void {
    rmSync(this.#temporary, { recursive: true, force: true })
  }

  #metadata(): string {
    const channels = [...this.#channels.values()]
    const messages = channels.reduce((sum, channel) => sum + channel.messages, 0)
    const [start, end] = [this.#start ?? 0n, this.#end ?? 0n]
    const duration = { nanoseconds: end - start }
    const startingTime = { nanoseconds_since_epoch: start }
    const document = {
      rosbag2_bagfile_information: {
        version: METADATA_VERSION,
        storage_identifier: 'mcap',
        duration,
        starting_time: startingTime,
        message_count: messages,
        topics_with_message_count: channels.map(({ topic: { name, type }, qos, messages: count }) => ({
          topic_metadata: { name, type, serialization_format: 'cdr', offered_qos_profiles: qos },
          message_count: count,
        })),
        compression_format: '',
        compression_mode: '',
        relative_file_paths: [this.#storageName],
        files: [{ path: this.#storageName, starting_time: startingTime, duration, message_count: messages }],
      },
    }
    // Not every reader follows YAML's references.
    return stringify(document, { aliasDuplicateObjects: false })
  }
}
