import type { MaskName } from '../monitor/mask-rules.ts'
import type { Node } from './rclnodejs.ts'

/**
 * The topic `BASE/NAME` that goes with another, as image_transport names them: below what the base is remapped to,
 * unless it is remapped itself.
 */
export function subtopic(node: Node, base: string, name: string): string {
  const own = `${base}/${name}`
  const isRemapped = node.resolveTopicName(own, false) !== node.resolveTopicName(own, true)
  return isRemapped ? own : `${node.resolveTopicName(base, false)}/${name}`
}

/**
 * The topics of the masks before remapping: `prediction` and `label`, or for a node with topics of its own `~/prediction`
 * and `~/label`, unless it is remapped by the shorter name.
 */
export function inputTopics(
  node: Node,
  areOwn: boolean,
  isRemapped: (mask: MaskName) => boolean,
): Record<MaskName, string> {
  const topic = (mask: MaskName) =>
    areOwn && !isRemapped(mask) && node.resolveTopicName(mask, false) === node.resolveTopicName(mask, true)
      ? `~/${mask}`
      : mask
  return { prediction: topic('prediction'), label: topic('label') }
}
