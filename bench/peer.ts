import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/**
 * A program that holds contenders. It reads commands, a line each, and answers each with a line:
 * `load FILE PIXELS CLASSES FRAMES SOFT` reads the frames (`ready`); `result NAME FRAME` gives a contender's numbers
 * for one frame (`none` if it has no such contender); `time NAME FIRST COUNT` gives the nanoseconds of processor time that it
 * took over COUNT frames from FIRST on, in rotation.
 */
export class Peer {
  readonly #child: ChildProcess
  readonly #answers: AsyncIterator<string>

  constructor(command: string, args: readonly string[]) {
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#answers = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]()
  }

  async ask(command: string): Promise<string> {
    this.#child.stdin!.write(`${command}\n`)
    const { value, done } = await this.#answers.next()
    if (done) throw new Error(`the peer ended at: ${command}`)
    return value
  }

  close(): void {
    this.#child.stdin!.end()
  }
}
