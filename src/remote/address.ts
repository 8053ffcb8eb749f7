/** Where recordings lie that are read over a network. */
const ADDRESS = /^(https?|s3):\/\//i

/** Whether a path is an address: `s3://BUCKET/KEY`, `https://...` or `http://...`. */
export const isAddress = (path: string): boolean => ADDRESS.test(path)

/** Whether it names a place in an object store, whose objects can be listed. */
export const isS3 = (address: string): boolean => /^s3:\/\//i.test(address)

/** Bucket and key of an `s3://` address. */
export function bucketAndKey(address: string): { bucket: string; key: string } {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]*)\/?(.*)$/i.exec(address) ?? []
  return { bucket, key }
}

/** The address of something below another. A query, such as a signature, stays with the address it is of. */
export function below(address: string, name: string): string {
  return `${address.replace(/\/+$/, '')}/${name}`
}

/** The address of an object whose name is longer by a suffix. */
export function withSuffix(address: string, suffix: string): string {
  if (isS3(address)) return address + suffix
  const at = address.search(/[?#]|$/)
  return address.slice(0, at) + suffix + address.slice(at)
}

/** The last part of an address's path: the name of the file. */
export function nameOf(address: string): string {
  return withoutSecrets(address).replace(/\/+$/, '').split('/').at(-1) ?? address
}

/** A path, or an address as it may be shown. */
export const shownPath = (path: string): string => (isAddress(path) ? withoutSecrets(path) : path)

/** The address as it may be shown: without user, password and query, which are keys in signed addresses. */
export function withoutSecrets(address: string): string {
  if (isS3(address)) return address
  try {
    const { protocol, host, pathname } = new URL(address)
    return `${protocol}//${host}${pathname}`
  } catch {
    return address.replace(/[?#].*$/, '').replace(/\/\/[^/@]*@/, '//')
  }
}
