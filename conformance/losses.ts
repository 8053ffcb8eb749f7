import type { Mappings } from './case.ts'

export const losses: Mappings = {}
