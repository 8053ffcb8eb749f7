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
