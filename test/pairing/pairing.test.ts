import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Moment } from '../../src/pairing/moment.ts'
import { Pairing, type PairingOptions } from '../../src/pairing/pairing.ts'

function at(now: number): Moment {
  const moment = new Moment()
  moment.set(now, now)
  return moment
}

/** Drives a pairing with messages that are told apart by a number; stamps in ms. */
class Driver {
  readonly pairing: Pairing
  readonly pairs: [number, number][] = []
  /** What was said to be in no pair. */
  readonly dropped: Uint8Array[] = []
  now = 0
  readonly #numbers = new Map<Uint8Array, number>()

  constructor(options: Partial<PairingOptions> = {}) {
    this.pairing = new Pairing({ tolerance: 0, queueSize: 10, maxWait: 1, ...options }, message =>
      this.dropped.push(message),
    )
  }

  prediction(stamp: number, number = stamp): this {
    return this.#offer('predictions', stamp, number)
  }

  label(stamp: number, number = stamp): this {
    return this.#offer('labels', stamp, number)
  }

  wait(seconds: number): this {
    this.now += seconds
    this.#drain()
    return this
  }

  flush(): this {
    while (this.pairing.takeRemaining()) this.#record()
    return this
  }

  #offer(side: 'predictions' | 'labels', stamp: number, number: number): this {
    const message = new Uint8Array(1)
    this.#numbers.set(message, number)
    const sec = Math.floor(stamp / 1000)
    const nanosec = Math.round((stamp - sec * 1000) * 1e6)
    this.pairing.offer(this.pairing[side], message, sec, nanosec, at(this.now))
    this.#drain()
    return this
  }

  #drain(): void {
    while (this.pairing.take(at(this.now))) this.#record()
    this.pairing.expire(at(this.now))
  }

  #record(): void {
    const { prediction, label } = this.pairing
    this.pairs.push([this.#numbers.get(prediction!)!, this.#numbers.get(label!)!])
  }
}

describe('exact stamps', () => {
  it('pairs whichever comes first', () => {
    const driver = new Driver().prediction(0).label(0).label(100).prediction(100)
    expect(driver.pairs).toEqual([
      [0, 0],
      [100, 100],
    ])
  })

  it('pairs nothing else, and tells which difference would have been enough for most', () => {
    const driver = new Driver({ queueSize: 100 })
    expect(driver.pairing.differenceOfMost()).toBe(Number.POSITIVE_INFINITY)
    // One of twenty is near by chance, the others up to 8 ms apart, two far.
    const apart = [0.1, 1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 60, 70]
    for (const [i, difference] of apart.entries()) driver.prediction(1000 * i).label(1000 * i + difference)
    expect(driver.pairs).toEqual([])
    expect(driver.pairing.differenceOfMost()).toBeCloseTo(0.008, 9)
    driver.wait(2)
    expect(driver.pairing.labels.statistics.expired).toBe(20)
    expect(driver.pairing.differenceOfMost()).toBeCloseTo(0.008, 9)
  })

  it('tells the nearest of either side, whichever came first', () => {
    const driver = new Driver({ queueSize: 100 })
    // A label comes long before its prediction, when only the prediction before is there to compare it with.
    for (let i = 0; i < 20; i++) driver.label(100 * i + 3).prediction(100 * i)
    driver.wait(2)
    expect(driver.pairing.differenceOfMost()).toBeCloseTo(0.003, 9)
  })

  it('tells how near it was since the last match only', () => {
    const driver = new Driver().prediction(0).label(13)
    driver.wait(2).prediction(100).label(100)
    expect(driver.pairing.differenceOfMost()).toBe(Number.POSITIVE_INFINITY)
    driver.prediction(202).label(200)
    expect(driver.pairing.differenceOfMost()).toBeCloseTo(0.002, 9)
  })

  it('bounds what waits by bytes, the longest waiting goes first, and one message may be larger', () => {
    const sizes = new Map<Uint8Array, number>()
    const dropped: number[] = []
    const options = { tolerance: 0, queueSize: 10, queueBytes: 100, maxWait: 9 }
    const pairing = new Pairing<Uint8Array>(
      options,
      message => dropped.push(sizes.get(message)!),
      message => sizes.get(message)!,
    )
    const offer = (side: 'predictions' | 'labels', sec: number, size: number) => {
      const message = new Uint8Array(1)
      sizes.set(message, size)
      pairing.offer(pairing[side], message, sec, 0, at(sec))
    }
    offer('predictions', 1, 40)
    offer('predictions', 2, 30)
    offer('predictions', 3, 30)
    expect(pairing.predictions.waiting.bytes).toBe(100)
    expect(dropped).toEqual([])
    offer('predictions', 4, 1)
    expect(dropped).toEqual([40])
    offer('labels', 1, 100)
    offer('predictions', 5, 1000)
    expect(dropped).toEqual([40, 30, 30, 1])
    expect(pairing.predictions.statistics.overflowed).toBe(4)
    expect(pairing.predictions.waiting).toMatchObject({ length: 1, bytes: 1000 })
    offer('labels', 5, 7)
    expect(pairing.take(at(5))).toBe(true)
    expect(pairing.predictions.waiting.bytes).toBe(0)
    offer('predictions', 6, 60)
    offer('predictions', 7, 39)
    pairing.configure({ ...options, queueBytes: 98 })
    expect(pairing.predictions.waiting).toMatchObject({ length: 1, bytes: 39 })
    pairing.configure({ ...options, queueSize: 5 })
    expect(pairing.predictions.waiting).toMatchObject({ length: 1, bytes: 39 })
  })

  it('pairs messages out of order', () => {
    const driver = new Driver().prediction(200).prediction(0).prediction(100).label(100).label(200).label(0)
    expect(driver.pairs.map(pair => pair[0]).sort()).toEqual([0, 100, 200])
    expect(driver.pairing.labels.statistics).toMatchObject({ matched: 3, reset: 0 })
  })

  it('tells stamps a nanosecond apart', () => {
    const pairing = new Pairing({ tolerance: 0, queueSize: 10, maxWait: 1 })
    pairing.offer(pairing.predictions, new Uint8Array(1), 1_700_000_000, 1, at(0))
    pairing.offer(pairing.labels, new Uint8Array(1), 1_700_000_000, 2, at(0))
    expect(pairing.take(at(0))).toBe(false)
    pairing.offer(pairing.labels, new Uint8Array(1), 1_700_000_000, 1, at(0))
    expect(pairing.take(at(0))).toBe(true)
  })
})

describe('a tolerance', () => {
  it('pairs at once when the rate leaves no room for a nearer partner', () => {
    const driver = new Driver({ tolerance: 0.01 }).prediction(0).label(5).prediction(100).label(108)
    expect(driver.pairs).toEqual([
      [0, 5],
      [100, 108],
    ])
  })

  it('includes its bound', () => {
    expect(new Driver({ tolerance: 0.01 }).prediction(0).label(10).flush().pairs).toEqual([[0, 10]])
    expect(new Driver({ tolerance: 0.01 }).prediction(0).label(10.000001).flush().pairs).toEqual([])
  })

  it('waits for the nearer of two', () => {
    const driver = new Driver({ tolerance: 0.05 }).prediction(0).label(33).prediction(33)
    expect(driver.pairs).toEqual([[33, 33]])
  })

  it('never shifts the pairs behind a missing label, however wide it is', () => {
    const driver = new Driver({ tolerance: 0.05 })
    for (let stamp = 0; stamp < 1000; stamp += 33) {
      driver.prediction(stamp)
      if (stamp !== 330) driver.label(stamp + 4, stamp)
      driver.wait(0.001)
    }
    driver.flush()
    expect(driver.pairs.length).toBe(30)
    for (const [prediction, label] of driver.pairs) expect(label).toBe(prediction)
  })

  it('takes the best it has after a while, when nothing more comes', () => {
    const driver = new Driver({ tolerance: 0.01 }).prediction(0).label(5)
    expect(driver.pairs).toEqual([])
    expect(driver.wait(0.03).pairs).toEqual([[0, 5]])
  })

  it('waits for a nearer partner for twice the tolerance, and at most max_wait', () => {
    const driver = new Driver({ tolerance: 0.1 }).prediction(0).label(50)
    expect(driver.wait(0.19).pairs).toEqual([])
    expect(driver.wait(0.02).pairs).toEqual([[0, 50]])
    const hasty = new Driver({ tolerance: 0.1, maxWait: 0.05 }).prediction(0).label(50)
    expect(hasty.wait(0.04).pairs).toEqual([])
    expect(hasty.wait(0.02).pairs).toEqual([[0, 50]])
  })

  it('takes the older of two that are equally near', () => {
    const driver = () => new Driver({ tolerance: 0.05 })
    expect(driver().prediction(0).prediction(100).label(50).flush().pairs).toEqual([[0, 50]])
    expect(driver().label(0).label(100).prediction(50).flush().pairs).toEqual([[50, 0]])
  })

  it('expects the next message after the smallest step seen, whatever came since', () => {
    const driver = new Driver({ tolerance: 0.05 }).prediction(0).prediction(10).prediction(110).label(130)
    expect(driver.pairs).toEqual([])
    expect(driver.prediction(125).pairs).toEqual([[125, 130]])
  })

  it('pairs each once', () => {
    const driver = new Driver({ tolerance: 0.02 }).prediction(0).label(5).label(8).flush()
    expect(driver.pairs).toEqual([[0, 5]])
  })
})

describe('bounds', () => {
  it('pairs a label that comes up to max_wait late and no later', () => {
    expect(new Driver().prediction(0).wait(0.99).label(0).pairs).toEqual([[0, 0]])
    const late = new Driver().prediction(0).wait(1.01).label(0)
    expect(late.pairs).toEqual([])
    expect(late.pairing.predictions.statistics).toMatchObject({ expired: 1, matched: 0 })
  })

  it('pushes out what has waited longest when a queue is full', () => {
    const driver = new Driver({ queueSize: 2 })
      .prediction(0)
      .wait(0.1)
      .prediction(100)
      .wait(0.1)
      .prediction(200)
    expect(driver.pairing.predictions.statistics.overflowed).toBe(1)
    expect(driver.label(0).label(100).label(200).pairs).toEqual([
      [100, 100],
      [200, 200],
    ])
  })

  it('counts a message whose stamp waits or was matched as a duplicate', () => {
    const driver = new Driver().prediction(0, 1).prediction(0, 2).label(0).label(0).prediction(0, 3)
    expect(driver.pairs).toEqual([[1, 0]])
    expect(driver.pairing.predictions.statistics.duplicate).toBe(2)
    expect(driver.pairing.labels.statistics.duplicate).toBe(1)
  })

  it('keeps what waits when the queue size changes', () => {
    const driver = new Driver().prediction(0).prediction(100).prediction(200)
    driver.pairing.configure({ tolerance: 0, queueSize: 3, maxWait: 1 })
    expect(driver.label(0).label(200).pairs.length).toBe(2)
    driver.prediction(300).prediction(400).prediction(500)
    driver.pairing.configure({ tolerance: 0, queueSize: 2, maxWait: 1 })
    expect(driver.pairing.predictions.statistics.overflowed).toBe(2)
    expect(driver.dropped.length).toBe(2)
  })
})

describe('time that jumps back', () => {
  const play = (driver: Driver, from: number, to: number) => {
    for (let stamp = from; stamp < to; stamp += 100) driver.wait(0.1).prediction(stamp).label(stamp)
  }

  it('loses nothing of a looped recording', () => {
    const driver = new Driver()
    for (let loop = 0; loop < 3; loop++) play(driver, 0, 3000)
    expect(driver.pairs.length).toBe(90)
    expect(driver.pairing.labels.statistics.timeJumps).toBe(2)
  })

  it('loses a frame of each loop where it is shorter than max_wait: two known stamps in a row are a replay', () => {
    const driver = new Driver()
    for (let loop = 0; loop < 4; loop++) play(driver, 0, 500)
    expect(driver.pairs.length).toBe(20 - 3)
  })

  it('forgets what waited with stamps from before the jump', () => {
    const driver = new Driver({ queueSize: 2 }).label(9_000_000).prediction(9_000_100).prediction(9_000_200)
    play(driver, 0, 500)
    expect(driver.pairs.length).toBe(5)
    expect(driver.pairing.predictions.statistics.reset).toBe(1)
  })

  it('pairs what is still under way when one topic is a whole loop ahead', () => {
    const driver = new Driver({ queueSize: 40 })
    for (let loop = 0; loop < 2; loop++) for (let i = 0; i < 15; i++) driver.prediction(i * 100, loop)
    for (let loop = 0; loop < 2; loop++) for (let i = 0; i < 15; i++) driver.label(i * 100, loop)
    expect(driver.pairs.map(([prediction]) => prediction)).toEqual([
      ...Array(15).fill(0),
      ...Array(15).fill(1),
    ])
    expect(driver.pairs.map(([, label]) => label)).toEqual(driver.pairs.map(([prediction]) => prediction))
  })

  it('never pairs across a jump of both topics', () => {
    const driver = new Driver()
    for (let stamp = 0; stamp <= 2000; stamp += 100) {
      driver.prediction(stamp, 0)
      if (stamp !== 500) driver.label(stamp, 0)
    }
    driver.label(0, 1).prediction(0, 1).label(500, 1).prediction(500, 1)
    expect(driver.pairs.slice(-2)).toEqual([
      [1, 1],
      [1, 1],
    ])
    expect(driver.pairing.predictions.statistics.reset).toBe(1)
  })

  it('goes on after one stamp from the far future', () => {
    const driver = new Driver()
    play(driver, 0, 500)
    driver.prediction(1e9)
    play(driver, 500, 1000)
    expect(driver.pairs.length).toBe(10)
  })

  it('drops what waits when the clock of waiting jumps back', () => {
    const driver = new Driver().wait(100).prediction(0)
    driver.now = 0
    driver.wait(0)
    expect(driver.pairing.predictions.waiting.length).toBe(0)
  })
})

it('accounts for every message, whatever comes', () => {
  const event = fc.record({
    isLabel: fc.boolean(),
    stamp: fc.integer({ min: 0, max: 30 }).map(step => step * 50),
    wait: fc.constantFrom(0, 0.01, 0.3),
  })
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 80 }),
      fc.constantFrom(0, 0.06, 2),
      fc.integer({ min: 1, max: 6 }),
      (events, tolerance, queueSize) => {
        const driver = new Driver({ tolerance, queueSize })
        for (const { isLabel, stamp, wait } of events) {
          driver.wait(wait)
          if (isLabel) driver.label(stamp)
          else driver.prediction(stamp)
        }
        driver.flush()
        let lost = 0
        for (const stream of [driver.pairing.predictions, driver.pairing.labels]) {
          const { received, matched, expired, overflowed, duplicate, reset } = stream.statistics
          expect(matched + expired + overflowed + duplicate + reset + stream.waiting.length).toBe(received)
          expect(matched).toBe(driver.pairs.length)
          expect(stream.waiting.length).toBeLessThanOrEqual(queueSize)
          lost += expired + overflowed + duplicate + reset
        }
        expect(new Set(driver.dropped).size).toBe(lost)
        expect(driver.dropped.length).toBe(lost)
        for (const [prediction, label] of driver.pairs) {
          expect(Math.abs(prediction - label)).toBeLessThanOrEqual(tolerance * 1000)
        }
      },
    ),
    { numRuns: 1000 },
  )
})
