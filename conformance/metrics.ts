import type { Mappings } from './case.ts'

export const metrics: Mappings = {}
