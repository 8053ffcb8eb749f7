import type { Backlog } from './backlog.ts'
import { freeMemory, type MessageClass, type Node, type RawMessage } from './rclnodejs.ts'
import { releaseRequest, requestExcess } from './request-size.ts'

/** Says what failed. `what` is constant text, of which one line a second is enough. */
export type Report = (what: string, error: unknown) => void

/** A request that is not granted; the message says why. */
export class Refused extends Error {}

/** Stands for a request that is too large to be read. */
class Excess {
  readonly reason: string

  constructor(reason: string) {
    this.reason = reason
  }

  /** rclnodejs asks this of a request before it hands it on. */
  toPlainObject(): this {
    return this
  }
}

/**
 * Keeps every exception on this side of rclnodejs. It calls from C++ what serves a message, a request or an event,
 * and an exception that comes back there ends the process (SIGABRT): a callback of ours that throws, an answer that
 * the middleware cannot deliver because the client has gone or asks for another quality of service, a request that
 * rclnodejs itself cannot read. `execute` is the one function that C++ calls, so it is guarded, one entity at a time:
 * what else is ready is still served. rclnodejs reads requests as they come, a million integers in a minute and a
 * gigabyte, so that they are measured first.
 */
export class Guard {
  readonly #node: Node
  readonly report: Report
  /** Subscriptions by handle. */
  readonly #watched = new Map<unknown, { backlog: Backlog; depth: number }>()

  constructor(node: Node, report: Report) {
    this.#node = node
    this.report = report
    this.#guardExecution()
    this.#boundRequests()
  }

  /** Makes a function that never throws. `what` names it. */
  wrap<T extends unknown[]>(what: string, action: (...values: T) => void): (...values: T) => void {
    return (...values) => {
      try {
        action(...values)
      } catch (error) {
        this.report(what, error)
      }
    }
  }

  /** Has the messages of a subscription taken as they wait, and counted. */
  watch(handle: unknown, backlog: Backlog, depth: number): void {
    this.#watched.set(handle, { backlog, depth })
  }

  unwatch(handle: unknown): void {
    this.#watched.delete(handle)
  }

  /**
   * Offers a service.
   * @param answer makes the answer of a request
   * @param refuse makes the answer of a request that was too large, or whose answer could not be made
   */
  serve<Request>(
    type: string,
    name: string,
    answer: (request: Request) => object,
    refuse: (reason: string) => object,
  ): void {
    this.#node.createService(type, name, (request, response) => {
      let reply: object
      try {
        if (request instanceof Excess) throw new Refused(request.reason)
        reply = answer(request as Request)
      } catch (error) {
        this.report(`a request of ${name} is refused`, error)
        reply = refuse(error instanceof Refused ? error.message : `internal error: ${String(error)}`)
      }
      try {
        response.send(reply)
      } catch (error) {
        this.report(`an answer of ${name} could not be delivered`, error)
      }
    })
  }

  #guardExecution(): void {
    const node = this.#node
    const execute = node.execute.bind(node)
    const report = this.report
    const one: unknown[] = [undefined]
    const serve = () => {
      try {
        execute(one)
      } catch (error) {
        report('a message or request could not be served', error)
      }
    }
    node.execute = handles => {
      for (let i = 0; i < handles.length; i++) {
        one[0] = handles[i]
        const watched = this.#watched.get(one[0])
        if (watched) watched.backlog.drain(serve, watched.depth)
        else serve()
      }
    }
  }

  #boundRequests(): void {
    this.#node._runWithMessageType = (Type: MessageClass, take) => {
      const message = new Type()
      let excess: string | undefined
      try {
        take(message.toRawROS(), () => {
          excess = requestExcess(message.refObject)
          if (excess !== undefined) return new Excess(excess)
          const result: RawMessage = new Type()
          result.deserialize(message.refObject)
          return result
        })
      } finally {
        if (excess === undefined) Type.destroyRawROS(message)
        else releaseRequest(message.refObject, freeMemory)
      }
    }
  }
}
