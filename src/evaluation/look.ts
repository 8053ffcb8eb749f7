import { describeImage, type ImageDescription, isImageType } from './image-description.ts'
import type { ImageTopic } from './pair.ts'
import type { MaskSource, MaskTopic } from './source.ts'

/** The image topics of a source, each with what its first message tells. */
export async function imageTopics(source: MaskSource): Promise<ImageTopic[]> {
  const topics: ImageTopic[] = []
  for (const topic of source.topics.filter(({ type }) => isImageType(type))) {
    const { name, type, count } = topic
    topics.push({ name, type, count, image: await firstImage(source, topic) })
  }
  return topics
}

/** Reads one topic alone: another may be large, and this one begin late. */
async function firstImage(
  source: MaskSource,
  { name, type, count }: MaskTopic,
): Promise<ImageDescription | undefined> {
  if (count === 0) return undefined
  for await (const [first] of source.messages({ topics: [name] })) {
    if (first) return describeImage(type, first.data)
  }
  return undefined
}
