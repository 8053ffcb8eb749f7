import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

/** What goes wrong with a request; none for an answer as it should be. */
export type Fault = 'none' | 'busy' | 'cut' | 'reset' | 'silent' | 'whole' | 'elsewhere' | 'longer'

export interface Asked {
  path: string
  range: string
  fault: Fault
}

/** A server of files that takes requests for parts, and fails as it is told. */
export class FileServer {
  /** Every request, in order. */
  readonly asked: Asked[] = []
  /** Told the number of the request to a path, from 0 on. */
  fault: (request: number, path: string) => Fault = () => 'none'
  /** What may not be read. */
  denies: (path: string) => boolean = () => false
  /** The version of a file; by default one of its content. */
  version: ((path: string) => string | undefined) | undefined
  /** Name and password that are asked for. */
  credentials: string | undefined
  readonly #directory: string
  readonly #server: Server
  readonly #counts = new Map<string, number>()
  readonly #files = new Map<string, { bytes: Buffer; mtimeMs: number; version: string }>()

  constructor(directory: string) {
    this.#directory = directory
    this.#server = createServer((request, response) => this.#answer(request, response))
  }

  async start(): Promise<string> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  forget(): void {
    this.asked.length = 0
    this.#counts.clear()
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise(resolve => this.#server.close(resolve))
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent(new URL(request.url!, 'http://localhost').pathname)
    const count = this.#counts.get(path) ?? 0
    this.#counts.set(path, count + 1)
    const fault = this.fault(count, path)
    this.asked.push({ path, range: request.headers.range ?? '', fault })
    const expected = this.credentials && `Basic ${Buffer.from(this.credentials).toString('base64')}`
    if (this.denies(path)) {
      response.writeHead(403).end()
      return
    }
    if (expected !== undefined && request.headers.authorization !== expected) {
      response.writeHead(401).end()
      return
    }
    const file = join(this.#directory, path)
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
      response.writeHead(404).end()
      return
    }
    if (fault === 'silent') return
    if (fault === 'reset') {
      request.socket.destroy()
      return
    }
    if (fault === 'busy') {
      response.writeHead(503).end('slow down')
      return
    }
    this.#send(request, response, file, fault)
  }

  #load(file: string): { bytes: Buffer; version: string } {
    const { mtimeMs } = statSync(file)
    const known = this.#files.get(file)
    if (known?.mtimeMs === mtimeMs) return known
    const bytes = readFileSync(file)
    const loaded = { bytes, mtimeMs, version: `"${createHash('md5').update(bytes).digest('hex')}"` }
    this.#files.set(file, loaded)
    return loaded
  }

  #send(request: IncomingMessage, response: ServerResponse, file: string, fault: Fault): void {
    const { bytes, version } = this.#load(file)
    const etag = this.version ? this.version(file) : version
    const headers = etag === undefined ? {} : { etag }
    const wanted = request.headers['if-match']
    if (wanted !== undefined && wanted !== etag) {
      response.writeHead(412).end()
      return
    }
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')
    if (fault === 'whole' || range === null) {
      response.writeHead(200, headers).end(bytes)
      return
    }
    const start = Number(range[1]) + (fault === 'elsewhere' ? 1 : 0)
    const end = Math.min(Number(range[2]) + 1, bytes.length)
    if (start >= bytes.length) {
      response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end()
      return
    }
    const part = bytes.subarray(start, end)
    const contentRange = `bytes ${start}-${end - 1}/${bytes.length}`
    response.writeHead(206, { ...headers, 'content-range': contentRange, 'content-length': part.length })
    if (fault === 'cut') {
      response.write(part.subarray(0, part.length >> 1), () => request.socket.destroy())
    } else response.end(part)
  }
}
