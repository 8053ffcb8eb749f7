import { describeImage, type ImageDescription, isImageType } from './image-description.ts'
import type { ImageTopic } from './pair.ts'
import type { MaskSource } from './source.ts'

/** The image topics of a source, each with what its first message tells. */
export async function imageTopics(source: MaskSource): Promise<ImageTopic[]> {
  const topics = source.topics.filter(({ type }) => isImageType(type))
  const images = await firstImages(source, topics)
  return topics.map(({ name, type, count }) => ({ name, type, count, image: images.get(name) }))
}

type Topics = readonly { name: string; type: string; count: number }[]

/**
 * What the first message of each topic tells. What has been seen need not be read on, as one topic may be large and
 * another begin late: a reading is given up for one of fewer topics once it has brought too much that tells nothing,
 * and that is twice as much each time, so that all readings together are few.
 */
async function firstImages(source: MaskSource, topics: Topics): Promise<Map<string, ImageDescription>> {
  const images = new Map<string, ImageDescription>()
  const unseen = new Map(topics.filter(({ count }) => count > 0).map(({ name, type }) => [name, type]))
  for (let patience = 1; unseen.size > 0; patience *= 2) {
    const before = unseen.size
    let idle = 0
    for await (const batch of source.messages({ topics: [...unseen.keys()], inUse: () => [] })) {
      const left = unseen.size
      for (const { topic, data } of batch) {
        const type = unseen.get(topic)
        if (type === undefined) continue
        unseen.delete(topic)
        const image = describeImage(type, data)
        if (image) images.set(topic, image)
      }
      if (unseen.size === left) idle++
      // With nothing seen, another reading would be the same.
      if (unseen.size === 0 || (idle > patience && unseen.size < before)) break
    }
    if (unseen.size === before) break
  }
  return images
}
