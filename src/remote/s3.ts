import type * as Sdk from '@aws-sdk/client-s3'
import { bucketAndKey } from './address.ts'
import { changed, failureOf, type Origin, type Range, RemoteFailure } from './origin.ts'

const PACKAGE = '@aws-sdk/client-s3'
/** Objects that are listed below one prefix. */
const MOST_LISTED = 1_000_000

/** The object store, with credentials, region, endpoint and profile as the AWS tools take them. */
export class S3 {
  readonly #sdk: typeof Sdk
  readonly #client: Sdk.S3Client

  private constructor(sdk: typeof Sdk) {
    this.#sdk = sdk
    // What was asked for in vain is asked for again by whoever reads, the bytes of an answer that was cut too.
    const options: Sdk.S3ClientConfig = { maxAttempts: 1, responseChecksumValidation: 'WHEN_REQUIRED' }
    if (process.env.AWS_REGION === undefined && process.env.AWS_DEFAULT_REGION !== undefined)
      options.region = process.env.AWS_DEFAULT_REGION
    // A store of one's own knows buckets by path, rarely by host name.
    if (process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL) options.forcePathStyle = true
    this.#client = new sdk.S3Client(options)
  }

  /** @throws RemoteFailure where the package is not installed */
  static async load(): Promise<S3> {
    try {
      return new S3((await import(PACKAGE)) as typeof Sdk)
    } catch (error) {
      if ((error as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw error
      throw new RemoteFailure(`s3:// needs the package ${PACKAGE}: npm install ${PACKAGE}`)
    }
  }

  object(address: string): Origin {
    const { bucket, key } = bucketAndKey(address)
    return {
      name: address,
      range: async (start, end, etag, signal): Promise<Range> => {
        const found = await this.#ask(address, signal, options =>
          this.#client.send(
            new this.#sdk.GetObjectCommand({
              Bucket: bucket,
              Key: key,
              Range: `bytes=${start}-${end - 1}`,
              ...(etag !== '' && { IfMatch: etag }),
            }),
            options,
          ),
        )
        const size = Number(/\/(\d+)$/.exec(found.ContentRange ?? '')?.[1] ?? Number.NaN)
        if (!found.Body || Number.isNaN(size))
          throw new RemoteFailure(`${address}: the store does not send parts of an object`)
        if (etag !== '' && found.ETag !== etag) throw changed(address)
        return { body: found.Body as unknown as AsyncIterable<Uint8Array>, size, etag: found.ETag ?? '' }
      },
    }
  }

  /** Addresses of the objects below an address, in order of their keys. */
  async list(address: string, signal: AbortSignal): Promise<string[]> {
    const { bucket, key } = bucketAndKey(address)
    const prefix = key === '' || key.endsWith('/') ? key : `${key}/`
    const found: string[] = []
    let next: string | undefined
    do {
      const page = await this.#ask(address, signal, options =>
        this.#client.send(
          new this.#sdk.ListObjectsV2Command({
            Bucket: bucket,
            Prefix: prefix,
            ...(next !== undefined && { ContinuationToken: next }),
          }),
          options,
        ),
      )
      for (const { Key } of page.Contents ?? []) if (Key !== undefined) found.push(`s3://${bucket}/${Key}`)
      next = page.NextContinuationToken
    } while (next !== undefined && found.length < MOST_LISTED)
    return found
  }

  /** Writes an object whole. */
  async put(address: string, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    const { bucket, key } = bucketAndKey(address)
    await this.#ask(address, signal, options =>
      this.#client.send(new this.#sdk.PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes }), options),
    )
  }

  async #ask<T>(
    address: string,
    signal: AbortSignal,
    send: (options: { abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    try {
      return await send({ abortSignal: signal })
    } catch (error) {
      const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } }
      const status = $metadata?.httpStatusCode
      if (name === 'CredentialsProviderError' || /credential/i.test(name))
        throw new RemoteFailure(`${address}: no credentials, as the AWS tools take them: ${message}`)
      if (/region is missing/i.test(message))
        throw new RemoteFailure(`${address}: no region: set AWS_REGION or one in the profile`)
      if (status !== undefined && status >= 400) throw failureOf(address, status, name)
      throw error
    }
  }
}
