import type { ByteSource } from '../bytes.ts'
import { readFailure } from '../damage.ts'
import { allocate } from '../memory.ts'
import { Survey } from '../order.ts'
import type { BagHeader } from './bag.ts'
import { type Connection, connectionOf, headerFields, Op, opOf, recordAt, timeField } from './records.ts'

/** An index is read at once; a larger one is not one. */
const MAX_INDEX_BYTES = 256 * 2 ** 20

/**
 * What the index behind the chunks tells: how many messages of each connection there are, and when.
 * @param connections gains those of the index
 * @returns undefined where the bag has none, or one that is damaged
 */
export function readIndex(
  source: ByteSource,
  { indexStart, connections: connectionCount, chunks }: BagHeader,
  connections: Map<number, Connection>,
): Survey | undefined {
  const length = source.size - indexStart
  if (indexStart === 0 || length < 0 || length > MAX_INDEX_BYTES) return undefined
  const bytes = allocate(length)
  const view = new DataView(bytes.buffer, bytes.byteOffset, source.read(bytes, indexStart))
  const found = new Map<number, Connection>()
  const survey = new Survey()
  let chunkInfos = 0
  try {
    for (let at = 0; at < view.byteLength; ) {
      const place = recordAt(view, at, view.byteLength)
      if (place === undefined) return undefined
      const fields = headerFields(view, place)
      const op = opOf(fields)
      if (op === Op.connection) {
        const connection = connectionOf(view, fields, place)
        found.set(connection.id, connection)
      } else if (op === Op.chunkInfo) {
        chunkInfos++
        survey.spread(timeField(fields, 'start_time'), timeField(fields, 'end_time'))
        for (let i = place.dataStart; i + 8 <= place.dataEnd; i += 8) {
          survey.count(view.getUint32(i, true), view.getUint32(i + 4, true))
        }
      }
      at = place.dataEnd
    }
  } catch (error) {
    readFailure(error)
    return undefined
  }
  if (chunkInfos !== chunks || found.size !== connectionCount) return undefined
  for (const id of survey.counts.keys()) if (!found.has(id)) return undefined
  for (const [id, connection] of found) connections.set(id, connection)
  return survey
}
