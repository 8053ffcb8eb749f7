/** Whether this is the compiled package: Node starts no thread from TypeScript. */
export const isCompiled = import.meta.url.endsWith('.js')
