export interface Row {
  case: string
  contender: string
  ns_per_pixel: number
}

/** To be at least so many times as fast as a contender; below 1, ours may be slower. */
interface Goal {
  peer: string
  ratio: number
}

const INPUTS = /_(rgb8_color|rgba8_channel|16SC1|png_gray|png_palette|resize)$/

/** With regions, against the same frames without. */
const REGIONS: Record<string, number> = { rows: 1.05, polygon: 1.3, mask: 1.3 }

const LOSSES = /^(softmax_dice|cross_entropy|lovasz)_/

function goals(name: string): Goal[] {
  if (LOSSES.test(name)) return ['numpy', 'torch'].map(peer => ({ peer, ratio: 1 }))
  if (name.startsWith('hausdorff')) return [{ peer: 'scipy', ratio: 2 }]
  const regions = REGIONS[name.slice(name.lastIndexOf('_') + 1)]
  if (regions) return [{ peer: 'whole', ratio: 1 / regions }]
  if (name.startsWith('soft_gradient')) return [{ peer: 'c_best', ratio: 1 / 1.3 }]
  if (INPUTS.test(name)) return ['numpy', 'opencv'].map(peer => ({ peer, ratio: 2 }))
  if (name.startsWith('soft')) return [{ peer: 'numpy', ratio: 1.5 }]
  if (name.includes('_C2_')) {
    return [
      { peer: 'numpy_bincount', ratio: 18 },
      { peer: 'numpy_bool', ratio: 1 },
      { peer: 'c_best', ratio: 1 / 2.5 },
    ]
  }
  return [
    { peer: 'numpy_bincount', ratio: name.endsWith('noise') ? 3.5 : 6 },
    { peer: 'c_best', ratio: 1 / 2 },
  ]
}

/** Prints ns a pixel by contender, and how ours stands to the goals. */
export function printTable(rows: readonly Row[]): void {
  for (const name of new Set(rows.map(row => row.case))) {
    const times = new Map(rows.filter(row => row.case === name).map(row => [row.contender, row.ns_per_pixel]))
    const ours = times.get('ours')!
    console.log(`\n${name}: ns/pixel`)
    console.log(`  ${Array.from(times, ([contender, ns]) => `${contender} ${ns.toFixed(3)}`).join('  ')}`)
    for (const { peer, ratio } of goals(name)) {
      const time = times.get(peer)
      if (time === undefined) continue
      const holds = time / ours >= ratio ? 'holds ' : 'missed'
      const text =
        ratio >= 1
          ? `${(time / ours).toFixed(2)} times as fast as ${peer}, goal at least ${ratio}`
          : `${(ours / time).toFixed(2)} times the time of ${peer}, goal at most ${Number((1 / ratio).toFixed(2))}`
      console.log(`  ${holds} ${text}`)
    }
  }
}
