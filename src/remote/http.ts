import { withoutSecrets } from './address.ts'
import { changed, failureOf, type Origin, type Range, RemoteFailure } from './origin.ts'

/** An object behind an `https://` or `http://` address. User and password in it are sent as basic authorization. */
export class HttpOrigin implements Origin {
  readonly name: string
  readonly #url: URL
  readonly #headers: Record<string, string> = { 'accept-encoding': 'identity' }

  constructor(address: string) {
    this.name = withoutSecrets(address)
    this.#url = new URL(address)
    const { username, password } = this.#url
    if (username !== '') {
      const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
      this.#headers.authorization = `Basic ${Buffer.from(credentials).toString('base64')}`
      this.#url.username = ''
      this.#url.password = ''
    }
  }

  async range(start: number, end: number, etag: string, signal: AbortSignal): Promise<Range> {
    const headers: Record<string, string> = { ...this.#headers, range: `bytes=${start}-${end - 1}` }
    // A weak one does not say that the bytes are the same, and may not be asked for.
    if (etag !== '' && !etag.startsWith('W/')) headers['if-match'] = etag
    const response = await fetch(this.#url, { headers, signal })
    if (response.status !== 206) {
      await response.body?.cancel()
      if (response.ok)
        throw new RemoteFailure(
          `${this.name}: the server does not send parts of a file (it ignores Range): download it, and give the file`,
        )
      throw failureOf(this.name, response.status)
    }
    const content = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get('content-range') ?? '')
    if (content === null || Number(content[1]) !== start || response.body === null)
      throw new RemoteFailure(`${this.name}: the server sends another part of the file than was asked for`)
    const found = response.headers.get('etag') ?? ''
    if (etag !== '' && found !== etag) throw changed(this.name)
    return { body: response.body, size: Number(content[2]), etag: found }
  }
}
