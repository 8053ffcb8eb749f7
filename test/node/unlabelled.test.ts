import { expect, it } from 'vitest'
import { serializeImage } from '../../src/image/serialize.ts'
import { Monitor } from '../../src/monitor/monitor.ts'
import type { Node } from '../../src/node/rclnodejs.ts'
import type { SteadyClock } from '../../src/node/steady-clock.ts'
import { UnlabelledPublisher } from '../../src/node/unlabelled.ts'
import { parametersFrom } from '../../src/parameters/parameters.ts'

const image = (sec: number) =>
  Buffer.from(
    serializeImage({
      sec,
      nanosec: 0,
      frameId: '',
      width: 2,
      height: 1,
      encoding: 'mono8',
      data: Uint8Array.of(1, 2),
    }),
  )

/** Which of predictions, one a second, are told of. */
function rig(rate: number) {
  const publisher = {
    subscriptionCount: 1,
    publish: (message: Buffer) => published.push(Buffer.from(message)),
  }
  const published: Buffer[] = []
  const clock = { seconds: 0 }
  const monitor = new Monitor(parametersFrom(new Map([['unlabelled.rate', rate]])))
  const node = { createPublisher: () => publisher } as unknown as Node
  const unlabelled = new UnlabelledPublisher(node, monitor, clock as SteadyClock)
  const play = (messages: readonly Buffer[]) => {
    for (const message of messages) {
      clock.seconds++
      unlabelled.offer(message)
    }
    return published.splice(0).map(message => message.readInt32LE(4))
  }
  return { publisher, play }
}
const seconds = (from: number, count: number) => Array.from({ length: count }, (_, i) => image(from + i))

it('two predictions one behind the other are looked at, at most so often, and told of at the second', () => {
  expect(rig(1).play(seconds(0, 6))).toEqual([1, 3, 5])
  expect(rig(0.25).play(seconds(0, 10))).toEqual([1, 5, 9])
  expect(rig(0.24).play(seconds(0, 12))).toEqual([1, 6, 11])
  expect(rig(0).play(seconds(0, 5))).toEqual([])
})

it('nothing is looked at while nobody listens; predictions that are none are passed over', () => {
  const { publisher, play } = rig(1000)
  play(seconds(0, 1))
  publisher.subscriptionCount = 0
  expect(play(seconds(1, 4))).toEqual([])
  publisher.subscriptionCount = 1
  expect(play(seconds(5, 2))).toEqual([6])
  expect(play([Buffer.from([0, 1, 2]), ...seconds(8, 2)])).toEqual([9])
  expect(play([image(10), Buffer.from([0, 1, 2]), ...seconds(11, 2)])).toEqual([12])
})
