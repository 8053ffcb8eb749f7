import { setFlagsFromString } from 'node:v8'

/**
 * What a pair takes is in kernels and system calls. V8 of Node.js 20 would soon optimize the JavaScript around them, on
 * the cores that read and count: 0.25 s in each thread for what runs a few thousand times. Later versions wait by
 * themselves. Call it before threads are started.
 */
export function optimizeLater(): void {
  if (process.versions.node.startsWith('20.')) setFlagsFromString('--interrupt-budget=1500000')
}
