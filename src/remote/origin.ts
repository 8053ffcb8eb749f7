/** What a server says of a range of bytes. */
export interface Range {
  /** The bytes as they come. */
  body: AsyncIterable<Uint8Array>
  /** Of the whole object. */
  size: number
  /** Which version of the object it is; empty where the server does not tell. */
  etag: string
}

/** An object that is read over a network. */
export interface Origin {
  /** For people. */
  readonly name: string
  /**
   * Asks for the bytes from `start` to before `end`; fewer come at the end of the object.
   * @param etag the version that is wanted; empty for any
   * @throws RemoteFailure
   */
  range(start: number, end: number, etag: string, signal: AbortSignal): Promise<Range>
}

/** Why something cannot be had. */
export class RemoteFailure extends Error {
  override name = 'RemoteFailure'
  /** Whether asking again may help. */
  readonly mayPass: boolean
  /** What the server answered, where that is why. */
  readonly status: number | undefined

  constructor(message: string, mayPass = false, status?: number) {
    super(message)
    this.mayPass = mayPass
    this.status = status
  }
}

/** What a status tells, and what to do. */
export function failureOf(name: string, status: number, said = ''): RemoteFailure {
  if (status === 404) return new RemoteFailure(`${name}: there is no such object`, false, status)
  if (status === 401 || status === 403)
    return new RemoteFailure(`${name}: access is denied (${status})${said && `: ${said}`}`, false, status)
  if (status === 412) return changed(name)
  if (status === 416) return new RemoteFailure(`${name}: it is empty, or shorter than it was`, false, status)
  const mayPass = status >= 500 || status === 408 || status === 429
  return new RemoteFailure(`${name}: the server answers ${status}${said && `: ${said}`}`, mayPass)
}

/** The object is another than the one that reading began with. */
export const changed = (name: string): RemoteFailure =>
  new RemoteFailure(`${name}: it was changed while it was read; read it again once it is complete`)
