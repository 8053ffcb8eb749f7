import type { Recording } from '../recording/recording.ts'
import { describeImage, type ImageDescription, isImageType } from './image-description.ts'
import type { ImageTopic } from './pair.ts'

/** A topic without a message among so many is described by its name alone. */
const MOST_MESSAGES = 5000

/** The image topics of a recording, each with what its first message tells. */
export async function imageTopics(recording: Recording): Promise<ImageTopic[]> {
  const topics = recording.topics.filter(({ type }) => isImageType(type))
  const missing = new Map(topics.filter(({ count }) => count > 0).map(({ name, type }) => [name, type]))
  const found = new Map<string, ImageDescription | undefined>()
  let messages = 0
  if (missing.size > 0) {
    for await (const batch of recording.messages({ topics: [...missing.keys()] })) {
      for (const { topic, data } of batch) {
        const type = missing.get(topic)
        if (type === undefined || !missing.delete(topic)) continue
        found.set(topic, describeImage(type, data))
      }
      messages += batch.length
      if (missing.size === 0 || messages > MOST_MESSAGES) break
    }
  }
  return topics.map(({ name, type, count }) => ({ name, type, count, image: found.get(name) }))
}
