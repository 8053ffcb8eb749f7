import type { Recording, TopicInfo } from '../recording/recording.ts'
import { describeImage, type ImageDescription, isImageType } from './image-description.ts'
import type { ImageTopic } from './pair.ts'

/** The image topics of a recording, each with what its first message tells. */
export async function imageTopics(recording: Recording): Promise<ImageTopic[]> {
  const topics: ImageTopic[] = []
  for (const topic of recording.topics.filter(({ type }) => isImageType(type))) {
    const { name, type, count } = topic
    topics.push({ name, type, count, image: await firstImage(recording, topic) })
  }
  return topics
}

/** Reads one topic alone: another may be large, and this one begin late. */
async function firstImage(
  recording: Recording,
  { name, type, count }: TopicInfo,
): Promise<ImageDescription | undefined> {
  if (count === 0) return undefined
  for await (const [first] of recording.messages({ topics: [name] })) {
    if (first) return describeImage(type, first.data)
  }
  return undefined
}
