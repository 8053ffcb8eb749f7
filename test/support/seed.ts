import fc from 'fast-check'

/** The seed of random tests: the same at each run, so that a red one was made red by a change. DICE_MONITOR_SEED is another. */
export const SEED = Number(process.env.DICE_MONITOR_SEED ?? 20_261)

fc.configureGlobal({ seed: SEED })
